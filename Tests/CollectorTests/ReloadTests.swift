import AlgoliaClient
import Collector
import CoreMetrics
import Foundation
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Reload")
struct ReloadTests {
    private struct Question: Hashable {
        var index: IndexName
        var granularity: Granularity?
        var range: TimeRange
    }

    @Test("Settings that change in the middle of a backfill lose nothing and repeat nothing")
    func midBackfill() async throws {
        let world = World(indices: ["products", "articles", "tmp_old"], requestsPerMinute: 600)
        let history = try world.openHistory()
        let collector = try world.collector(history)
        for number in 0..<30 {
            _ = await collector.step()
            var settings = CollectionSettings()
            settings.interval = number.isMultiple(of: 2) ? 120 : 600
            settings.indices = IndexFilter(exclude: number.isMultiple(of: 3) ? ["tmp_*"] : [])
            await collector.reconfigure(settings, client: try world.client())
        }
        await collector.reconfigure(CollectionSettings(), client: try world.client())
        #expect(try await world.settle(collector))
        let settledBy = Granularity.hourly.floor(World.start - 7200)
        var asked: [Question: Int] = [:]
        for request in world.simulator.requests {
            guard request.api == .usage, request.granularity == .hourly, let range = request.range,
                range.end <= settledBy
            else { continue }
            #expect(request.status == 200)
            asked[Question(index: request.index, granularity: request.granularity, range: range), default: 0] += 1
        }
        #expect(asked.count > 30)
        #expect(asked.values.allSatisfy { $0 == 1 })
        let now = world.clock.now
        var comparison = TruthComparison()
        for index in ["", "products", "articles", "tmp_old"] as [IndexName] {
            try await comparison.compare(
                history, world.simulator.truth, Scope(application: "APP", index: index), .hourly,
                range: TimeRange(settledBy - 89 * 86_400, settledBy), asOf: now)
        }
        #expect(comparison.isExact, "\(comparison.wrong) \(comparison.missing)")
    }

    @Test("Applications come and go while the collector runs; what was under way is finished")
    func applications() async throws {
        let clock = SystemClock()
        let ids: [ApplicationID] = ["ONE", "TWO", "THREE"]
        let simulator = Simulator(
            configuration: SimulatorConfiguration(
                applications: ids.map { SimulatedApplication(id: $0, usageKey: "key", indices: ["a"]) },
                requestsPerMinute: 60_000), clock: clock)
        let folder = TemporaryFolder()
        let history = try History(path: folder.file("history.db"))
        func application(_ id: ApplicationID) throws -> CollectedApplication {
            var settings = CollectionSettings()
            settings.horizon = 14 * 86_400
            let client = AlgoliaClient(
                application: id, usageKey: Secret(try #require(SecretText(key: "key"))),
                transport: SimulatorTransport(simulator, clock: nil),
                quota: TokenBucket(requestsPerMinute: 60_000, clock: clock),
                clock: clock, metrics: NOOPMetricsHandler.instance)
            return CollectedApplication(settings: settings, client: client)
        }
        let collector = Collector(
            [try application("ONE"), try application("TWO")], history: history, clock: clock,
            metrics: NOOPMetricsHandler.instance, logger: CapturedLog().logger)
        let running = Task { try await collector.run() }
        await collector.apply([try application("TWO"), try application("THREE")])
        // However many the first application had sent by then: only one that was under way may follow.
        func sent() -> Int { simulator.requests.count { $0.application == "ONE" && $0.api == .usage } }
        let known = sent()
        #expect(await collector.status().map(\.application) == ["TWO", "THREE"])
        while await !collector.status().allSatisfy({ $0.state == .current && $0.lastSuccess != nil }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        running.cancel()
        _ = try? await running.value
        #expect(sent() <= known + 1)
        #expect(Set(try await history.coverage().map(\.scope.application)).isSuperset(of: ["TWO", "THREE"]))
    }
}
