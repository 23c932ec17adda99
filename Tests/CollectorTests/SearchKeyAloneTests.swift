import AlgoliaClient
@testable import Collector
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("An application with a search key alone")
struct SearchKeyAloneTests {
    private let world = World()

    private func collector(_ history: History, log: CapturedLog = CapturedLog()) throws -> ApplicationCollector {
        try world.collector(history, client: world.client(usageKey: nil), logger: log.logger)
    }

    @Test("It is asked for its list every hour, and for nothing else")
    func requests() async throws {
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try collector(history, log: log)
        try await world.run(collector, until: World.start + 3 * 3600)
        #expect(world.simulator.requests.allSatisfy { $0.api == .search && $0.status == 200 })
        #expect(world.simulator.requests.count == 4)
        #expect(try await history.coverage().isEmpty)
        #expect(try await history.freshness().isEmpty)
        let entries = try await history.range(
            RangeQuery(
                statistics: ["index_entries"], indices: .all, range: TimeRange(World.start - 3600, World.start * 2)),
            now: world.clock.now)
        #expect(entries.series.map(\.points.count) == [4, 4])
        #expect(log.lines.contains { $0.contains("no usage key configured; collecting only records, sizes") })
        #expect(!log.lines.contains { $0.hasPrefix("warning") }, "\(log.lines)")
    }

    @Test("Its state is that of the list")
    func status() async throws {
        let history = try world.openHistory()
        let collector = try collector(history)
        let before = await collector.status()
        #expect(before.state == .backfilling && before.lastSuccess == nil && !before.hasNothing)
        world.simulator.faults.injected = [Fault(.status(503), times: 4)]
        _ = await collector.step()
        let failing = await collector.status()
        #expect(failing.state == .paused && failing.pausedUntil != nil && failing.lastError?.contains("503") == true)
        try await world.run(collector, until: World.start + 600)
        let good = await collector.status()
        #expect(good.state == .current && good.lastError == nil && good.indices == 2 && good.failing.isEmpty)
        #expect(good.lastSuccess ?? 0 > World.start && good.keys == [.search, .monitoring])
        #expect(good.remaining.values.allSatisfy { $0 == 0 } && good.desired.values.allSatisfy { $0 == 0 })
        #expect(good.requestsLeft == 0)
        world.simulator.faults.refusedKeys = ["APP"]
        try await world.run(collector, until: World.start + 3700)
        let refused = await collector.status()
        #expect(refused.state == .unauthorized && refused.lastError?.contains("403") == true)
    }

    @Test("A backfill is complete with the list, and ends when there is none")
    func backfill() async throws {
        let history = try world.openHistory()
        #expect(await (try collector(history)).runUntilComplete { _ in } == [])
        #expect(world.simulator.requests.count == 1)
        world.simulator.faults.refusedKeys = ["APP"]
        let refused = await (try collector(history)).runUntilComplete { _ in }
        #expect(refused.count == 1 && refused[0].contains("403"), "\(refused)")
        world.simulator.faults = Faults(injected: [Fault(.status(503))])
        let failing = await (try collector(history)).runUntilComplete { _ in }
        #expect(failing.count == 1 && failing[0].contains("listing indices failed: 503"), "\(failing)")
    }

    @Test("A usage key that is added begins the backfill; one that is taken away ends it, and the levels go on")
    func reload() async throws {
        var settings = CollectionSettings()
        settings.horizon = 2 * 86_400
        let history = try world.openHistory()
        let collector = try world.collector(history, client: world.client(usageKey: nil), settings: settings)
        try await world.run(collector, until: World.start + 600)
        await collector.reconfigure(settings, client: try world.client())
        try await world.run(collector, until: World.start + 1800)
        #expect(world.simulator.requests.contains { $0.api == .usage })
        #expect(try await history.coverage().contains { !$0.scope.isIndex })
        await collector.reconfigure(settings, client: try world.client(usageKey: nil))
        world.simulator.clearRequests()
        try await world.run(collector, until: World.start + 3 * 3600)
        #expect(world.simulator.requests.allSatisfy { $0.api == .search } && !world.simulator.requests.isEmpty)
        #expect(await collector.status().state == .current)
    }

    @Test("It has no key to be asked for usage with")
    func usage() async throws {
        let client = try world.client(usageKey: nil)
        let request = UsageRequest(
            scope: Scope(application: "APP"), statistics: .all, granularity: .hourly, range: TimeRange(0, 3600))
        await #expect(throws: AlgoliaError.noKey("no usage key is configured")) { try await client.usage(request) }
        #expect(await (try collector(try world.openHistory())).usageKey == nil)
        let check = ClientCheck(client)
        #expect(await check.usage(now: World.start).verdict == .skipped)
        #expect(await check.indices().verdict == .works)
        #expect(world.simulator.requests.allSatisfy { $0.api == .search })
    }
}
