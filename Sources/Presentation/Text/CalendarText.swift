public import UsageModel

/// Dates for people: English, UTC, and the same under every locale.
///
/// A day is a number of days since 1970-01-01.
public enum CalendarText {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    private static let shortMonths = months.map { String($0.prefix(3)) }

    /// `22 Nov 2026`.
    public static func date(_ day: Int64) -> String {
        let civil = civil(day)
        return "\(civil.day) \(shortMonths[civil.month - 1]) \(civil.year)"
    }

    /// `22 Nov`.
    public static func dayMonth(_ day: Int64) -> String {
        let civil = civil(day)
        return "\(civil.day) \(shortMonths[civil.month - 1])"
    }

    /// `November 2026`.
    public static func month(_ day: Int64) -> String {
        "\(fullMonthName(day)) \(civil(day).year)"
    }

    /// `November`.
    public static func fullMonthName(_ day: Int64) -> String { months[civil(day).month - 1] }

    /// `Nov 2026`.
    public static func shortMonth(_ day: Int64) -> String {
        "\(monthName(day)) \(civil(day).year)"
    }

    /// `Nov`.
    public static func monthName(_ day: Int64) -> String {
        shortMonths[civil(day).month - 1]
    }

    /// `22`.
    public static func dayOfMonth(_ day: Int64) -> Int { civil(day).day }

    /// `2026`.
    public static func year(_ day: Int64) -> Int { civil(day).year }

    public static func isFirstOfMonth(_ day: Int64) -> Bool { civil(day).day == 1 }

    /// `2026-11-22`, for years 0 to 9999.
    public static func iso(_ day: Int64) -> String {
        String(RFC3339.string(day * 86_400).prefix(10))
    }

    /// `14:05`.
    public static func clock(_ time: UnixTime) -> String {
        String(RFC3339.string(time).dropFirst(11).prefix(5))
    }

    /// `November 2026` for a whole month, `22 Nov 2026` for a day, otherwise the first and the last day:
    /// `16 Nov 2026 to 22 Nov 2026`.
    public static func period(_ range: TimeRange) -> String {
        let first = day(of: range.start)
        let last = day(of: max(range.end - 1, range.start))
        if first == last { return date(first) }
        let start = CivilTime(range.start)
        let isMonth = start.day == 1 && last - first + 1 == CivilTime.daysInMonth(start.month, of: start.year)
        return isMonth ? month(first) : "\(date(first)) to \(date(last))"
    }

    /// A bucket of any width: like ``period(_:)`` where it is of whole days, otherwise with its hours, as
    /// `22 Nov 2026, 14:00 to 15:00`; a minute is `22 Nov 2026, 14:05`.
    public static func bucket(_ range: TimeRange) -> String {
        let day = Granularity.daily.seconds
        if range.start % day == 0, range.end % day == 0 { return period(range) }
        let (first, last) = (self.day(of: range.start), self.day(of: range.end - 1))
        let start = "\(date(first)), \(clock(range.start))"
        if range.seconds <= Granularity.minutely.seconds { return start }
        return "\(start) to \(first == last ? "" : "\(date(last)), ")\(clock(range.end))"
    }

    /// The day in which a time lies.
    public static func day(of time: UnixTime) -> Int64 {
        Granularity.daily.floor(time) / Granularity.daily.seconds
    }

    private static func civil(_ day: Int64) -> CivilTime { CivilTime(day * Granularity.daily.seconds) }
}
