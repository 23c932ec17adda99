public import UsageModel

/// Answers to a planner's questions about one application, from its days alone.
///
/// The same days give the same report, bit for bit; nothing in it depends on the time at which it is made.
public struct CapacityReport: Sendable {
    public var application: ApplicationID
    public var timeZone: String
    /// The days that were looked at, from 1970-01-01 on. The last of them is the newest that is over.
    public var days: Range<Int64>
    /// The usual limits, whether something was agreed or not, and others that were, in the order of ``ContractLimit``.
    public var limits: [LimitReport]
    /// Indexing operations beside the limit that follows from what is used; nil when none were reported in the running
    /// billing period.
    public var protectiveLimit: ProtectiveLimit?
    /// Billed search requests of each billing period, oldest first.
    public var months: [PeriodUsage]
    /// The same of each week, from Monday on.
    public var weeks: [PeriodUsage]
    public var searchCapacity: SearchCapacityReport
    public var servers: [ServerReport]
    public var indices: IndexReport
    /// Nil when the list of indices was never fetched.
    public var inventory: InventoryReport?
    /// Whether the Usage API is collected; without it all that is known are records and the list of indices.
    public var hasUsage = true
    public var unusualDays: [UnusualDay]
    public var latency: LatencyReport
    /// Every statistic of the application itself, by month.
    public var statistics: [StatisticUsage]
    public var quality: DataQuality
}

extension CapacityReport {
    /// The series that limits are held against, with their forecasts, each once.
    public var forecasts: [ForecastedSeries] {
        var known: Set<StatisticName> = []
        return limits.filter { known.insert($0.limit.statistic).inserted }.map(\.series)
    }

    /// Answers from the days of one application.
    public init(_ input: CapacityInput) {
        application = input.application
        timeZone = input.timeZone
        days = input.days
        limits = LimitReport.all(input)
        protectiveLimit = ProtectiveLimit(input, limits)
        let searches = input.days(ContractLimit.searchRequestsPerMonth.statistic)
        months = PeriodUsage.sums(searches, of: BillingPeriod(startDay: input.contract.periodStartDay), in: input)
        weeks = PeriodUsage.sums(searches, of: .week, in: input)
        searchCapacity = SearchCapacityReport(input)
        servers = ServerReport.all(input)
        indices = IndexReport(input)
        inventory = input.inventory.map { InventoryReport($0, agreed: input.contract.indices) }
        hasUsage = input.hasUsage
        unusualDays = UnusualDay.all(input)
        latency = LatencyReport(input)
        statistics = StatisticUsage.all(input)
        quality = DataQuality(input)
    }
}
