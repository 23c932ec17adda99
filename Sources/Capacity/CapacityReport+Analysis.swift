internal import UsageModel

extension CapacityReport {
    /// Answers from the days of one application.
    public init(_ input: CapacityInput) {
        application = input.application
        timeZone = input.timeZone
        days = input.days
        limits = LimitReport.all(input)
        let searches = input.days(ContractLimit.searchRequestsPerMonth.statistic)
        months = PeriodUsage.sums(searches, of: .month, in: input)
        weeks = PeriodUsage.sums(searches, of: .week, in: input)
        searchCapacity = SearchCapacityReport(input)
        servers = ServerReport.all(input)
        indices = IndexReport(input)
        unusualDays = UnusualDay.all(input)
        latency = LatencyReport(input)
        statistics = StatisticUsage.all(input)
        quality = DataQuality(input)
    }
}
