/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Every time inside the exporter is in this unit. The vendor's milliseconds
/// are converted where answers are decoded, and back where JSON is written.
public typealias UnixTime = Int64

/// A civil date and time of day in UTC.
public struct CivilTime: Sendable, Hashable {
    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    /// The civil time at `time`, in the proleptic Gregorian calendar.
    public init(_ time: UnixTime) {
        let days = Granularity.daily.floor(time) / 86_400
        let rest = Int(time - days * 86_400)
        // Days are counted from 0000-03-01, so that the leap day ends its year.
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
    }

    /// The calendar month in which `time` lies.
    public static func month(containing time: UnixTime) -> TimeRange {
        let civil = CivilTime(time)
        let first = Granularity.daily.floor(time) - Int64(civil.day - 1) * Granularity.daily.seconds
        let days = Int64(daysInMonth(civil.month, of: civil.year))
        return TimeRange(first, first + days * Granularity.daily.seconds)
    }

    /// Days since 1970-01-01 of a civil date, or nil for a date that does not exist.
    public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= daysInMonth(month, of: year) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// Days in a month, leap years considered.
    public static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
