public import CoreMetrics
public import History
public import Logging
public import NIOSSL
public import ServiceLifecycle
private import Synchronization
public import Transport
public import UsageModel

/// Sends every settled point of the history to receivers of Prometheus' remote write.
///
/// Each destination is sent to by itself. They come, change and go while it runs
/// (``apply(_:)``). What is sent is remembered in the history, by the destination's name.
public final class RemoteWriter: Service {
    /// Destinations whose files were read.
    public struct Prepared: Sendable {
        fileprivate let destinations: [(RemoteWriteDestination, TLSConfiguration?)]
    }

    /// Makes the connection to a destination.
    public typealias Connect =
        @Sendable (RemoteWriteDestination, TLSConfiguration?) -> any HTTPTransport

    /// How long a request that is under way may take at the end.
    private static let grace = Duration.seconds(2)

    private let history: History
    private let repairedSince: Outbox.RepairedSince
    private let clock: any WallClock
    private let metrics: any MetricsFactory
    private let logger: Logger
    private let userAgent: String
    private let labels: @Sendable () -> ApplicationLabels
    private let connect: Connect
    private let tasks = Mutex<[RemoteWriteTask]>([])
    /// The tasks to run from now on.
    private let started: AsyncStream<RemoteWriteTask>
    private let start: AsyncStream<RemoteWriteTask>.Continuation

    /// - Parameters:
    ///   - repairedSince: from where on what is missing of the history will still be collected.
    ///   - userAgent: what the exporter calls itself, such as `algolia-exporter/1.0.0`.
    ///   - labels: those that are added to each application's metrics, as they are now.
    ///   - connect: how to reach a destination.
    public init(
        _ destinations: Prepared, history: History, repairedSince: @escaping Outbox.RepairedSince,
        clock: any WallClock, metrics: any MetricsFactory, logger: Logger, userAgent: String,
        labels: @escaping @Sendable () -> ApplicationLabels = { ApplicationLabels() },
        connect: @escaping Connect = { destination, tls in
            AsyncHTTPTransport(tls: tls, proxies: destination.proxies(otherwise: ProxyRules()))
        }
    ) {
        self.history = history
        self.repairedSince = repairedSince
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.userAgent = userAgent
        self.labels = labels
        self.connect = connect
        (started, start) = AsyncStream.makeStream()
        for (destination, tls) in destinations.destinations { add(destination, tls) }
    }

    /// Reads the files that destinations name, so that what is wrong with them is known before
    /// anything is changed.
    /// - Throws: ``RemoteWriteCertificateError``.
    public static func prepare(_ destinations: [RemoteWriteDestination]) throws -> Prepared {
        Prepared(destinations: try destinations.map { ($0, try $0.tls.configuration(remote: $0.name)) })
    }

    /// Runs until cancelled or shut down; a request that is not answered within 2 s of that is sent
    /// again after the next start.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for await task in started { group.addTask { await task.run(grace: Self.grace) } }
            }
        } onGracefulShutdown: { [self] in
            start.finish()
            for task in tasks.withLock({ $0 }) { task.askToStop() }
        }
    }

    /// Sends to these destinations from now on, and to no others.
    public func apply(_ destinations: Prepared) async {
        let old = tasks.withLock { $0 }
        // A certificate may be another although its path is the same.
        let kept = old.filter { task in
            !task.destination.tls.hasFiles && destinations.destinations.contains { $0.0 == task.destination }
        }
        tasks.withLock { $0 = kept }
        for task in old where !kept.contains(where: { $0 === task }) {
            await task.stopped()
            guard !destinations.destinations.contains(where: { $0.0.name == task.destination.name }) else { continue }
            RemoteWriteMetrics(remote: task.destination.name, factory: metrics).forget()
            logger.info(
                "remote write to this destination stopped; keeping its position",
                metadata: ["remote": "\(task.destination.name)"])
        }
        for (destination, tls) in destinations.destinations
        where !kept.contains(where: { $0.destination == destination }) {
            add(destination, tls)
        }
    }

    private func add(_ destination: RemoteWriteDestination, _ tls: TLSConfiguration?) {
        // Its metrics exist from now on, whenever it is that it is sent to.
        _ = RemoteWriteMetrics(remote: destination.name, factory: metrics)
        let task = RemoteWriteTask(destination) {
            [history, repairedSince, clock, metrics, logger, userAgent, labels, connect] stop in
            let transport = connect(destination, tls)
            var sender = RemoteWriteSender(
                destination, history: history, repairedSince: repairedSince, transport: transport,
                userAgent: userAgent, clock: clock, metrics: metrics, logger: logger, labels: labels,
                stop: stop)
            await sender.run()
            transport.close()
        }
        tasks.withLock { $0.append(task) }
        // After the end of all nobody runs it, and nobody may wait for it.
        if case .terminated = start.yield(task) { task.abandon() }
    }
}
