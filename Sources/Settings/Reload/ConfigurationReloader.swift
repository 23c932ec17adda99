public import CoreMetrics
public import Logging
public import ServiceLifecycle
private import Synchronization
public import UsageModel

/// Reads the configuration again, on SIGHUP or when asked, and puts it into force. One that is
/// wrong is reported, and the old one stays.
public final class ConfigurationReloader: Service {
    private let settings: Mutex<Settings>
    /// Beside them, since every scrape asks for it.
    private let shown: Mutex<MetricsOptions>
    /// The newest reload: each waits for the one before it.
    private let newest = Mutex<Task<Void, any Error>?>(nil)
    private let load: @Sendable () throws -> Settings
    private let apply: @Sendable (Settings) async throws -> Void
    private let isReloading: @Sendable (Bool) -> Void
    private let orders: AsyncStream<Void>
    private let order: AsyncStream<Void>.Continuation
    private let metrics: any MetricsFactory
    private let clock: any WallClock
    private let logger: Logger

    /// - Parameters:
    ///   - settings: those in force.
    ///   - load: reads them again.
    ///   - apply: puts them into force.
    ///   - isReloading: receives true when a reload begins and false when it has ended, with success or without.
    public init(
        _ settings: Settings, load: @escaping @Sendable () throws -> Settings,
        apply: @escaping @Sendable (Settings) async throws -> Void,
        isReloading: @escaping @Sendable (Bool) -> Void = { _ in }, metrics: any MetricsFactory,
        clock: any WallClock, logger: Logger
    ) {
        self.settings = Mutex(settings)
        shown = Mutex(settings.shownMetrics)
        self.load = load
        self.apply = apply
        self.isReloading = isReloading
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        // More than that during one reload would find nothing new.
        (orders, order) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(16))
        note(isSuccessful: true)
    }

    /// The settings in force.
    public var current: Settings { settings.withLock { $0 } }

    /// The series that `/metrics` shows under these settings.
    public var shownMetrics: MetricsOptions { shown.withLock { $0 } }

    /// Carries out what ``requestReload()`` asks for, until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            for await _ in orders { try? await reload() }
        }
    }

    /// Has the configuration loaded soon, and does not wait: for a signal.
    public func requestReload() { order.yield() }

    /// Loads the configuration, after any reload that is under way.
    /// - Throws: what is wrong with it; the old one is then still in force.
    public func reload() async throws {
        let task = newest.withLock { newest in
            let task = Task { [previous = newest] in
                _ = await previous?.result
                try await reloadNow()
            }
            newest = task
            return task
        }
        try await task.value
    }

    private func reloadNow() async throws {
        isReloading(true)
        defer { isReloading(false) }
        do {
            let new = try load()
            warnOfWhatStays(new)
            try await apply(new)
            settings.withLock { $0 = new }
            shown.withLock { $0 = new.shownMetrics }
            note(isSuccessful: true)
            logger.info("configuration loaded", metadata: ["applications": "\(new.applications.count)"])
        } catch {
            note(isSuccessful: false)
            for line in "\(error)".split(separator: "\n") { logger.error("\(line)") }
            logger.error("configuration not loaded; continuing with the previous one")
            throw error
        }
    }

    private func warnOfWhatStays(_ new: Settings) {
        let path = current.storage.path
        guard new.storage.path != path else { return }
        logger.warning("storage.path changes only with a restart; continuing with \(path)")
    }

    private func note(isSuccessful: Bool) {
        Gauge(label: ConfigurationMetric.isReloadSuccessful.name, dimensions: [], factory: metrics).record(
            isSuccessful ? 1 : 0)
        guard isSuccessful else { return }
        Gauge(label: ConfigurationMetric.lastReload.name, dimensions: [], factory: metrics).record(
            clock.seconds.rounded())
    }
}
