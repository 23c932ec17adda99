import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("What the vendor did not give")
struct SetAsideTests {
    private static let hour = Granularity.hourly.floor(World.start) - 30 * 3600

    private func stored(_ history: History, _ statistic: StatisticName, at time: UnixTime) async throws -> Bool {
        let range = RangeQuery(statistics: [statistic], range: TimeRange(time, time + 3600))
        return try await !history.range(range, now: World.start).series.isEmpty
    }

    @Test("What is set aside is remembered over a restart, asked for again after a day, and then no longer set aside")
    func later() async throws {
        let world = World(indices: [])
        var behaviour = FalseVendor.Behaviour()
        behaviour.poison = ["records": [Self.hour: "NaN"]]
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let log = CapturedLog()
        #expect(try await world.settle(world.collector(history, client: vendor.client(), logger: log.logger)))
        #expect(log.lines.count { $0.hasPrefix("warning") && $0.contains("records: NaN") } == 1)
        #expect(try await stored(history, "file_size", at: Self.hour))
        #expect(try await !stored(history, "records", at: Self.hour))
        let hourly = try await history.coverage().first { $0.granularity == .hourly }?.ranges
        #expect(hourly?.contains(TimeRange(Self.hour, Self.hour + 3600)) == false, "it is not covered")
        #expect(hourly?.contains(TimeRange(Self.hour - 86_400, Self.hour)) == true)

        let restarted = try world.collector(history, client: vendor.client())
        try await world.run(restarted, until: World.start + 20 * 3600)
        #expect(await restarted.status().setAside.map(\.statistic) == ["records"])
        #expect(await restarted.status().setAside.map(\.range) == [TimeRange(Self.hour, Self.hour + 3600)])
        let before = vendor.requests.filter { $0.statistics != "*" }.count
        #expect(before == 0, "nothing is asked for by name")
        vendor.change { $0.poison = [:] }
        try await world.run(restarted, until: World.start + 30 * 3600)
        #expect(await restarted.status().setAside.isEmpty)
        #expect(try await stored(history, "records", at: Self.hour))
        #expect(
            try await history.coverage().first { $0.granularity == .hourly }?.ranges
                .contains(TimeRange(Self.hour - 86_400, Self.hour + 86_400 - 7200)) == true)
    }

    @Test("How far back the vendor serves is remembered over a restart, and asked for again after a day")
    func horizon() async throws {
        let world = World(indices: ["products"])
        var behaviour = FalseVendor.Behaviour()
        behaviour.retention = 60 * 86_400
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history, client: vendor.client())))
        let refused = vendor.requests.filter { $0.status == 400 }.count
        let restarted = try world.collector(history, client: vendor.client())
        try await world.run(restarted, until: World.start + 20 * 3600)
        #expect(vendor.requests.filter { $0.status == 400 }.count == refused, "nothing is refused twice a day")
        vendor.change { $0.retention = nil }
        try await world.run(restarted, until: World.start + 30 * 3600)
        #expect(await restarted.status().horizons.isEmpty)
        let coverage = try await history.coverage()
        for index in ["", "products"] as [IndexName] {
            let days = coverage.first { $0.scope.index == index && $0.granularity == .daily }
            #expect(days?.ranges.seconds ?? 0 >= 364 * 86_400)
        }
    }

    @Test("An answer with 200 that is none is a failure: nothing is answered, it backs off and says why")
    func noAnswer() async throws {
        let world = World(indices: [])
        var behaviour = FalseVendor.Behaviour()
        behaviour.errorObjectEvery = 1
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try world.collector(
            history, client: vendor.client(listsIndices: false), logger: log.logger)
        try await world.run(collector, until: World.start + 600)
        #expect(try await history.answered(application: "APP").isEmpty)
        #expect(try await !history.hasAnswers())
        #expect(vendor.requests.count < 40)
        #expect(
            log.lines.contains {
                $0.hasPrefix("warning") && $0.contains("Service Unavailable") && $0.contains("retrying in")
            })
        vendor.change { $0.errorObjectEvery = nil }
        #expect(try await world.settle(collector))
        #expect(try await history.coverage().contains { $0.granularity == .hourly && $0.ranges.seconds > 89 * 86_400 })
    }

    @Test("Six starts within a minute send no more than the quota of a minute")
    func quota() async throws {
        let world = World(indices: ["products"])
        for _ in 0..<6 {
            let history = try world.openHistory()
            let key = try #require(SecretText(key: "usage-key"))
            let client = AlgoliaClient(
                application: "APP", usageKey: Secret(key),
                transport: SimulatorTransport(world.simulator, clock: world.clock),
                quota: TokenBucket(requestsPerMinute: 30, clock: world.clock), clock: world.clock,
                metrics: NOOPMetricsHandler.instance)
            let collector = try world.collector(history, client: client)
            let end = world.clock.now + 10
            while world.clock.now < end {
                if case .idle = await collector.step() { break }
            }
            try history.close()
        }
        let first = try #require(world.simulator.requests.first?.time)
        #expect(world.simulator.requests.count { $0.time < first + 60 } <= 30)
    }

    // Fault (Storage): A database that cannot be written
    // Done: every insert fails
    // Seen: the error on the pages and in the log; the answer is kept, no request is repeated
    // Lost: nothing
    @Test("While the history cannot be written the answer is kept: no request is made until it can, and none again")
    func storage() async throws {
        let world = World(indices: [])
        let history = try world.openHistory()
        let collector = try world.collector(history, client: world.client(listsIndices: false))
        _ = await collector.step()
        try await Database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON answered BEGIN SELECT RAISE(ABORT, 'no space'); END",
            in: world.historyPath)
        while await collector.status().storageFailingSince == nil { _ = await collector.step() }
        let requests = world.simulator.requests.count
        while world.clock.now < World.start + 900 {
            guard case .idle(let wakeUp) = await collector.step() else { continue }
            world.clock.advance(to: wakeUp)
        }
        let failing = await collector.status()
        #expect(world.simulator.requests.count == requests)
        #expect(failing.storageFailingSince != nil)
        #expect(failing.lastError?.contains("no space") == true)
        try await Database.execute("DROP TRIGGER full", in: world.historyPath)
        #expect(try await world.settle(collector))
        #expect(await collector.status().storageFailingSince == nil)
        let ranges = world.simulator.requests.compactMap { $0.granularity == .daily ? $0.range : nil }
        #expect(Set(ranges).count == ranges.count, "no window is asked for twice")
    }
}
