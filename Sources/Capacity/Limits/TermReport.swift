internal import Forecast
internal import UsageModel

/// The running term of an annual commitment, one billing period after the other.
public struct TermReport: Sendable, Hashable {
    /// The first day and the day after the last: twelve billing periods.
    public var days: Range<Int64>
    /// The billing periods of the term that have begun, oldest first: the billed search requests of each, or the
    /// records that are charged for it.
    public var months: [PeriodUsage]
    /// The share of the term's days that are over, in 0 ... 1.
    public var elapsed: Double
    /// A twelfth of the commitment.
    public var twelfth: Double?
    /// The mean use so far as a share of the mean use that takes the whole commitment: 1 uses it up on the last day.
    /// Days without data are left out on both sides. Nil when nothing is known.
    public var pace: Double?

    /// The billing periods that used more than a twelfth of the commitment.
    public var monthsOver: [PeriodUsage] {
        guard let twelfth else { return [] }
        return months.filter { ($0.value ?? 0) > twelfth }
    }

    /// Whether no day of the term is over yet.
    public var isAhead: Bool { elapsed <= 0 }
}

extension TermReport {
    /// - Parameter series: the days of the limit's statistic.
    init(_ limit: ContractLimit, _ series: DailySeries, days: Range<Int64>, agreed: Double?, in input: CapacityInput) {
        let billing = BillingPeriod(startDay: input.contract.periodStartDay)
        let over = days.clamped(to: days.lowerBound..<max(input.days.upperBound, days.lowerBound))
        let begun = billing.touching(over)
        self.days = days
        months =
            limit.measure == .sum
            ? PeriodUsage.sums(series, of: begun, in: input) : PeriodUsage.billedRecords(series, of: begun, in: input)
        elapsed = Double(over.count) / Double(days.count)
        twelfth = agreed.map { $0 / 12 }
        pace = Self.pace(limit, series.values(in: over).count, months, of: agreed, in: days)
    }

    private static func pace(
        _ limit: ContractLimit, _ reported: Int, _ months: [PeriodUsage], of agreed: Double?, in days: Range<Int64>
    ) -> Double? {
        let known = months.compactMap(\.value)
        guard let agreed, agreed > 0, !known.isEmpty else { return nil }
        let sum = known.reduce(0, +)
        // Requests add up day by day, records period by period.
        return limit.measure == .sum
            ? sum / Double(reported) / (agreed / Double(days.count)) : sum / Double(known.count) / (agreed / 12)
    }
}
