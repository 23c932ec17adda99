public import Forecast
public import UsageModel

/// What one server has used, and where that is going. Servers that are gone are here, too.
public struct ServerReport: Sendable {
    public var server: ServerName
    /// Of the resources that were reported, in the order of ``ServerTrend/Resource``.
    public var trends: [ServerTrend]
}

/// One resource of a server.
public struct ServerTrend: Sendable {
    public enum Resource: String, Sendable, Hashable, CaseIterable {
        /// The busy share of the processors, in percent: 100 less what the vendor reports as `cpu_usage`.
        case cpu
        /// Memory for searching and indexing together, in megabytes of 10⁶ bytes; of a server that reports only one
        /// of them, that. Days with one of two are left out.
        case ram
        /// Data on disk in percent of the memory (`ssd_usage`): from 100 on it does not fit.
        case ssd
        /// Mean time to build an index, in seconds.
        case buildTime = "build_time"
    }

    public var resource: Resource
    public var days: DailySeries
    /// The mean of those of the report's last seven days that were reported; nil when none was, as of a server that
    /// is gone: what it used then says nothing about now.
    public var recent: Double?
    public var highest: DayValue
    /// Change in 30 days along a robust line (Theil–Sen) through the report's last 90 days; nil
    /// with fewer than 28 of them, or without ``recent``.
    public var changePer30Days: Double?
}
