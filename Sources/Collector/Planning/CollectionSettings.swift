private import Synchronization
public import UsageModel

/// How one application is collected. Durations are in seconds, and kept within ``shortest`` and ``longest``: times
/// are computed with them everywhere.
public struct CollectionSettings: Sendable, Hashable {
    /// How often the unsettled hourly tail is asked for at application level.
    public var interval: Int64 = 300 { didSet { interval = Self.bounded(interval) } }
    /// The same for each index, shortly after the interval turns.
    public var indexInterval: Int64 = 3600 { didSet { indexInterval = Self.bounded(indexInterval) } }
    /// How long after its end a bucket is settled.
    public var settleDelay: Int64 = 7200 { didSet { settleDelay = min(max(settleDelay, 0), Self.longest) } }
    /// How far back hourly history is wanted.
    public var horizon: Int64 = 90 * 86_400 { didSet { horizon = Self.bounded(horizon) } }
    public var indices = IndexFilter()
    /// The part that this process collects; nil for everything.
    public var shard: Shard?
    /// How often servers and clusters are asked for.
    public var monitoringInterval: Int64 = 60 { didSet { monitoringInterval = Self.bounded(monitoringInterval) } }

    static let shortest: Int64 = 1
    /// A hundred years.
    static let longest: Int64 = 36_525 * 86_400

    private static func bounded(_ duration: Int64) -> Int64 { min(max(duration, shortest), longest) }

    /// How often servers and clusters are asked for within a quota: some three requests a minute are at most a
    /// quarter of it.
    public static func monitoringInterval(requestsPerMinute: Int) -> Int64 {
        let quota = max(requestsPerMinute, 1)
        return 60 * Int64(quota >= 12 ? 1 : (12 + quota - 1) / quota)
    }

    public init() {}

    /// How far back daily history is wanted: as far as the vendor may keep it.
    static let dailyHorizon: Int64 = 365 * 86_400
    /// How often the unsettled daily tail is asked for.
    static let dailyInterval: Int64 = 3600
    /// How long after an interval turns the vendor is given before it is asked.
    static let turnDelay: Int64 = 60
    /// How long after a minute turns servers and clusters are asked for.
    static let monitoringDelay: Int64 = 5
    /// What is asked for again once a day, so that late revisions arrive.
    static let revisedRange: Int64 = 7 * 86_400
    static let revisionInterval: Int64 = 86_400
    /// How long a refusal is believed.
    static let refusalMemory: Int64 = 86_400
    /// How long what is set aside, and how far back the vendor serves, is believed.
    static let setAsideMemory: Int64 = 86_400
    /// How far back the vendor serves unless another contract says more: the first guess when it refuses a range.
    static let usualRetention: Int64 = 90 * 86_400

    /// The longest that a vendor keeps what it may be asked for.
    static let longestRetention: Int64 = 365 * 86_400

    /// Whether this process collects `scope`.
    func owns(_ scope: Scope) -> Bool { shard?.owns(scope) ?? true }

    /// The range that should be fetched and settled at `now`, in whole buckets.
    func desired(_ granularity: Granularity, now: UnixTime) -> TimeRange {
        let horizon = granularity == .daily ? Self.dailyHorizon : horizon
        return TimeRange(granularity.floor(now - horizon), granularity.floor(now - settleDelay))
    }
}

/// From where on what is missing of the history is still collected. Changes with the configuration.
public final class RepairHorizon: Sendable {
    /// The Monitoring API answers minutes of the newest day.
    private static let minutely: Int64 = 86_400

    private let hourly: Mutex<Int64>

    /// - Parameter hourly: ``CollectionSettings/horizon``.
    public init(hourly: Int64) {
        self.hourly = Mutex(hourly)
    }

    /// Goes on with another horizon.
    public func change(hourly: Int64) { self.hourly.withLock { $0 = hourly } }

    /// The start of the oldest bucket that is still collected at `now`.
    public func start(_ granularity: Granularity, _ now: UnixTime) -> UnixTime {
        let seconds =
            switch granularity {
            case .minutely: Self.minutely
            case .hourly: hourly.withLock { $0 }
            case .daily: CollectionSettings.dailyHorizon
            }
        return granularity.floor(now - seconds)
    }
}
