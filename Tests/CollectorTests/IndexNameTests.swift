import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Names in the list of indices")
struct IndexNameTests {
    @Test("The empty name is dropped and told once: it would ask for the application again and again")
    func empty() async throws {
        let world = World(indices: ["products", ""])
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try world.collector(history, logger: log.logger)
        try await world.run(collector, until: World.start + 3 * 3600)
        #expect(await collector.status().indices == 1)
        #expect(try await history.knownIndices(application: "APP") == ["products"])
        let told = log.lines.filter { $0.contains("ignoring empty or invalid names") }
        #expect(told.count == 1 && told[0].contains("list of indices: 1"), "\(told)")
        // A poll each five minutes, and the backfill.
        #expect(world.simulator.requests.filter { $0.api == .usage && $0.index.isEmpty }.count < 100)
    }

    @Test("An index that is configured and not known is named, with what to check", arguments: [true, false])
    func unknown(hasList: Bool) async throws {
        var settings = CollectionSettings()
        settings.indices = IndexFilter(include: ["products", "ghost"])
        let world = World(indices: ["products"], settings: settings)
        let log = CapturedLog()
        let collector = try world.collector(
            try world.openHistory(), client: world.client(listsIndices: hasList), logger: log.logger)
        try await world.run(collector, until: World.start + 1800)
        let words =
            hasList
            ? #"index "ghost" is not in Algolia's list of indices: check its name in the configuration"#
            : #"index "ghost" is not known to Algolia, or has no data in its newest hours"#
        let told = log.lines.filter { $0.hasPrefix("warning") && $0.contains(words) }
        #expect(!told.isEmpty && told.allSatisfy { $0.contains("404") && $0.contains("retrying in") }, "\(log.lines)")
        #expect(await collector.status().failing == ["ghost"])
        #expect(await collector.status().lastError?.contains(words) == true)
        #expect(world.simulator.requests.filter { $0.index == "ghost" }.count <= 8)
    }

    @Test("An index that the list has is not unknown, though it has no data")
    func listed() async throws {
        let world = World(indices: ["products", "empty"])
        var behaviour = FalseVendor.Behaviour()
        behaviour.births = ["empty": World.start + 86_400]
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try world.collector(
            history, client: FalseVendor(world, behaviour).client(), logger: log.logger)
        try await world.run(collector, until: World.start + 3600)
        #expect(await collector.status().failing.isEmpty)
        #expect(!log.lines.contains { $0.hasPrefix("warning") }, "\(log.lines)")
        let covered = try await history.coverage().first { $0.scope.index == "empty" && $0.granularity == .hourly }
        #expect(covered?.ranges.seconds ?? 0 >= 89 * 86_400)
    }
}
