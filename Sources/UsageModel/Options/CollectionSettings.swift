/// How one application is collected. Durations are in seconds, and kept within ``shortest`` and ``longest``: times
/// are computed with them everywhere.
public struct CollectionSettings: Sendable, Hashable {
    /// Seconds between requests for the unsettled hourly tail of the application.
    public var interval: Int64 = 300 { didSet { interval = Self.bounded(interval) } }
    /// The same for each index, shortly after the interval turns.
    public var indexInterval: Int64 = 3600 { didSet { indexInterval = Self.bounded(indexInterval) } }
    /// How long after its end a bucket is settled.
    public var settleDelay: Int64 = 7200 { didSet { settleDelay = min(max(settleDelay, 0), Self.longest) } }
    /// How far back hourly history is wanted.
    public var horizon: Int64 = 90 * 86_400 { didSet { horizon = Self.bounded(horizon) } }
    public var indices = IndexFilter()
    /// The clusters whose state is collected; nil for those of the inventory, or of the servers in the history.
    public var clusters: [ServerName]?
    /// The part that this process collects; nil for everything.
    public var shard: Shard?
    /// Seconds between requests for servers and clusters.
    public var monitoringInterval: Int64 = 60 { didSet { monitoringInterval = Self.bounded(monitoringInterval) } }
    /// Whether the billing metrics of Usage API v2 are collected where it is served.
    public var collectsBilling = true

    private static let shortest: Int64 = 1
    /// A hundred years.
    private static let longest: Int64 = 36_525 * 86_400

    private static func bounded(_ duration: Int64) -> Int64 { min(max(duration, shortest), longest) }

    /// How often servers and clusters are asked for within a quota: some three requests a minute are at most a
    /// quarter of it.
    public static func monitoringInterval(requestsPerMinute: Int) -> Int64 {
        let quota = max(requestsPerMinute, 1)
        return 60 * Int64(quota >= 12 ? 1 : (12 + quota - 1) / quota)
    }

    public init() {}

    /// How far back daily history is wanted: as far as the vendor may keep it.
    public static let dailyHorizon: Int64 = 365 * 86_400
}
