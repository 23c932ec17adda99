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
    private let world = CollectorWorld(
        [SimulatedApplication(id: "APP", usageKey: "key", indices: ["a"])], servesUsageV2: true)

    private func application(collectsBilling: Bool = true, shard: Shard? = nil) throws -> CollectedApplication {
        try world.application("APP") { settings in
            settings.collectsBilling = collectsBilling
            settings.shard = shard
        }
    }

    @Test("The first question to Usage API v2 follows the application's own live tail")
    func order() async throws {
        let collector = world.collector([try application()], try world.history())
        try await world.run(collector) { await collector.status()[0].billing?.isServed == true }
        let first = try #require(world.simulator.requests.firstIndex { $0.api == .usageV2 })
        #expect(world.simulator.requests[..<first].contains { $0.api == .usage && $0.status == 200 })
        #expect(world.simulator.requests[first].path == "/2/metrics/registry")
        #expect(world.simulator.requests.allSatisfy { $0.api != .usageV2 || $0.application == "APP" })
    }

    @Test("usage_v2: off asks nothing, and a reload begins and ends it")
    func off() async throws {
        let collector = world.collector(
            [try application(collectsBilling: false)], try world.history())
        try await world.run(collector) {
            guard await collector.status()[0].lastSuccess != nil else { return false }
            #expect(!world.simulator.requests.contains { $0.api == .usageV2 })
            #expect(await collector.status()[0].billing == nil)
            await collector.apply([try application()])
            while await collector.status()[0].billing?.isServed != true { await Task.yield() }
            #expect(world.recorded.values["algolia_exporter_up APP usage_v2"] == 1)
            await collector.apply([try application(collectsBilling: false)])
            #expect(await collector.status()[0].billing == nil)
            while world.recorded.values["algolia_exporter_up APP usage_v2"] != nil { await Task.yield() }
            return true
        }
    }

    @Test("Of several processes, the one whose the application is collects its billing metrics")
    func shards() async throws {
        let scope = Scope(application: "APP")
        for shard in try (1...2).map({ try #require(Shard($0, of: 2)) }) {
            let collector = world.collector(
                [try application(shard: shard)], try History(path: world.folder.file("\(shard.owns(scope)).db")))
            #expect(await collector.completeBilling(of: "APP").isEmpty)
            guard shard.owns(scope) else { continue }
            _ = await collector.applications[0].runUntilComplete { _ in }
            #expect(await collector.completeBilling(of: "APP").isEmpty)
            #expect(await collector.status()[0].billing?.remaining == [.hourly: 0, .daily: 0])
        }
        #expect(world.simulator.requests.count { $0.path == "/2/metrics/registry" } == 1)
    }

    @Test("A backfill says why billing metrics are missing")
    func backfill() async throws {
        let collector = world.collector([try application()], try world.history())
        _ = await collector.applications[0].runUntilComplete { _ in }
        world.simulator.faults.injected = [
            Fault(.status(500), target: .init(api: .usageV2, granularity: .hourly)),
            Fault(.status(500), target: .init(api: .usageV2, granularity: .daily)),
        ]
        let missing = await collector.completeBilling(of: "APP")
        #expect(
            missing.count == 1 && missing.allSatisfy { $0.contains("Usage API v2") && $0.contains("500") }, "\(missing)"
        )
    }
}
