import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

/// The whole collector and the simulator that it asks, on a clock that waits for nobody.
struct CollectorWorld {
    let clock = VirtualClock(World.start)
    let folder = TemporaryFolder()
    let log = CapturedLog()
    let recorded = RecordedMetrics()
    let simulator: Simulator

    init(_ applications: [SimulatedApplication], servesUsageV2: Bool = false) {
        var configuration = SimulatorConfiguration(applications: applications, requestsPerMinute: 60_000)
        configuration.servesUsageV2 = servesUsageV2
        simulator = Simulator(configuration: configuration, clock: clock)
    }

    func history() throws -> History { try History(path: folder.file("history.db")) }

    /// An application of two weeks, with a client of its own that waits for no quota.
    func application(
        _ id: ApplicationID, key: String = "key", monitoringKey: String? = nil, searchKey: String? = nil,
        options: RequestOptions = .init(),
        change: (inout CollectionSettings) -> Void = { _ in }
    ) throws -> CollectedApplication {
        var settings = CollectionSettings()
        settings.horizon = 14 * 86_400
        change(&settings)
        let client = AlgoliaClient(
            application: id, options: options, usageKey: Secret(try #require(SecretText(key: key))),
            monitoringKey: try monitoringKey.map { Secret(try #require(SecretText(key: $0))) },
            searchKey: try searchKey.map { Secret(try #require(SecretText(key: $0))) },
            transport: SimulatorTransport(simulator, clock: clock),
            quota: TokenBucket(requestsPerMinute: 60_000, clock: clock), clock: clock,
            metrics: NOOPMetricsHandler.instance)
        return CollectedApplication(settings: settings, client: client)
    }

    func collector(_ applications: [CollectedApplication], _ history: History) -> Collector {
        Collector(applications, history: history, clock: clock, metrics: recorded, logger: log.logger)
    }

    /// Runs until `isEnough`, and stops as a process does.
    func run(_ collector: Collector, until isEnough: () async throws -> Bool) async throws {
        let running = Task { try await collector.run() }
        while try await !isEnough() { await Task.yield() }
        running.cancel()
        try await running.value
    }
}
