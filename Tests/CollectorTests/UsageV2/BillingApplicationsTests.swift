import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

/// The whole collector, on a clock that waits for nobody.
@Suite("Billing metrics beside the rest of an application")
struct BillingApplicationsTests {
    private let clock = VirtualClock(World.start)
    private let folder = TemporaryFolder()
    private let log = CapturedLog()
    private let recorded = RecordedMetrics()
    private let simulator: Simulator

    init() {
        var configuration = SimulatorConfiguration(
            applications: [SimulatedApplication(id: "APP", usageKey: "key", indices: ["a"])],
            requestsPerMinute: 60_000)
        configuration.servesUsageV2 = true
        simulator = Simulator(configuration: configuration, clock: clock)
    }

    private func application(collectsBilling: Bool = true, shard: Shard? = nil) throws -> CollectedApplication {
        var settings = CollectionSettings()
        settings.horizon = 14 * 86_400
        settings.collectsBilling = collectsBilling
        settings.shard = shard
        let client = AlgoliaClient(
            application: "APP", usageKey: Secret(try #require(SecretText(key: "key"))),
            transport: SimulatorTransport(simulator, clock: clock),
            quota: TokenBucket(requestsPerMinute: 60_000, clock: clock), clock: clock,
            metrics: NOOPMetricsHandler.instance)
        return CollectedApplication(settings: settings, client: client)
    }

    private func collector(_ applications: [CollectedApplication], _ history: History) -> Collector {
        Collector(applications, history: history, clock: clock, metrics: recorded, logger: log.logger)
    }

    private func run(_ collector: Collector, until isEnough: () async throws -> Bool) async throws {
        let running = Task { try await collector.run() }
        while try await !isEnough() { await Task.yield() }
        running.cancel()
        try await running.value
    }

    @Test("The first question to Usage API v2 follows the application's own live tail")
    func order() async throws {
        let collector = collector([try application()], try History(path: folder.file("history.db")))
        try await run(collector) { await collector.status()[0].billing?.isServed == true }
        let first = try #require(simulator.requests.firstIndex { $0.api == .usageV2 })
        #expect(simulator.requests[..<first].contains { $0.api == .usage && $0.status == 200 })
        #expect(simulator.requests[first].path == "/2/metrics/registry")
        #expect(simulator.requests.allSatisfy { $0.api != .usageV2 || $0.application == "APP" })
    }

    @Test("usage_v2: off asks nothing, and a reload begins and ends it")
    func off() async throws {
        let collector = collector(
            [try application(collectsBilling: false)], try History(path: folder.file("history.db")))
        try await run(collector) {
            guard await collector.status()[0].lastSuccess != nil else { return false }
            #expect(!simulator.requests.contains { $0.api == .usageV2 })
            #expect(await collector.status()[0].billing == nil)
            await collector.apply([try application()])
            while await collector.status()[0].billing?.isServed != true { await Task.yield() }
            #expect(recorded.values["algolia_exporter_up APP usage_v2"] == 1)
            await collector.apply([try application(collectsBilling: false)])
            #expect(await collector.status()[0].billing == nil)
            while recorded.values["algolia_exporter_up APP usage_v2"] != nil { await Task.yield() }
            return true
        }
    }

    @Test("Of several processes, the one whose the application is collects its billing metrics")
    func shards() async throws {
        let scope = Scope(application: "APP")
        for shard in try (1...2).map({ try #require(Shard($0, of: 2)) }) {
            let collector = collector(
                [try application(shard: shard)], try History(path: folder.file("\(shard.owns(scope)).db")))
            #expect(await collector.completeBilling(of: "APP").isEmpty)
            guard shard.owns(scope) else { continue }
            _ = await collector.applications[0].runUntilComplete { _ in }
            #expect(await collector.completeBilling(of: "APP").isEmpty)
            #expect(await collector.status()[0].billing?.remaining == [.hourly: 0, .daily: 0])
        }
        #expect(simulator.requests.count { $0.path == "/2/metrics/registry" } == 1)
    }

    @Test("A backfill says why billing metrics are missing")
    func backfill() async throws {
        let collector = collector([try application()], try History(path: folder.file("history.db")))
        _ = await collector.applications[0].runUntilComplete { _ in }
        simulator.faults.injected = [
            Fault(.status(500), target: .init(api: .usageV2, granularity: .hourly)),
            Fault(.status(500), target: .init(api: .usageV2, granularity: .daily)),
        ]
        let missing = await collector.completeBilling(of: "APP")
        #expect(
            missing.count == 1 && missing.allSatisfy { $0.contains("Usage API v2") && $0.contains("500") }, "\(missing)"
        )
    }
}
