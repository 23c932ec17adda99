internal import UsageModel

/// The billing periods of a contract: each from one day of a calendar month up to the same day of the next.
///
/// Algolia counts requests and records by them; they need not be calendar months.
public struct BillingPeriod: Sendable, Hashable {
    /// The first day, 1 to 28: every calendar month has it.
    public var startDay: Int

    public init(startDay: Int = 1) { self.startDay = startDay }

    /// The period that holds a day, as days since 1970-01-01.
    public func containing(_ day: Int64) -> Range<Int64> {
        let calendar = CalendarMonth.containing(day)
        let offset = Int64(startDay - 1)
        if day >= calendar.lowerBound + offset {
            return calendar.lowerBound + offset..<calendar.upperBound + offset
        }
        return CalendarMonth.containing(calendar.lowerBound - 1).lowerBound + offset..<calendar.lowerBound + offset
    }

    /// Every period that a range of days touches, oldest first.
    func touching(_ days: Range<Int64>) -> [Range<Int64>] {
        var periods: [Range<Int64>] = []
        var day = days.lowerBound
        while day < days.upperBound {
            let period = containing(day)
            periods.append(period)
            day = period.upperBound
        }
        return periods
    }
}
