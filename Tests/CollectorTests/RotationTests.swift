import AlgoliaClient
import Collector
import Foundation
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Key rotation")
struct RotationTests {
    private static let keys = ["usage-key", "second-key", "third-key"]

    /// Replaces the file as a secret manager does, long enough ago to be complete.
    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    // Fault (Algolia): Keys that rotate while requests are under way
    // Done: rotations during a backfill
    // Seen: at most one rejected request per rotation
    // Lost: nothing
    @Test("While keys rotate, no bucket is lost, each rotation costs one refused request at most, and no key is logged")
    func rotation() async throws {
        let world = World(indices: ["products", "articles"], requestsPerMinute: 60)
        let path = world.folder.file("key")
        try write(Self.keys[0], path)
        let log = CapturedLog()
        let history = try world.openHistory()
        let client = try world.client(usageKey: Secret(file: path, as: .key, writingTime: 0))
        let collector = try world.collector(history, client: client, logger: log.logger)
        // In the middle of the backfill, and again in live operation.
        for (key, time) in zip(Self.keys.dropFirst(), [World.start + 20, World.start + 8 * 3600]) {
            try await world.run(collector, until: time)
            let refusedBefore = refusals(world)
            world.simulator.faults.rotatedUsageKeys = ["APP": key]
            // The vendor is faster than the operator, by some minutes.
            try await world.run(collector, until: time + 200)
            try write(key + "\n", path)
            try await world.run(collector, until: time + 3 * 3600)
            #expect(refusals(world) - refusedBefore == 1)
            #expect(await collector.status().state == .current)
        }
        let now = world.clock.now
        var comparison = TruthComparison()
        for index in ["", "products", "articles"] as [IndexName] {
            let scope = Scope(application: "APP", index: index)
            let settled = Granularity.hourly.floor(now - 4 * 3600)
            try await comparison.compare(
                history, world.simulator.truth, scope, .hourly,
                range: TimeRange(settled - 85 * 86_400, settled - 8 * 86_400), asOf: now)
            let covered = try await history.coverage().first { $0.scope == scope && $0.granularity == .hourly }
            #expect(covered?.ranges.contains(TimeRange(settled - 89 * 86_400, settled)) == true)
        }
        #expect(comparison.isExact, "\(comparison.wrong) \(comparison.missing)")
        #expect(log.lines.count > 10)
        for line in log.lines { for key in Self.keys + ["search-key"] { #expect(!line.contains(key)) } }
    }

    // Fault (Algolia): A key file that is empty or half-written
    // Done: the file is truncated while in use
    // Seen: the last key stays in use
    // Lost: nothing
    @Test("An empty or half-written file changes nothing")
    func unfinished() async throws {
        let world = World(indices: [])
        let path = world.folder.file("key")
        try write(Self.keys[0], path)
        let client = try world.client(
            usageKey: Secret(file: path, as: .key, writingTime: 3600), listsIndices: false)
        let collector = try world.collector(try world.openHistory(), client: client)
        #expect(try await world.settle(collector))
        for text in ["", "  \n", "second-"] {
            try write(text, path)
            try await world.run(collector, until: world.clock.now + 600)
        }
        #expect(refusals(world) == 0)
    }

    @Test("A key that cannot rotate says how it changes")
    func fixed() async throws {
        let world = World(indices: [])
        let log = CapturedLog()
        let client = try world.client(key: "wrong", listsIndices: false)
        let collector = try world.collector(try world.openHistory(), client: client, logger: log.logger)
        try await world.run(collector, until: World.start + 120)
        #expect(log.lines.contains { $0.contains("changes with a restart") })
        #expect(!log.lines.contains { $0.contains("wrong") })
    }

    @Test("A rotated search or monitoring key is used at once, too")
    func others() async throws {
        let world = World()
        let path = world.folder.file("monitoring")
        try write("wrong", path)
        let fixed = try #require(SecretText(key: "usage-key"))
        let client = try world.client(
            usageKey: Secret(fixed), monitoringKey: Secret(file: path, as: .key, writingTime: 0))
        let monitoring = try world.monitoring(try world.openHistory(), client: client)
        try await world.run(monitoring, until: World.start + 30)
        #expect(await monitoring.snapshot().isRefused)
        #expect(world.simulator.requests.count == 1)
        try write("monitoring-key", path)
        _ = await monitoring.step()
        #expect(world.simulator.requests.last?.status == 200)
        #expect(await !monitoring.snapshot().isRefused)
    }

    private func refusals(_ world: World) -> Int { world.simulator.requests.count { $0.status == 401 } }
}
