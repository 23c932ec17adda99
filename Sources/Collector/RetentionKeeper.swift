public import History
public import Logging
public import ServiceLifecycle
public import UsageModel

/// Deletes points that are older than they are to be kept, an hour's worth at a time.
public struct RetentionKeeper: Service {
    /// Seconds that points of each granularity are kept; those not named stay for ever.
    public typealias Retention = @Sendable () -> [Granularity: Int64]

    /// Seconds from the start to the first pass, which the start needs for itself, and between passes.
    private static let delay = 60.0
    private static let interval = 3600.0

    private let history: History
    private let clock: any WallClock
    private let retention: Retention
    private let logger: Logger

    public init(history: History, clock: any WallClock, logger: Logger, retention: @escaping Retention) {
        self.history = history
        self.clock = clock
        self.logger = logger
        self.retention = retention
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await clock.sleep(for: Self.delay)
                while !Task.isCancelled {
                    await pass()
                    try await clock.sleep(for: Self.interval)
                }
            } catch {}
        }
    }

    /// Deletes what is too old now.
    public func pass() async {
        for (granularity, seconds) in retention().sorted(by: { $0.value < $1.value }) {
            do {
                let rows = try await history.expire(granularity, before: clock.now - seconds)
                guard rows > 0 else { continue }
                logger.debug("deleted \(rows) rows of old points", metadata: ["granularity": "\(granularity.rawValue)"])
            } catch is CancellationError {
                return
            } catch {
                logger.warning("old \(granularity.rawValue) points could not be deleted: \(error)")
            }
        }
    }
}
