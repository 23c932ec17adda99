public import UsageModel

/// What the answers rest on.
public struct DataQuality: Sendable {
    /// The application itself, then its indices.
    public var scopes: [ScopeQuality]
    /// Of the application's days: fetched, in 0 ... 1. Zero when there are no days.
    public var coverage: Double
    /// Runs of days of the application that were not fetched, oldest first.
    public var missing: [Range<Int64>]
    /// Runs of days that were fetched, though no search was reported in them, oldest first. Days before
    /// ``firstDay`` are not among them: the vendor had forgotten them when they were fetched, or there was nothing.
    public var silent: [Range<Int64>]
    /// Days of the forecast statistics with no value between others, which had to be filled, by statistic; only
    /// those with any.
    public var filled: [StatisticName: Int]
    /// The first day with a value of any series of the application.
    public var firstDay: Int64?
}

/// How much of a scope was fetched.
public struct ScopeQuality: Sendable, Hashable {
    /// `""` for the application itself.
    public var index: IndexName
    public var coverage: Double
    /// The newest day with a value of any of its series.
    public var newest: Int64?
}
