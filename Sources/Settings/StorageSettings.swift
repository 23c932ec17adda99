/// Where the history is kept, and for how long.
public struct StorageSettings: Sendable, Hashable {
    /// The SQLite file's path, relative to the working directory.
    public var path = "data/history.db"
    public var retention = RetentionSettings()

    public init() {}
}

/// How long points are kept, in seconds.
public struct RetentionSettings: Sendable, Hashable {
    /// The shortest that daily points may be kept: as long as they are collected.
    static let shortestDaily: Int64 = 365 * 86_400

    /// Minutely points are those of the Monitoring API; their hourly mean and maximum stay.
    public var minutely: Int64 = 30 * 86_400
    /// Nil keeps hourly points for ever.
    public var hourly: Int64?
    /// Nil keeps daily points for ever.
    public var daily: Int64?

    public init() {}
}
