/// What `/metrics` shows.
public struct MetricsSettings: Sendable, Hashable {
    public var staleness = StalenessSettings()
    /// Regular expressions of metric names to show. Each compiles as a `LinearRegex`.
    public var include = [".*"]
    /// Regular expressions of metric names to leave out. Each compiles as a `LinearRegex`.
    public var exclude: [String] = []
    /// Series on `/metrics` beyond which the least active indices are left out.
    public var maxSeries = 100_000

    public init() {}
}

/// After how many seconds a value is left out rather than repeated for ever.
public struct StalenessSettings: Sendable, Hashable {
    public var hourly: Int64 = 3 * 3600
    public var daily: Int64 = 50 * 3600
    public var minutely: Int64 = 10 * 60

    public init() {}
}
