public import Forecast
public import UsageModel

/// How busy the search servers were at their peaks, and what it cost.
public struct SearchCapacityReport: Sendable {
    /// The share of search capacity in use at the day's peak over all servers, in percent
    /// (`total_used_search_capacity`); Algolia's 100 may mean one saturated second.
    public var peaks: DailySeries?
    /// The day's mean (`total_avg_used_search_capacity`), in percent.
    public var means: DailySeries?
    /// The highest peak and its day, the newest of several.
    public var highest: DayValue?
    /// Days with a peak of 80 percent or more, and of 100, among the last 28.
    public var daysAbove80: Int
    public var daysSaturated: Int
    /// Servers with degraded queries in the report's days, the one with the worst day first.
    public var degraded: [DegradedQueries]
}

/// Queries of one server that were slower than they should have been, for one cause.
public struct DegradedQueries: Sendable, Hashable {
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        /// The engine read from SSD: not enough memory.
        case ssd
        /// Every search thread was busy: not enough processors.
        case capacity
    }

    public var server: ServerName
    public var cause: Cause
    /// Days on which any query was degraded.
    public var days: Int
    /// The worst day's share of queries, in percent.
    public var worst: DayValue
    /// The same of the report's last 28 days; no day and nil where no query was degraded in them.
    public var recentDays: Int
    public var recentWorst: DayValue?
    /// The median of the server's peaks of used search capacity on those days and on all others, in percent; of
    /// all servers' peaks where it has none of its own. Nil where nothing is known.
    public var peakOnThoseDays: Double?
    public var peakOnOtherDays: Double?
}
