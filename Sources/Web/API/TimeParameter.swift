internal import UsageModel

/// Times in queries.
enum TimeParameter {
    static let accepted = TimeText.accepted

    /// The time that parameter `name` means at `now`.
    static func parse(_ text: String, name: String, now: UnixTime) throws -> UnixTime {
        if let time = TimeText.parse(text, now: now) { return time }
        throw Problem.parameter(name, "\"\(text)\" is not a time", accepted: accepted)
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
