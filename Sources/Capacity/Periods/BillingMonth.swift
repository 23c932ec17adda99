internal import UsageModel

/// The months by which a contract is billed: each from one day of a calendar month up to the same day of the next.
///
/// Algolia counts requests and records by them; they need not be calendar months.
public struct BillingMonth: Sendable, Hashable {
    /// The first day, 1 to 28: every calendar month has it.
    public var startDay: Int

    public init(startDay: Int = 1) { self.startDay = startDay }

    /// Whether its months are those of the calendar.
    public var isCalendarMonth: Bool { startDay == 1 }

    /// The month that holds a day, as days since 1970-01-01.
    public func containing(_ day: Int64) -> Range<Int64> {
        let calendar = CalendarMonth.containing(day)
        let offset = Int64(startDay - 1)
        if day >= calendar.lowerBound + offset {
            return calendar.lowerBound + offset..<calendar.upperBound + offset
        }
        return CalendarMonth.containing(calendar.lowerBound - 1).lowerBound + offset..<calendar.lowerBound + offset
    }

    /// Every month that a range of days touches, oldest first.
    func touching(_ days: Range<Int64>) -> [Range<Int64>] {
        var months: [Range<Int64>] = []
        var day = days.lowerBound
        while day < days.upperBound {
            let month = containing(day)
            months.append(month)
            day = month.upperBound
        }
        return months
    }
}
