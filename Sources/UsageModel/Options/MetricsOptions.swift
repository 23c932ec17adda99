/// The choice of series on `/metrics`. It may change while the exporter runs.
public struct MetricsOptions: Sendable, Hashable {
    /// After how many seconds a value is left out rather than repeated for ever.
    public struct Staleness: Sendable, Hashable {
        public var hourly: Int64
        public var daily: Int64
        public var minutely: Int64

        public init(hourly: Int64 = 3 * 3600, daily: Int64 = 50 * 3600, minutely: Int64 = 600) {
            self.hourly = hourly
            self.daily = daily
            self.minutely = minutely
        }
    }

    public var staleness: Staleness
    /// Regular expressions of the names of families to show, anchored at both ends.
    public var include: [String]
    /// Regular expressions of the names of families to leave out.
    public var exclude: [String]
    /// Samples on the page beyond which the least active indices are left out.
    public var maxSeries: Int
    /// Another exporter whose names are exposed as well; nil for none.
    public var compatibility: Compatibility?
    /// The buckets that the other exporter shows, hours or days (`USAGE_GRANULARITY`); nil for both.
    public var compatibilityGranularity: Granularity?
    /// The applications to show, each with its indices; nil for all that are stored.
    public var applications: [ApplicationID: IndexFilter]?
    /// Labels that are added to the metrics of applications, here and wherever the names of `/metrics` are used.
    public var labels = ApplicationLabels()

    public init(
        staleness: Staleness = Staleness(), include: [String] = [".*"], exclude: [String] = [],
        maxSeries: Int = 100_000, applications: [ApplicationID: IndexFilter]? = nil
    ) {
        self.staleness = staleness
        self.include = include
        self.exclude = exclude
        self.maxSeries = maxSeries
        self.applications = applications
    }
}

/// Another exporter, whose names of metrics are exposed beside the usual ones.
public enum Compatibility: String, Sendable, Hashable, CaseIterable {
    /// The Python exporter that this one descends from.
    case k8sit
}
