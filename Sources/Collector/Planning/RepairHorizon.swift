private import Synchronization
public import UsageModel

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
