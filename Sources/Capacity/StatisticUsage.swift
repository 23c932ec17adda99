public import UsageModel

/// One series of the application itself, by calendar month: every month of the report.
public struct StatisticUsage: Sendable {
    public var key: SeriesKey
    public var statistic: Statistic
    /// Combined by the statistic's default aggregate, oldest first.
    public var months: [PeriodUsage]
}
