internal import UsageModel

/// The one parser of times in queries.
enum TimeParameter {
    static let accepted =
        "RFC 3339 (2026-07-15T00:00:00Z), Unix seconds, Unix milliseconds, now, or now-7d"

    /// The years 1 to 9999: RFC 3339 can write no others, and sums of them never overflow.
    private static let writable = TimeRange(-62_135_596_800, 253_402_300_800)

    /// The time that parameter `name` means at `now`.
    static func parse(_ text: String, name: String, now: UnixTime) throws -> UnixTime {
        let time = relative(text, now: now) ?? RFC3339.parse(text) ?? number(text)
        if let time, writable.contains(time) { return time }
        throw Problem.parameter(name, "\"\(text)\" is not a time", accepted: accepted)
    }

    private static func relative(_ text: String, now: UnixTime) -> UnixTime? {
        guard text.hasPrefix("now") else { return nil }
        let offset = text.dropFirst(3)
        guard let sign = offset.first else { return now }
        // An unencoded + arrives as a space.
        guard let duration = DurationText.parse(offset.dropFirst()) else { return nil }
        switch sign {
        case "-": return now - duration
        case "+", " ": return now + duration
        default: return nil
        }
    }

    private static func number(_ text: String) -> UnixTime? {
        guard let number = Double(text), number.isFinite, number >= 0 else { return nil }
        // 10¹¹ seconds are in the year 5138, as many milliseconds in 1973.
        let seconds = number < 1e11 ? number : number / 1000
        // The end of the year 9999, the last that RFC 3339 can write.
        return seconds <= 253_402_300_799 ? UnixTime(seconds) : nil
    }
}

extension QueryParameters {
    /// The range from `start` to `end`; up to `now` and of `length` seconds unless they say otherwise.
    func range(now: UnixTime, length: Int64) throws -> TimeRange {
        let end = try self["end"].map { try TimeParameter.parse($0, name: "end", now: now) } ?? now
        let start = try self["start"].map { try TimeParameter.parse($0, name: "start", now: now) } ?? (end - length)
        guard start < end else {
            throw Problem.parameter(
                "start", "start (\(RFC3339.string(start))) is not before end (\(RFC3339.string(end)))",
                accepted: "a time before end")
        }
        return TimeRange(start, end)
    }
}
