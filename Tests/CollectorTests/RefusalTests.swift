import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Plans that refuse")
struct RefusalTests {
    private func covered(_ history: History, _ index: IndexName = "") async throws -> Int64 {
        try await history.coverage().first { $0.scope.index == index && $0.granularity == .hourly }?.ranges.seconds ?? 0
    }

    private func stored(_ history: History, _ statistic: StatisticName) async throws -> Int {
        try await history.range(
            RangeQuery(
                statistics: [statistic], range: TimeRange(World.start - 90 * 86_400, World.start + 90 * 86_400)),
            now: World.start + 90 * 86_400
        ).series.reduce(0) { $0 + $1.points.count }
    }

    // Fault (Algolia): A plan that rejects `*`
    // Done: a simulator that rejects it
    // Seen: statistics are asked for by name
    // Lost: nothing
    @Test(
        "The wildcard refused, names are asked for in batches, and everything arrives", arguments: [400, 403, 404, 422])
    func wildcard(status: Int) async throws {
        let world = World(indices: ["products"])
        world.simulator.faults.refusedWildcardStatus = status
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history)))
        var comparison = TruthComparison()
        try await comparison.compare(
            history, world.simulator.truth, Scope(application: "APP"), .hourly,
            range: TimeRange(Granularity.hourly.floor(World.start - 89 * 86_400), World.start - 12_000),
            asOf: world.clock.now)
        #expect(comparison.isExact, "wrong \(comparison.wrong) missing \(comparison.missing)")
        #expect(try await covered(history) >= 90 * 86_400 - 10_800)
        let asked = world.simulator.requests.filter { $0.statistics.contains("*") || $0.path.hasPrefix("/1/usage/*") }
        #expect(asked.count <= 4, "once for the application, once for indices")
    }

    @Test(
        "Started anew at every step of a fill by name, everything arrives all the same, within the hour",
        arguments: 0..<3)
    func restarts(seed: UInt64) async throws {
        let world = World(indices: ["products"])
        world.simulator.faults.refusedWildcardStatus = 422
        var generator = SeededGenerator(seed)
        for _ in 0..<25 {
            let history = try world.openHistory()
            let collector = try world.collector(history)
            for _ in 0..<Int.random(in: 1...5, using: &generator) { _ = await collector.step() }
            try history.close()
        }
        let history = try world.openHistory()
        let stuck = try await world.collector(history).runUntilComplete { _ in }
        #expect(stuck.isEmpty)
        #expect(world.clock.now < World.start + 2400, "before the next hour turns")
        for index in ["", "products"] as [IndexName] {
            #expect(try await covered(history, index) >= 90 * 86_400 - 10_800)
            let days = try await history.coverage().first { $0.scope.index == index && $0.granularity == .daily }
            #expect((days?.ranges.seconds ?? 0) >= 365 * 86_400)
        }
    }

    @Test("A refused name is isolated, the rest is kept, and coverage does not wait for it")
    func name() async throws {
        let world = World(indices: [])
        world.simulator.faults.refusedWildcardStatus = 422
        world.simulator.faults.refusedStatistics = ["max_qps", "records"]
        let history = try world.openHistory()
        let collector = try world.collector(history)
        #expect(try await world.settle(collector))
        #expect(try await covered(history) >= 90 * 86_400 - 10_800)
        #expect(await collector.status().refused["application"] == ["*", "max_qps", "records"])
        #expect(try await stored(history, "records") == 0)
        #expect(try await stored(history, "data_size") > 2000)
    }

    @Test("A refusal is remembered over a restart, for a day; what is served then is backfilled for itself")
    func later() async throws {
        let world = World(indices: [])
        world.simulator.faults.refusedWildcardStatus = 422
        world.simulator.faults.refusedStatistics = ["records"]
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history)))
        let refusals = world.simulator.requests.filter { $0.status == 422 }.count
        let restarted = try world.collector(history)
        try await world.run(restarted, until: World.start + 20 * 3600)
        #expect(world.simulator.requests.filter { $0.status == 422 }.count == refusals)

        world.simulator.faults.refusedStatistics = []
        world.simulator.clearRequests()
        try await world.run(restarted, until: World.start + 30 * 3600)
        #expect(try await stored(history, "records") > 89 * 24)
        #expect(try await covered(history) >= 90 * 86_400 - 10_800)
        let old = world.simulator.requests.filter { ($0.range?.end ?? .max) < World.start - 8 * 86_400 }
        #expect(!old.isEmpty && old.allSatisfy { $0.statistics == ["records"] }, "only what was missing is asked for")
    }

    @Test("A wildcard that is served later is used again")
    func wildcardLater() async throws {
        let world = World(indices: [])
        world.simulator.faults.refusedWildcardStatus = 422
        let history = try world.openHistory()
        let collector = try world.collector(history)
        #expect(try await world.settle(collector))
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 26 * 3600)
        #expect(await collector.status().refused["application"] == [])
        world.simulator.clearRequests()
        try await world.run(collector, until: World.start + 28 * 3600)
        #expect(world.simulator.requests.allSatisfy { $0.api == .search || $0.path.contains("*") })
    }

    @Test("Statistics that no catalogue knows are stored and served")
    func unknown() async throws {
        let world = World(indices: [])
        world.simulator.faults.unknownStatistics = true
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history)))
        let unknown = try await history.storedStatistics().filter { StatisticCatalogue.statistic(named: $0) == nil }
        #expect(unknown.count == 2)
        for name in unknown { #expect(try await stored(history, name) > 0) }
    }
}
