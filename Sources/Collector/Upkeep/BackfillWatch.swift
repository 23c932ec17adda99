internal import AlgoliaClient
public import Logging
public import ServiceLifecycle
public import UsageModel

/// Logs how far the backfill of each application is, while it runs.
public struct BackfillWatch: Service {
    /// Seconds between two looks.
    private static let interval = 5.0

    private let statuses: @Sendable () async -> [ApplicationStatus]
    private let clock: any WallClock
    private let logger: Logger

    /// - Parameter statuses: the state of each application's collector.
    public init(
        _ statuses: @escaping @Sendable () async -> [ApplicationStatus], clock: any WallClock, logger: Logger
    ) {
        self.statuses = statuses
        self.clock = clock
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var log = BackfillLog()
            while !Task.isCancelled {
                let now = clock.monotonic
                for status in await statuses() {
                    guard let line = log.line(status, now: now) else { continue }
                    logger.info("\(line)", metadata: ["application": "\(status.application)"])
                }
                do { try await clock.sleep(for: Self.interval) } catch { break }
            }
        }
    }
}

/// The lines about backfills, at a pace that people read: one at the begin, at each tenth but not more than one in ten
/// seconds, after five minutes without any, and one at the end.
struct BackfillLog {
    private static let shortest = 10.0
    private static let longest = 300.0
    /// Requests of a backfill that is worth a line once the first is complete; a new index takes some fifteen.
    private static let worthwhile = 30

    private struct Running {
        var meter = BackfillMeter()
        let begin: Double
        var lastLine: Double
        var lastPercent = 0
    }

    private var running: [ApplicationID: Running] = [:]
    /// Applications that have been seen.
    private var known: Set<ApplicationID> = []

    /// The line for the state of an application at `now`, in seconds of ``WallClock/monotonic``; nil for none.
    mutating func line(_ status: ApplicationStatus, now: Double) -> String? {
        let application = status.application
        guard let left = status.requestsLeft else { return nil }
        let isFirst = known.insert(application).inserted
        guard var backfill = running[application] else {
            guard left >= (isFirst ? 1 : Self.worthwhile) else { return nil }
            var backfill = Running(begin: now, lastLine: now)
            backfill.meter.note(status, now: now)
            running[application] = backfill
            return "backfill started: \(Self.requests(left)) to make, \(backfill.meter.timeLeft(now: now)) at "
                + "\(CountText.grouped(status.quota.requestsPerMinute)) requests/min"
        }
        backfill.meter.note(status, now: now)
        defer { running[application] = left == 0 ? nil : backfill }
        guard left > 0 else {
            let time = DurationText.string(Int64(now - backfill.begin))
            return "backfill complete: \(Self.requests(backfill.meter.total)) in \(time)"
        }
        let percent = backfill.meter.percent
        let hasAdvanced = percent / 10 > backfill.lastPercent / 10 && now - backfill.lastLine >= Self.shortest
        guard hasAdvanced || now - backfill.lastLine >= Self.longest else { return nil }
        (backfill.lastLine, backfill.lastPercent) = (now, percent)
        return "backfill \(backfill.meter.text(now: now))"
    }

    private static func requests(_ count: Int) -> String {
        "\(CountText.grouped(count)) \(count == 1 ? "request" : "requests")"
    }
}
