import Collector
import Foundation
import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("Damaged files")
struct DamageTests {
    private let folder = TemporaryFolder()

    /// A small history with everything in it that the exporter keeps.
    private func healthy() async throws -> (path: String, world: World) {
        let world = World(indices: ["products"])
        let path = folder.file("healthy.db")
        let history = try History(path: path, collects: true)
        var settings = CollectionSettings()
        settings.horizon = 2 * 86_400
        let collector = try world.collector(history, settings: settings)
        for _ in 0..<12 { _ = await collector.step() }
        try await history.refuse(["records"], application: "APP", level: .index, at: World.start)
        try await history.compact()
        try history.close()
        return (path, world)
    }

    /// Reads everything that the exporter ever reads.
    private func readAll(_ history: History) async {
        let range = TimeRange(0, World.start * 2)
        _ = try? await history.latest()
        _ = try? await history.applications()
        _ = try? await history.coverage()
        _ = try? await history.freshness()
        _ = try? await history.info()
        _ = try? await history.verify()
        _ = try? await history.storedSeries()
        _ = try? await history.statisticOutlines()
        _ = try? await history.answered(application: "APP")
        _ = try? await history.revisionChecks(application: "APP")
        _ = try? await history.incidents(range: range)
        _ = try? await history.billingRegistry(application: "APP")
        _ = try? await history.billingMetrics()
        for granularity in Granularity.allCases {
            _ = try? await history.series(granularity: granularity)
            _ = try? await history.usage(Scope(application: "APP"), granularity)
            _ = try? await history.range(
                RangeQuery(statistics: ["records", "total_search_requests"], granularity: granularity, range: range),
                now: World.start)
            _ = try? await history.retentionPlan(granularity, keeping: 86_400, now: World.start)
        }
        let outbox = Outbox(
            history, destination: "remote", sampleCounts: { $0.map { _ in [.hourly: 1, .daily: 1] } },
            repairedSince: { _, _ in 0 })
        _ = try? await outbox.next(limit: 1000, now: World.start)
        try? await outbox.confirm()
    }

    // Fault (Storage): Flipped bits anywhere in the file
    // Done: 100 copies with 1 to 8 of them
    // Seen: `database … is damaged`; writing stops, reading goes on
    // Lost: what the bits held
    @Test("No flipped bit ends the process, and those in tables of times and names are noticed")
    func flips() async throws {
        let (path, world) = try await healthy()
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        var generator = SeededGenerator(10)
        var noticed = 0
        let count = 100
        for number in 0..<count {
            var damaged = bytes
            for _ in 0..<(number % 3 == 0 ? 1 : 8) {
                let bit = Int.random(in: 0..<(damaged.count * 8), using: &generator)
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            let copy = folder.file("\(number).db")
            try Data(damaged).write(to: URL(filePath: copy))
            guard let history = try? History(path: copy, collects: true) else {
                noticed += 1
                continue
            }
            await readAll(history)
            let collector = try world.collector(history)
            _ = await collector.step()
            if history.problem != nil { noticed += 1 }
            try? history.close()
            for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        }
        #expect(noticed > count / 3, "\(noticed) of \(count)")
    }

    @Test(
        "A value of another kind is damage: what can be read is, nothing is written, and the reason is told",
        arguments: [
            "UPDATE freshness SET fetched_at = 'x'", "UPDATE answered SET start = start + 9000000000000000000",
            "UPDATE answered SET \"end\" = start - 3600", "UPDATE revision_check SET granularity = granularity || 'x'",
            "UPDATE refusal SET refused_at = x'00'", "UPDATE application SET first_seen = 9223372036854775807",
            "UPDATE counter SET total = 'many'", "UPDATE series SET api = 'other' WHERE id = 1",
            "UPDATE freshness SET complete_until = complete_until + 1",
        ])
    func kinds(sql: String) async throws {
        let (path, world) = try await healthy()
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = 1")
            try db.execute(sql: sql)
        }
        try queue.close()
        let log = CapturedLog()
        let history = try History(path: path, collects: true, logger: log.logger)
        guard case .damaged(let reason) = history.problem else {
            Issue.record("not noticed: \(sql)")
            return
        }
        #expect(reason.contains("column"))
        #expect(log.lines.contains { $0.hasPrefix("error") && $0.contains("is damaged: ") })
        await readAll(history)
        _ = await (try world.collector(history)).step()
        await #expect(throws: HistoryError.self) {
            try await history.register(application: "NEW", now: World.start)
        }
        #expect(try await history.verify().contains { $0.description.contains("column") })
    }

    // Fault (Storage): A point of another kind
    // Done: SQL from outside
    // Seen: damage is said when it is read; nothing is written from then on
    // Lost: that point
    @Test("A damaged table of points is noticed when it is read, and nothing is written from then on")
    func points() async throws {
        let (path, _) = try await healthy()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in try db.execute(sql: "UPDATE hourly SET h03 = 'three'") }
        try queue.close()
        let history = try History(path: path, collects: true)
        #expect(history.problem == nil)
        await #expect(throws: HistoryError.self) {
            try await history.range(
                RangeQuery(statistics: ["total_search_requests"], range: TimeRange(0, World.start)), now: World.start)
        }
        await #expect(throws: HistoryError.self) {
            try await history.register(application: "NEW", now: World.start)
        }
    }
}
