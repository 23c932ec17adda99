public import Forecast

/// Processing time of searches, as Algolia measures it, without the network.
public struct LatencyReport: Sendable {
    /// Every month of the report, oldest first; none where no processing time was reported.
    public var months: [LatencyMonth]
    /// Days of the 99th percentile, in milliseconds.
    public var percentile99: DailySeries?
    public var average: DailySeries?
    /// Change in 30 days of the 99th percentile along a robust line through the last 90 days, in milliseconds;
    /// nil with fewer than 28 days.
    public var changePer30Days: Double?
}

/// A month of processing times: medians of its days, in milliseconds.
public struct LatencyMonth: Sendable, Hashable {
    /// Its value is that of ``worst``; the coverage is the application's.
    public var month: PeriodUsage
    public var average: Double?
    public var percentile90: Double?
    public var percentile99: Double?
    /// The worst day of the 99th percentile.
    public var worst: DayValue?
    /// Queries of a second or more, in the whole month.
    public var slowQueries: Double?
}
