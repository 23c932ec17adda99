internal import UsageModel

/// Calendar months as days since 1970-01-01.
public enum CalendarMonth {
    /// The month that holds a day.
    public static func containing(_ day: Int64) -> Range<Int64> {
        let civil = CivilTime(day * 86_400)
        let first = day - Int64(civil.day) + 1
        return first..<first + Int64(CivilTime.daysInMonth(civil.month, of: civil.year))
    }
}
