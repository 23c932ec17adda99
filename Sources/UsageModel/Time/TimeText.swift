/// The one parser of times as people write them, in queries and on the command line.
public enum TimeText {
    /// The accepted forms, for error messages.
    public static let accepted =
        "RFC 3339 (2026-07-15T00:00:00Z), Unix seconds, Unix milliseconds, now, or now-7d"

    /// The years 1 to 9999: RFC 3339 can write no others, and sums of them never overflow.
    private static let writable = TimeRange(-62_135_596_800, 253_402_300_800)

    /// The time that `text` means at `now`; nil when it is none. A fraction counts as the next whole second, because it is
    /// the bound of a range: what begins at or after 03:00:00.5 begins at or after 03:00:01.
    public static func parse(_ text: String, now: UnixTime) -> UnixTime? {
        let time = relative(text, now: now) ?? RFC3339.parse(RFC3339.withPlus(text), roundsUp: true) ?? number(text)
        return time.flatMap { writable.contains($0) ? $0 : nil }
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
        // No exponents and no other bases, which Swift reads as well.
        let isPlain = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: ".") }
        guard isPlain, let number = Double(text), number.isFinite else { return nil }
        // 10¹¹ seconds are in the year 5138, as many milliseconds in 1973.
        let seconds = number < 1e11 ? number : number / 1000
        // The end of the year 9999, the last that RFC 3339 can write.
        return seconds <= 253_402_300_799 ? UnixTime(seconds.rounded(.up)) : nil
    }
}
