import AlgoliaClient
import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("When servers and clusters are asked for")
struct MonitoringScheduleTests {
    private let world = World(start: World.start - World.start % 3600)
    private let log = CapturedLog()

    private func collector(
        _ vendor: ScriptedMonitoring, _ history: History, settings: CollectionSettings = CollectionSettings(),
        metrics: RecordedMetrics = RecordedMetrics()
    ) throws -> MonitoringCollector {
        MonitoringCollector(
            settings: settings, client: try vendor.client(), history: history, clock: world.clock,
            metrics: metrics, logger: log.logger, generator: SeededGenerator(1))
    }

    private func run(_ collector: MonitoringCollector, for duration: Int64) async throws {
        try await world.run(collector, until: world.clock.now + duration)
    }

    @Test("Servers and states every minute, probes and incidents every five, the inventory every hour; nothing else")
    func paces() async throws {
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, try world.openHistory())
        try await run(collector, for: 600)
        let before = vendor.requests.count
        try await run(collector, for: 2 * 3600)
        let added = vendor.requests[before...].map(\.path)
        func count(_ path: String) -> Int { added.count { $0.hasPrefix(path) } }
        #expect((119...121).contains(count("infrastructure/*/period/hour")))
        #expect((119...121).contains(count("status")))
        for path in ["latency", "indexing", "reachability", "incidents"] {
            #expect((23...25).contains(count(path)), "\(path): \(count(path))")
        }
        #expect((1...3).contains(count("inventory")))
        #expect(count("infrastructure/*/period/") == count("infrastructure/*/period/hour"), "nothing is repaired")
    }

    @Test("Each is asked for five seconds after its minute turns, however long answers take")
    func aligned() async throws {
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, try world.openHistory())
        try await run(collector, for: 3600)
        let times = vendor.times("infrastructure/*/period/hour").dropFirst(3)
        #expect(times.count > 50)
        for time in times { #expect((5..<7).contains(time.truncatingRemainder(dividingBy: 60)), "\(time)") }
    }

    @Test("The inventory is asked for first: it names the clusters that all others are about")
    func first() async throws {
        let vendor = ScriptedMonitoring(world)
        vendor.answer("inventory", .status(500))
        let collector = try collector(vendor, try world.openHistory())
        try await run(collector, for: 120)
        #expect(vendor.requests.first?.path == "inventory/servers")
        #expect(
            vendor.requests.allSatisfy { $0.path.hasPrefix("inventory") || $0.path.hasPrefix("infrastructure") },
            "without clusters there is nothing else to ask for")
        vendor.answer("inventory", nil)
        try await run(collector, for: 900)
        #expect(!vendor.times("status").isEmpty)
    }

    @Test("An interval that is longer makes everything rarer")
    func slower() async throws {
        var settings = CollectionSettings()
        settings.monitoringInterval = 300
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, try world.openHistory(), settings: settings)
        try await run(collector, for: 600)
        let before = vendor.requests.count
        try await run(collector, for: 3 * 3600)
        let added = vendor.requests[before...].map(\.path)
        #expect((35...37).contains(added.count { $0.hasPrefix("status") }))
        #expect((6...8).contains(added.count { $0.hasPrefix("latency") }))
    }

    @Test("One that fails waits for itself, longer and longer; the others keep their pace", arguments: [500, 404])
    func failing(status: Int) async throws {
        let vendor = ScriptedMonitoring(world)
        vendor.answer("latency", .status(status))
        let recorded = RecordedMetrics()
        let collector = try collector(vendor, try world.openHistory(), metrics: recorded)
        try await run(collector, for: 3600)
        #expect((58...62).contains(vendor.times("status").count))
        let failed = vendor.times("latency")
        #expect((10...40).contains(failed.count), "\(failed.count)")
        for (earlier, later) in zip(failed, failed.dropFirst()) { #expect((1...303).contains(later - earlier)) }
        #expect(await !collector.snapshot().isUp)
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 0, "while anything fails")
        #expect(await collector.snapshot().lastError?.contains("\(status)") == true)
        vendor.answer("latency", nil)
        try await run(collector, for: 900)
        #expect(await collector.snapshot().isUp)
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 1)
    }

    @Test("Told to wait, it asks for nothing at all until then")
    func retryAfter() async throws {
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, try world.openHistory())
        try await run(collector, for: 600)
        vendor.answer("", .status(429, retryAfter: "500"))
        while vendor.requests.last?.time ?? 0 < world.clock.seconds - 70 || vendor.requests.isEmpty {
            _ = await collector.step()
        }
        let before = vendor.requests.count
        try await run(collector, for: 1200)
        let times = vendor.requests[before...].map(\.time)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 500) }
        #expect((2...3).contains(times.count))
    }

    @Test("429 without a time, and no connection, hold up only the request that met them")
    func unnamedWait() async throws {
        for answer in [ScriptedMonitoring.Answer.status(429), .connectionFailure] {
            let vendor = ScriptedMonitoring(world)
            vendor.answer("status", answer)
            let collector = try collector(vendor, try History(path: world.folder.file("\(answer).db")))
            try await run(collector, for: 1200)
            #expect((19...22).contains(vendor.times("infrastructure/*/period/hour").count))
        }
    }

    @Test("While the history cannot be written it is tried before anything is asked for again")
    func storage() async throws {
        let history = try world.openHistory()
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, history)
        try await run(collector, for: 600)
        try await Database.execute(
            """
            CREATE TRIGGER full BEFORE INSERT ON minutely BEGIN SELECT RAISE(ABORT, 'no space'); END;
            CREATE TRIGGER quota_full BEFORE INSERT ON quota BEGIN SELECT RAISE(ABORT, 'no space'); END;
            """, in: world.historyPath)
        try await run(collector, for: 120)
        let before = vendor.requests.count
        try await run(collector, for: 3600)
        #expect(vendor.requests.count == before, "no quota is spent on what cannot be stored")
        #expect(await collector.snapshot().lastError?.contains("no space") == true)
        #expect(log.lines.contains { $0.hasPrefix("error ") && $0.contains("no space") && $0.contains("retrying in") })
        try await Database.execute("DROP TRIGGER full; DROP TRIGGER quota_full;", in: world.historyPath)
        try await run(collector, for: 900)
        #expect(vendor.requests.count > before + 20)
        #expect(await collector.snapshot().isUp)
    }

    @Test("After a restart, the week is not asked for again; after a week without, it is")
    func restart() async throws {
        let history = try world.openHistory()
        let vendor = ScriptedMonitoring(world)
        try await run(try collector(vendor, history), for: 600)
        #expect(vendor.times("infrastructure/*/period/week").count == 1)
        #expect(vendor.times("infrastructure/*/period/day").count == 1)
        try await run(try collector(vendor, history), for: 600)
        #expect(vendor.times("infrastructure/*/period/week").count == 1)
        world.clock.advance(by: 7 * 86_400)
        try await run(try collector(vendor, history), for: 600)
        #expect(vendor.times("infrastructure/*/period/week").count == 2)
        #expect(vendor.times("infrastructure/*/period/day").count == 2)
    }

    @Test("Other settings count from the next step, and one that is stopped leaves no gauge")
    func changes() async throws {
        let recorded = RecordedMetrics()
        let vendor = ScriptedMonitoring(world)
        let collector = try collector(vendor, try world.openHistory(), metrics: recorded)
        try await run(collector, for: 600)
        var settings = CollectionSettings()
        settings.monitoringInterval = 600
        await collector.reconfigure(settings, client: try vendor.client())
        try await run(collector, for: 600)
        let before = vendor.requests.count
        try await run(collector, for: 3600)
        #expect(vendor.requests[before...].count { $0.path.hasPrefix("status") } <= 7)
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 1)
        await collector.stop()
        await collector.run()
        #expect(!recorded.values.keys.contains { $0.contains("monitoring") })
    }

    @Test("The application's quota holds for usage and monitoring together", arguments: [12, 30])
    func quota(perMinute: Int) async throws {
        let world = World(indices: ["products"], requestsPerMinute: perMinute)
        let history = try world.openHistory()
        let client = try world.client()
        let usage = try world.collector(history, client: client)
        let monitoring = try world.monitoring(history, client: client)
        while world.clock.now < World.start + 1800 {
            guard case .idle(let first) = await usage.step() else { continue }
            guard case .idle(let second) = await monitoring.step() else { continue }
            world.clock.advance(to: max(min(first, second), world.clock.seconds + 0.05))
        }
        let times = world.simulator.requests.map(\.time)
        for (position, time) in times.enumerated() {
            let inMinute = times[position...].prefix { $0 < time + 60 }.count
            #expect(inMinute <= perMinute + 1, "\(inMinute) in the minute after \(time)")
        }
        #expect(world.simulator.limitViolations == 0)
    }
}
