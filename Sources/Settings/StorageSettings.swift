/// Where the history is kept, and for how long.
public struct StorageSettings: Sendable, Hashable {
    /// The SQLite file's path, relative to the working directory.
    public var path = "data/history.db"
    public var retention = RetentionSettings()

    public init() {}
}

/// How long points are kept. Hourly and daily points stay for ever.
public struct RetentionSettings: Sendable, Hashable {
    /// Seconds that minutely points, the infrastructure's, are kept.
    public var minutely: Int64 = 30 * 86_400

    public init() {}
}
