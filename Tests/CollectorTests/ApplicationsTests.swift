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
    private let world: CollectorWorld

    init() {
        let ids: [ApplicationID] = ["ONE", "TWO", "THREE"]
        world = CollectorWorld(
            ids.map { SimulatedApplication(id: $0, usageKey: "key", monitoringKey: "monitoring", indices: ["a"]) })
    }

    private func application(
        _ id: ApplicationID, key: String = "key", monitors: Bool = false, shard: Shard? = nil
    ) throws -> CollectedApplication {
        var options = RequestOptions()
        // A gateway for usage alone: without a key, nothing else is asked for.
        options.endpoints.usage = "https://gateway.example"
        return try world.application(
            id, key: key, monitoringKey: monitors ? "monitoring" : nil, options: options
        ) { $0.shard = shard }
    }

    private func isCurrent(_ collector: Collector) async -> Bool {
        await collector.status().allSatisfy { $0.state == .current && $0.lastSuccess != nil }
    }

    @Test("Applications are told in the order in which they were given, also after others came and went")
    func order() async throws {
        let history = try world.history()
        let collector = world.collector([try application("TWO"), try application("ONE")], history)
        #expect(await collector.status().map(\.application) == ["TWO", "ONE"])
        await collector.apply([try application("THREE"), try application("ONE"), try application("TWO")])
        #expect(await collector.status().map(\.application) == ["THREE", "ONE", "TWO"])
        #expect(collector.applications.count == 3)
        await collector.apply([try application("ONE")])
        #expect(await collector.status().map(\.application) == ["ONE"])
        await collector.apply([])
        #expect(await collector.status().isEmpty)
        #expect(world.log.lines.count { $0.contains("application added; collecting it") } == 1)
        #expect(world.log.lines.count { $0.contains("application removed") && $0.contains("keeping its history") } == 3)
    }

    @Test("One whose key is refused leaves the others alone")
    func independent() async throws {
        let history = try world.history()
        let collector = world.collector([try application("ONE", key: "wrong"), try application("TWO")], history)
        try await world.run(collector) {
            let status = await collector.status()
            return status[1].state == .current && status[1].lastSuccess != nil && status[0].state == .unauthorized
        }
        let status = await collector.status()
        #expect(status[0].lastError?.contains("check the key") == true && status[0].lastSuccess == nil)
        #expect(Set(try await history.coverage().map(\.scope.application)) == ["TWO"])
        #expect(world.recorded.values["algolia_exporter_up ONE usage"] == 0)
        #expect(world.recorded.values["algolia_exporter_up TWO usage"] == 1)
    }

    @Test("Servers are collected with a monitoring key, by the process whose the application itself is")
    func monitoring() async throws {
        let scope = Scope(application: "ONE")
        let shards = try (1...2).map { try #require(Shard($0, of: 2)) }
        for shard in shards {
            let history = try History(path: world.folder.file("\(shard.owns(scope)).db"))
            let collector = world.collector([try application("ONE", monitors: true, shard: shard)], history)
            #expect(await (collector.status()[0].infrastructure != nil) == shard.owns(scope))
        }
        let history = try History(path: world.folder.file("without.db"))
        let collector = world.collector([try application("ONE")], history)
        #expect(await collector.status()[0].infrastructure == nil)
        await collector.apply([try application("ONE", monitors: true)])
        try await world.run(collector) { await collector.status()[0].infrastructure?.servers.isEmpty == false }
        #expect(world.recorded.values["algolia_exporter_up ONE monitoring"] == 1)
        await collector.apply([try application("ONE")])
        #expect(await collector.status()[0].infrastructure == nil)
    }

    @Test("An application that goes takes its gauges along and leaves its history; one that comes back goes on")
    func comesBack() async throws {
        let history = try world.history()
        let collector = world.collector([try application("ONE"), try application("TWO")], history)
        let running = Task { try await collector.run() }
        while await !isCurrent(collector) { await Task.yield() }
        await collector.apply([try application("TWO")])
        while world.recorded.values.keys.contains("algolia_exporter_up ONE usage") { await Task.yield() }
        let before = world.simulator.requests.filter { $0.application == "ONE" }
        let covered = try await history.coverage().filter { $0.scope.application == "ONE" }.map(\.ranges.seconds)
        #expect(covered.contains { $0 >= 13 * 86_400 })
        await collector.apply([try application("ONE"), try application("TWO")])
        while await !isCurrent(collector) { await Task.yield() }
        running.cancel()
        try await running.value
        let added = world.simulator.requests.filter { $0.application == "ONE" }.dropFirst(before.count)
        let old = added.filter { ($0.range?.end ?? .max) < World.start - 8 * 86_400 }
        #expect(!added.isEmpty && old.isEmpty, "nothing that is stored is asked for again")
    }

    @Test("Stopped in the middle of anything, a collector ends, and another goes on where it was", arguments: 1..<6)
    func stopped(after requests: Int) async throws {
        let history = try world.history()
        let first = world.collector([try application("ONE"), try application("TWO")], history)
        try await world.run(first) { world.simulator.requests.count >= requests * 3 }
        let before = world.simulator.requests.count
        let second = world.collector([try application("ONE"), try application("TWO")], history)
        try await world.run(second) { await isCurrent(second) }
        #expect(world.simulator.requests.count > before)
        for id in ["ONE", "TWO"] as [ApplicationID] {
            var comparison = TruthComparison()
            // Each wait moves the clock, so that the oldest hours may have left the horizon before the second one asked.
            let settled = Granularity.hourly.floor(world.clock.now - 7200)
            try await comparison.compare(
                history, world.simulator.truth, Scope(application: id), .hourly,
                range: TimeRange(settled - 13 * 86_400, settled - 8 * 86_400), asOf: world.clock.now)
            #expect(comparison.isExact, "\(comparison.wrong) \(comparison.missing)")
        }
    }

    /// One application with so many indices that their list takes pages, and its servers.
    private func shop(key: String = "key") throws -> (CollectorWorld, CollectedApplication) {
        let indices = (0..<250).map { IndexName(stringLiteral: "index\($0)") }
        let world = CollectorWorld([
            SimulatedApplication(
                id: "SHOP", usageKey: "key", monitoringKey: "monitoring", searchKey: "search", indices: indices)
        ])
        let application = try world.application("SHOP", key: key, monitoringKey: "monitoring", searchKey: "search")
        return (world, application)
    }

    @Test("The first requests bring the week's hours and the month's days; the list of indices and the servers wait")
    func opening() async throws {
        let (world, application) = try shop()
        let collector = world.collector([application], try world.history())
        var states: [ApplicationStatus.State] = []
        try await world.run(collector) {
            if let status = await collector.status().first { states.append(status.state) }
            return world.simulator.requests.count >= 30
        }
        #expect(states.allSatisfy { $0 == .backfilling }, "nothing is called complete before the indices are known")
        let requests = world.simulator.requests
        let opening = requests.prefix { $0.api == .usage && $0.index.isEmpty }
        // Time goes on between them, so that a tail may be due again.
        #expect((2...8).contains(opening.count), "\(requests.map(\.path).prefix(12))")
        // By their length: each wait moves the clock, by days in all where processors are short.
        func days(_ granularity: Granularity) -> Int64 {
            opening.filter { $0.granularity == granularity }.compactMap(\.range).map { ($0.end - $0.start) / 86_400 }
                .max() ?? 0
        }
        #expect(days(.hourly) >= 6 && days(.daily) >= 30, "\(opening.map(\.path))")
        // Then all come at once.
        let rest = requests.dropFirst(opening.count).prefix(20)
        #expect(Set(rest.compactMap(\.api)).isSuperset(of: [.search, .monitoring]), "\(rest.map(\.path))")
    }

    // Fault (Algolia): A list of indices that fails on a new history
    // Done: 500 for every page
    // Seen: the failure on all pages, and nothing is called complete
    // Lost: nothing
    @Test("While the list of indices fails, nothing is called complete, and the failure is shown")
    func listFails() async throws {
        let (world, application) = try shop()
        world.simulator.faults.injected = [Fault(.status(500), target: .init(api: .search))]
        let collector = world.collector([application], try world.history())
        try await world.run(collector) {
            let status = await collector.status()[0]
            guard status.remaining.values.allSatisfy({ $0 == 0 }), !status.desired.isEmpty,
                status.lastError?.hasPrefix("listing indices failed: 500") == true
            else { return false }
            #expect(status.state == .backfilling && status.awaitsIndices)
            return true
        }
    }

    @Test(
        "Where the first requests fail, the list of indices and the servers do not wait for them",
        arguments: [true, false])
    func openingFails(isRefused: Bool) async throws {
        let (world, application) = try shop(key: isRefused ? "wrong" : "key")
        if !isRefused { world.simulator.faults.injected = [Fault(.status(503), target: .init(api: .usage))] }
        let history = try world.history()
        let collector = world.collector([application], history)
        try await world.run(collector) {
            guard try await history.indexInventory(application: "SHOP")?.indices.count == 250 else { return false }
            return await collector.status()[0].infrastructure?.servers.isEmpty == false
        }
        #expect(try await history.coverage().allSatisfy { $0.granularity == .minutely }, "the servers' alone")
    }
}
