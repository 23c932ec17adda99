import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

/// The whole collector, of several applications, on a clock that waits for nobody.
@Suite("The collector of all applications")
struct ApplicationsTests {
    private let clock = VirtualClock(World.start)
    private let folder = TemporaryFolder()
    private let log = CapturedLog()
    private let recorded = RecordedMetrics()
    private let simulator: Simulator

    init() {
        let ids: [ApplicationID] = ["ONE", "TWO", "THREE"]
        simulator = Simulator(
            configuration: SimulatorConfiguration(
                applications: ids.map {
                    SimulatedApplication(id: $0, usageKey: "key", monitoringKey: "monitoring", indices: ["a"])
                }, requestsPerMinute: 60_000), clock: clock)
    }

    private func application(
        _ id: ApplicationID, key: String = "key", monitors: Bool = false, shard: Shard? = nil
    ) throws -> CollectedApplication {
        var settings = CollectionSettings()
        settings.horizon = 14 * 86_400
        settings.shard = shard
        let monitoring = try #require(SecretText(key: "monitoring"))
        var options = RequestOptions()
        // A gateway for usage alone: without a key, nothing else is asked for.
        options.endpoints.usage = "https://gateway.example"
        let client = AlgoliaClient(
            application: id, options: options, usageKey: Secret(try #require(SecretText(key: key))),
            monitoringKey: monitors ? Secret(monitoring) : nil, transport: SimulatorTransport(simulator, clock: clock),
            quota: TokenBucket(requestsPerMinute: 60_000, clock: clock), clock: clock,
            metrics: NOOPMetricsHandler.instance)
        return CollectedApplication(settings: settings, client: client)
    }

    private func collector(_ applications: [CollectedApplication], _ history: History) -> Collector {
        Collector(applications, history: history, clock: clock, metrics: recorded, logger: log.logger)
    }

    /// Runs until `isEnough`, or until an hour of the clock has gone by, and stops as a process does.
    private func run(_ collector: Collector, until isEnough: () async throws -> Bool) async throws {
        let running = Task { try await collector.run() }
        while try await !isEnough() { await Task.yield() }
        running.cancel()
        try await running.value
    }

    private func isCurrent(_ collector: Collector) async -> Bool {
        await collector.status().allSatisfy { $0.state == .current && $0.lastSuccess != nil }
    }

    @Test("Applications are told in the order in which they were given, also after others came and went")
    func order() async throws {
        let history = try History(path: folder.file("history.db"))
        let collector = collector([try application("TWO"), try application("ONE")], history)
        #expect(await collector.status().map(\.application) == ["TWO", "ONE"])
        await collector.apply([try application("THREE"), try application("ONE"), try application("TWO")])
        #expect(await collector.status().map(\.application) == ["THREE", "ONE", "TWO"])
        #expect(collector.applications.count == 3)
        await collector.apply([try application("ONE")])
        #expect(await collector.status().map(\.application) == ["ONE"])
        await collector.apply([])
        #expect(await collector.status().isEmpty)
        #expect(log.lines.count { $0.contains("application added; collecting it") } == 1)
        #expect(log.lines.count { $0.contains("application removed") && $0.contains("keeping its history") } == 3)
    }

    @Test("One whose key is refused leaves the others alone")
    func independent() async throws {
        let history = try History(path: folder.file("history.db"))
        let collector = collector([try application("ONE", key: "wrong"), try application("TWO")], history)
        try await run(collector) {
            let status = await collector.status()
            return status[1].state == .current && status[1].lastSuccess != nil && status[0].state == .unauthorized
        }
        let status = await collector.status()
        #expect(status[0].lastError?.contains("check the key") == true && status[0].lastSuccess == nil)
        #expect(Set(try await history.coverage().map(\.scope.application)) == ["TWO"])
        #expect(recorded.values["algolia_exporter_up ONE usage"] == 0)
        #expect(recorded.values["algolia_exporter_up TWO usage"] == 1)
    }

    @Test("Servers are collected with a monitoring key, by the process whose the application itself is")
    func monitoring() async throws {
        let scope = Scope(application: "ONE")
        let shards = try (1...2).map { try #require(Shard($0, of: 2)) }
        for shard in shards {
            let history = try History(path: folder.file("\(shard.owns(scope)).db"))
            let collector = collector([try application("ONE", monitors: true, shard: shard)], history)
            #expect(await (collector.status()[0].infrastructure != nil) == shard.owns(scope))
        }
        let history = try History(path: folder.file("without.db"))
        let collector = collector([try application("ONE")], history)
        #expect(await collector.status()[0].infrastructure == nil)
        await collector.apply([try application("ONE", monitors: true)])
        try await run(collector) { await collector.status()[0].infrastructure?.servers.isEmpty == false }
        #expect(recorded.values["algolia_exporter_up ONE monitoring"] == 1)
        await collector.apply([try application("ONE")])
        #expect(await collector.status()[0].infrastructure == nil)
    }

    @Test("An application that goes takes its gauges along and leaves its history; one that comes back goes on")
    func comesBack() async throws {
        let history = try History(path: folder.file("history.db"))
        let collector = collector([try application("ONE"), try application("TWO")], history)
        let running = Task { try await collector.run() }
        while await !isCurrent(collector) { await Task.yield() }
        await collector.apply([try application("TWO")])
        while recorded.values.keys.contains("algolia_exporter_up ONE usage") { await Task.yield() }
        let before = simulator.requests.filter { $0.application == "ONE" }
        let covered = try await history.coverage().filter { $0.scope.application == "ONE" }.map(\.ranges.seconds)
        #expect(covered.contains { $0 >= 13 * 86_400 })
        await collector.apply([try application("ONE"), try application("TWO")])
        while await !isCurrent(collector) { await Task.yield() }
        running.cancel()
        try await running.value
        let added = simulator.requests.filter { $0.application == "ONE" }.dropFirst(before.count)
        let old = added.filter { ($0.range?.end ?? .max) < World.start - 8 * 86_400 }
        #expect(!added.isEmpty && old.isEmpty, "nothing that is stored is asked for again")
    }

    @Test("Stopped in the middle of anything, a collector ends, and another goes on where it was", arguments: 1..<6)
    func stopped(after requests: Int) async throws {
        let history = try History(path: folder.file("history.db"))
        let first = collector([try application("ONE"), try application("TWO")], history)
        try await run(first) { simulator.requests.count >= requests * 3 }
        let before = simulator.requests.count
        let second = collector([try application("ONE"), try application("TWO")], history)
        try await run(second) { await isCurrent(second) }
        #expect(simulator.requests.count > before)
        for id in ["ONE", "TWO"] as [ApplicationID] {
            var comparison = TruthComparison()
            let settled = Granularity.hourly.floor(World.start - 7200)
            try await comparison.compare(
                history, simulator.truth, Scope(application: id), .hourly,
                range: TimeRange(settled - 13 * 86_400, settled - 8 * 86_400), asOf: clock.now)
            #expect(comparison.isExact, "\(comparison.wrong) \(comparison.missing)")
        }
    }
}
