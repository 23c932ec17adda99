private import Synchronization
public import UsageModel

extension CollectionSettings {
    /// How often the unsettled daily tail is asked for.
    static let dailyInterval: Int64 = 3600
    /// How long after an interval turns the vendor is given before it is asked.
    static let turnDelay: Int64 = 60
    /// How long after a minute turns servers and clusters are asked for.
    static let monitoringDelay: Int64 = 5
    /// The range asked for again once a day, so that late revisions arrive.
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

    /// The buckets that are not settled at `now`, the newest of them where one request cannot have all.
    func tail(_ granularity: Granularity, now: UnixTime) -> TimeRange {
        let end = granularity.floor(now) + granularity.seconds
        return TimeRange(max(granularity.floor(now - settleDelay), end - PlannedRequest.longest(granularity)), end)
    }
}

/// The time from which missing history is still collected. Changes with the configuration.
public final class RepairHorizon: Sendable {
    /// The Monitoring API answers minutes of the newest day.
    private static let minutely: Int64 = 86_400

    private let hourly: Mutex<Int64>

    /// - Parameter hourly: ``CollectionSettings/horizon``.
    public init(hourly: Int64) {
        self.hourly = Mutex(hourly)
    }

    /// Sets another horizon.
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
