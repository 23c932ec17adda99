public import CoreMetrics
public import History
public import Logging
public import ServiceLifecycle
public import UsageModel

/// Notices what happens to the database while it is in use: says so in the log once, and on `/metrics`.
///
/// Stopped first of all services, so that nothing waits for another process's lock at the end.
public struct HistoryWatch: Service {
    /// Seconds between two looks.
    private static let interval = 5.0

    private let history: History
    private let clock: any WallClock
    private let metrics: any MetricsFactory
    private let logger: Logger

    public init(history: History, clock: any WallClock, metrics: any MetricsFactory, logger: Logger) {
        self.history = history
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        show(history.problem)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            // What is known at the start is logged by then.
            var known = history.problem
            while !Task.isCancelled {
                do { try await clock.sleep(for: Self.interval) } catch { break }
                known = check(known)
            }
        }
        history.stopWaiting()
    }

    /// Takes one look.
    /// - Returns: the problem that is known now.
    public func check(_ known: HistoryProblem?) -> HistoryProblem? {
        let problem = history.look()
        if let problem, problem != known { logger.error("\(problem.sentence(history.path))") }
        show(problem)
        return problem
    }

    private func show(_ problem: HistoryProblem?) {
        let metric = CollectorMetric.databaseState
        let present = problem?.name ?? HistoryProblem.good
        for name in HistoryProblem.names {
            Gauge(label: metric.name, dimensions: metric.dimensions([name]), factory: metrics)
                .record(name == present ? 1 : 0)
        }
    }
}
