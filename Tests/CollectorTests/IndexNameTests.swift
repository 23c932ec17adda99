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
}
