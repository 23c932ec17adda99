/// What `/metrics` shows.
public struct MetricsSettings: Sendable, Hashable {
    public var staleness = StalenessSettings()
    /// Regular expressions of metric names to show. Each compiles as a Swift `Regex`.
    public var include = [".*"]
    /// Regular expressions of metric names to leave out. Each compiles as a Swift `Regex`.
    public var exclude: [String] = []

    public init() {}
}

/// After how many seconds a value is left out rather than repeated for ever.
public struct StalenessSettings: Sendable, Hashable {
    public var hourly: Int64 = 3 * 3600
    public var daily: Int64 = 50 * 3600

    public init() {}
}
