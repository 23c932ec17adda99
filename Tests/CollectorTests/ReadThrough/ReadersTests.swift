import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Readers of what is not stored yet")
struct ReadersTests {
    private let world = World(indices: ["products", "tmp_old"])
    private let day: Int64 = 86_400
    private let log = CapturedLog()

    private var settled: UnixTime { Granularity.hourly.floor(World.start - 7200) }

    private func collector(_ history: History, excluding: [IndexPattern] = []) throws -> Collector {
        var settings = CollectionSettings()
        settings.indices = IndexFilter(exclude: excluding)
        return Collector(
            [CollectedApplication(settings: settings, client: try world.client(listsIndices: false))],
            history: history, clock: world.clock, metrics: NOOPMetricsHandler.instance, logger: log.logger)
    }

    private func expectTruth(_ history: History, _ index: IndexName, _ range: TimeRange) async throws {
        var comparison = TruthComparison()
        try await comparison.compare(
            history, world.simulator.truth, Self.scope(index), .hourly, range: range, asOf: world.clock.now)
        #expect(comparison.isExact, "\(index): wrong \(comparison.wrong) missing \(comparison.missing)")
    }

    private static func scope(_ index: IndexName) -> Scope { Scope(application: "APP", index: index) }

    @Test("An index that is not collected is read through all the same, and is not collected because of it")
    func foreign() async throws {
        let history = try world.openHistory()
        let collector = try collector(history, excluding: ["tmp_*"])
        let range = TimeRange(settled - 3 * day, settled)
        #expect(try await collector.readThrough(Self.scope("tmp_old"), .hourly, range, .names(["records"])))
        try await expectTruth(history, "tmp_old", range)
        let usage = try #require(collector.applications.first)
        for _ in 0..<60 { _ = await usage.step() }
        #expect(world.simulator.requests.count { $0.index == "tmp_old" } == 1)
    }

    @Test("An application that is not collected is not asked for")
    func unknownApplication() async throws {
        let collector = try collector(try world.openHistory())
        let scope = Scope(application: "OTHER")
        #expect(try await !collector.readThrough(scope, .hourly, TimeRange(0, settled), .all))
        #expect(world.simulator.requests.isEmpty)
        #expect(await collector.usageKey(of: "OTHER") == nil)
        #expect(await collector.usageKey(of: "APP")?.secret == "usage-key")
    }

    @Test("A failure is the answer, and for a minute nobody asks again on behalf of an index that is not collected")
    func failing() async throws {
        let collector = try collector(try world.openHistory(), excluding: ["tmp_*"])
        world.simulator.faults.injected = [Fault(.status(500))]
        let range = TimeRange(settled - day, settled)
        for _ in 0..<10 {
            await #expect(throws: AlgoliaError.self) {
                _ = try await collector.readThrough(Self.scope("tmp_old"), .hourly, range, .all)
            }
        }
        #expect(world.simulator.requests.count == 1)
        world.simulator.faults = Faults()
        world.clock.advance(by: 61)
        #expect(try await collector.readThrough(Self.scope("tmp_old"), .hourly, range, .all))
    }

    @Test("A reader who goes away asks for nothing more, and the next one is served")
    func cancelled() async throws {
        let history = try world.openHistory()
        let collector = try collector(history)
        let range = TimeRange(settled - 50 * day, settled)
        let gone = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await collector.readThrough(Self.scope(""), .hourly, range, .all)
        }
        #expect(try await !gone.value)
        #expect(world.simulator.requests.isEmpty)
        #expect(try await collector.readThrough(Self.scope(""), .hourly, range, .all))
        try await expectTruth(history, "", range)
    }

    @Test("While the history cannot be written, readers are told that it is not complete; the answer is kept")
    func storage() async throws {
        let history = try world.openHistory()
        let collector = try collector(history)
        try await Database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON answered BEGIN SELECT RAISE(ABORT, 'no space'); END",
            in: world.historyPath)
        let range = TimeRange(settled - day, settled)
        for _ in 0..<5 { #expect(try await !collector.readThrough(Self.scope(""), .hourly, range, .all)) }
        #expect(world.simulator.requests.count == 1)
        try await Database.execute("DROP TRIGGER full", in: world.historyPath)
        world.clock.advance(by: 400)
        #expect(try await collector.readThrough(Self.scope(""), .hourly, range, .all))
        #expect(world.simulator.requests.count == 1, "the kept answer is enough")
        try await expectTruth(history, "", range)
    }

}
