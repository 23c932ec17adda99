public import History
public import Logging
public import ServiceLifecycle
public import UsageModel

/// Deletes points that are older than they are to be kept.
///
/// Invariants:
/// 1. Age counts from the newest stored bucket that the vendor has dated. No clock deletes anything.
/// 2. A day deletes what it adds and at most one day more (``History/retentionPlan(_:keeping:now:)``); the rest
///    waits for `db retain`.
/// 3. Nothing is deleted within an hour of the start, so that an accidental start can be stopped.
public struct RetentionKeeper: Service {
    /// Seconds that points of each granularity are kept; those not named stay for ever.
    public typealias Retention = @Sendable () -> [Granularity: Int64]

    /// Seconds from the start to the first pass, and between passes.
    public static let interval = 3600.0
    /// Seconds of points that one step deletes.
    private static let step: Int64 = 86_400

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
                while !Task.isCancelled {
                    try await clock.sleep(for: Self.interval)
                    await pass()
                }
            } catch {}
        }
    }

    /// Deletes what is too old.
    /// - Parameter isConfirmed: whether somebody has agreed to delete all of it at once.
    public func pass(isConfirmed: Bool = false) async {
        for (granularity, seconds) in retention().sorted(by: { $0.value < $1.value }) {
            do {
                guard
                    let plan = try await history.retentionPlan(granularity, keeping: seconds, now: clock.now)
                else { continue }
                try await delete(plan, keeping: seconds, isConfirmed: isConfirmed)
            } catch is CancellationError {
                return
            } catch {
                logger.warning(
                    "cannot delete old \(granularity.rawValue) points: \(error); retrying in 1 h")
            }
        }
    }

    private func delete(_ plan: RetentionPlan, keeping seconds: Int64, isConfirmed: Bool) async throws {
        let end = isConfirmed ? plan.limit : plan.allowed
        let name = plan.granularity.rawValue
        if plan.oldest < end {
            logger.notice(
                """
                deleting \(name) points from \(RFC3339.string(plan.oldest)) to \(RFC3339.string(end)), more than \
                \(DurationText.string(seconds)) older than the newest stored one at \(RFC3339.string(plan.newest))
                """)
            var rows = 0
            var before = plan.oldest
            while before < end, !Task.isCancelled {
                before = min(before + Self.step, end)
                rows += try await history.expire(plan.granularity, before: before)
            }
            logger.info("deleted \(rows) rows of \(name) points")
        }
        guard !isConfirmed, plan.excess > 0 else { return }
        logger.warning(
            """
            another \(DurationText.string(plan.excess / 3600 * 3600)) of \(name) points exceed storage.retention; \
            deleting at most two days of them per day; run `algolia-exporter db retain` to delete them now
            """)
    }
}
