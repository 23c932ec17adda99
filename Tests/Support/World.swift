public import AlgoliaClient
public import Collector
public import CoreMetrics
public import History
public import Logging
public import Simulator
public import Transport
public import UsageModel

/// A simulator, a clock and a history file: what a collector test needs.
public final class World: Sendable {
    /// 2026-07-15T10:20:00Z.
    public static let start: UnixTime = 1_784_110_800

    public let clock: VirtualClock
    public let simulator: Simulator
    public let folder = TemporaryFolder()
    public let settings: CollectionSettings
    private let requestsPerMinute: Int
    private let sendsDate: Bool

    /// - Parameters:
    ///   - sendsDate: whether the vendor says what time it is.
    ///   - configure: what else is different about the vendor.
    public init(
        start: UnixTime = World.start, indices: [IndexName] = ["products", "tmp_old"], requestsPerMinute: Int = 6000,
        settings: CollectionSettings = CollectionSettings(), faults: Faults = Faults(), sendsDate: Bool = true,
        configure: (inout SimulatorConfiguration) -> Void = { _ in }
    ) {
        self.sendsDate = sendsDate
        clock = VirtualClock(start)
        let application = SimulatedApplication(
            id: "APP", usageKey: "usage-key", monitoringKey: "monitoring-key", searchKey: "search-key",
            indices: indices)
        var configuration = SimulatorConfiguration(
            applications: [application], requestsPerMinute: requestsPerMinute, faults: faults)
        configure(&configuration)
        simulator = Simulator(configuration: configuration, clock: VendorTime(clock))
        self.settings = settings
        self.requestsPerMinute = requestsPerMinute
    }

    public var historyPath: String { folder.file("history.db") }

    public func openHistory() throws -> History { try History(path: historyPath) }

    /// A client of the simulator.
    public func client(key: String = "usage-key", listsIndices: Bool = true) throws -> AlgoliaClient {
        guard let usage = SecretText(key: key) else { throw WorldError() }
        return try client(usageKey: Secret(usage), listsIndices: listsIndices)
    }

    /// The same with keys from anywhere.
    public func client(
        usageKey: Secret?, monitoringKey: Secret? = nil, listsIndices: Bool = true
    ) throws -> AlgoliaClient {
        guard let monitoring = SecretText(key: "monitoring-key"), let search = SecretText(key: "search-key") else {
            throw WorldError()
        }
        return AlgoliaClient(
            application: "APP", usageKey: usageKey, monitoringKey: monitoringKey ?? Secret(monitoring),
            searchKey: listsIndices ? Secret(search) : nil,
            transport: SimulatorTransport(simulator, clock: clock, sendsDate: sendsDate),
            quota: TokenBucket(requestsPerMinute: requestsPerMinute, clock: clock), clock: clock,
            metrics: NOOPMetricsHandler.instance)
    }

    public func collector(
        _ history: History, client: AlgoliaClient? = nil, settings: CollectionSettings? = nil,
        logger: Logger? = nil, seed: UInt64 = 1
    ) throws -> ApplicationCollector {
        ApplicationCollector(
            settings: settings ?? self.settings, client: try client ?? self.client(), history: history, clock: clock,
            metrics: NOOPMetricsHandler.instance, logger: logger ?? Self.silence, generator: SeededGenerator(seed))
    }

    public func monitoring(
        _ history: History, client: AlgoliaClient? = nil, logger: Logger? = nil, seed: UInt64 = 1
    ) throws -> MonitoringCollector {
        MonitoringCollector(
            settings: settings, client: try client ?? self.client(), history: history, clock: clock,
            metrics: NOOPMetricsHandler.instance, logger: logger ?? Self.silence, generator: SeededGenerator(seed))
    }

    public func billing(
        _ history: History, client: AlgoliaClient? = nil, metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        logger: Logger? = nil, seed: UInt64 = 1
    ) throws -> BillingCollector {
        BillingCollector(
            settings: settings, client: try client ?? self.client(), history: history, clock: clock, metrics: metrics,
            logger: logger ?? Self.silence, generator: SeededGenerator(seed))
    }

    private static var silence: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// Steps until the clock has reached `end`, sleeping as told.
    /// - Throws: ``Stuck`` when the collector would wait for a time that has come.
    public func run(_ collector: MonitoringCollector, until end: UnixTime) async throws {
        while clock.now < end {
            if case .idle(let wakeUp) = await collector.step() { try wait(until: min(wakeUp, Double(end))) }
        }
    }

    /// Steps until the clock has reached `end`, sleeping as told.
    /// - Throws: ``Stuck`` when the collector would wait for a time that has come.
    public func run(_ collector: ApplicationCollector, until end: UnixTime) async throws {
        while clock.now < end {
            if case .idle(let wakeUp) = await collector.step() { try wait(until: min(wakeUp, Double(end))) }
        }
    }

    /// Steps until the clock has reached `end`, sleeping as told.
    /// - Throws: ``Stuck`` when the collector would wait for a time that has come.
    public func run(_ collector: BillingCollector, until end: UnixTime) async throws {
        while clock.now < end {
            if case .idle(let wakeUp) = await collector.step() { try wait(until: min(wakeUp, Double(end))) }
        }
    }

    private func wait(until wakeUp: Double) throws {
        guard wakeUp > clock.seconds else { throw Stuck(at: clock.seconds) }
        clock.advance(to: wakeUp)
    }

    /// The collector waits for the past: it would spin.
    public struct Stuck: Error {
        let at: Double
    }

    /// Steps until there is nothing to do, at most `limit` steps.
    /// - Returns: whether it came to that.
    public func settle(_ collector: ApplicationCollector, limit: Int = 5000) async throws -> Bool {
        for _ in 0..<limit {
            guard case .idle(let wakeUp) = await collector.step() else { continue }
            let status = await collector.status()
            if status.state == .current, status.failing.isEmpty { return true }
            try wait(until: wakeUp)
        }
        return false
    }
}

/// The vendor's clock: it goes on evenly, whatever ours is set to.
private struct VendorTime: WallClock {
    private let clock: VirtualClock

    init(_ clock: VirtualClock) { self.clock = clock }

    var seconds: Double { clock.monotonic }

    func sleep(until deadline: Double) async throws { try await clock.sleep(for: deadline - seconds) }
}

private struct WorldError: Error {}
