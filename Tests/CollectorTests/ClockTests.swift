import AlgoliaClient
import Collector
import CoreMetrics
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Clocks that are wrong")
struct ClockTests {
    private let statistic: StatisticName = "total_search_requests"
    private let days = 86_400.0
    private var settings: CollectionSettings {
        var settings = CollectionSettings()
        settings.horizon = 8 * 86_400
        return settings
    }

    /// Collects for `duration` seconds, whatever the clock says, and naps as the collector does.
    private func run(_ collector: ApplicationCollector, _ world: World, for duration: Double) async {
        let end = world.clock.monotonic + duration
        while world.clock.monotonic < end {
            if case .idle = await collector.step() { world.clock.advance(by: min(60, end - world.clock.monotonic)) }
        }
    }

    /// The time that the vendor's clock shows.
    private func now(_ world: World) -> UnixTime { UnixTime(world.clock.monotonic) }

    private func expectExact(
        _ history: History, _ world: World, since start: UnixTime, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let end = Granularity.hourly.floor(now(world) - 3 * 3600)
        var comparison = TruthComparison()
        try await comparison.compare(
            history, world.simulator.truth, Scope(application: "APP"), .hourly,
            range: TimeRange(Granularity.hourly.floor(start), end), asOf: now(world))
        #expect(
            comparison.isExact, "wrong \(comparison.wrong) missing \(comparison.missing)",
            sourceLocation: sourceLocation)
        for coverage in try await history.coverage() {
            #expect(coverage.ranges.ranges.allSatisfy { $0.end <= now(world) }, sourceLocation: sourceLocation)
        }
        #expect(
            try await history.freshness().allSatisfy { $0.fetchedAt <= now(world) }, sourceLocation: sourceLocation)
    }

    /// That a counter is the sum of the hours that began after the application was first seen.
    private func expectCounter(
        _ history: History, _ world: World, since start: UnixTime, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let settled = try await history.coverage().first {
            $0.scope == Scope(application: "APP") && $0.granularity == .hourly
        }?.ranges.ranges.last?.end
        let counted = TimeRange(Granularity.hourly.floor(start) + 3600, settled ?? 0)
        let points = try await history.range(
            RangeQuery(statistics: [statistic], range: counted), now: now(world)
        ).series.flatMap(\.points)
        #expect(!points.isEmpty, sourceLocation: sourceLocation)
        let total = try await history.latest().series.first {
            $0.key.statistic == statistic && $0.key.index.isEmpty
        }?.total
        let sum = points.reduce(PointValue.integer(0)) { $0.adding($1.value) }
        // Hours may be revised after they were counted.
        let difference = abs((total?.double ?? 0) - sum.double)
        #expect(difference <= sum.double * 0.02, "\(String(describing: total)) \(sum)", sourceLocation: sourceLocation)
    }

    // Fault (Clocks): A clock that is ten days ahead for ten seconds
    // Done: set during collection, with and without `Date`
    // Seen: two log lines; what was marked as fetched is fetched again
    // Lost: nothing
    @Test(
        "Ten seconds of a clock that is ten days ahead lose nothing, with and without a Date", arguments: [true, false])
    func ahead(sendsDate: Bool) async throws {
        let world = World(indices: ["products"], sendsDate: sendsDate)
        let history = try world.openHistory()
        let collector = try world.collector(history, settings: settings)
        await run(collector, world, for: 2 * 3600)
        world.clock.set(forward: 10 * days)
        await run(collector, world, for: 10)
        world.clock.set(forward: -10 * days)
        let returned = world.simulator.requests.count
        await run(collector, world, for: 310)
        let asked = world.simulator.requests.dropFirst(returned).compactMap(\.range)
        #expect(
            asked.contains { $0.contains(now(world) - 400) && $0.end <= now(world) + 2 * 86_400 }, "polling goes on")
        let newest = try await history.latest().series.first { $0.key.statistic == statistic && $0.key.index.isEmpty }
        #expect(newest?.hourly?.time == Granularity.hourly.floor(now(world)) - 3600, "no gauge vanishes")
        #expect(await collector.status().state == .current)
        await run(collector, world, for: 30 * 3600)
        try await expectExact(history, world, since: World.start - 6 * 86_400)
        try await expectCounter(history, world, since: World.start)
    }

    // Fault (Clocks): A history written under a clock that was ahead
    // Done: such a file at a start
    // Seen: `discarded the data later than now, fetching it again`
    // Lost: nothing
    @Test(
        "A file that remembers the future is mended at the next start, with and without a Date",
        arguments: [true, false])
    func restart(sendsDate: Bool) async throws {
        let world = World(indices: ["products"], sendsDate: false)
        let history = try world.openHistory()
        await run(try world.collector(history, settings: settings), world, for: 2 * 3600)
        // The exporter of an older version, which believed its clock.
        world.clock.set(forward: 10 * days)
        await run(try world.collector(history, settings: settings), world, for: 60)
        #expect(try await history.freshness().contains { $0.fetchedAt > now(world) + 86_400 })
        world.clock.set(forward: -10 * days)
        world.clock.advance(by: 4 * 3600)
        let log = CapturedLog()
        let mended = World(indices: ["products"], sendsDate: sendsDate)
        mended.clock.advance(to: world.clock.monotonic)
        let collector = try mended.collector(history, settings: settings, logger: log.logger)
        await run(collector, mended, for: 30 * 3600)
        try await expectExact(history, mended, since: World.start - 6 * 86_400)
        try await expectCounter(history, mended, since: World.start)
        #expect(log.lines.contains { $0.contains("in the future") })
    }

    // Fault (Clocks): A first start at 1970-01-01
    // Done: a machine without a clock
    // Seen: counters begin when Algolia says what time it is
    // Lost: nothing
    @Test("A first start at the epoch begins counters when the vendor says that it is")
    func epoch() async throws {
        let world = World(indices: ["products"])
        world.clock.set(forward: -Double(World.start) + 100)
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try world.collector(history, settings: settings, logger: log.logger)
        await run(collector, world, for: 30 * 3600)
        let seen = try await history.applications().first?.firstSeen
        #expect((World.start...World.start + 60).contains(seen ?? 0))
        try await expectExact(history, world, since: World.start - 6 * 86_400)
        try await expectCounter(history, world, since: World.start)
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("behind Algolia's") })
        // Where the clock is set right, the log says so, and nothing is asked twice.
        world.clock.set(forward: Double(World.start) - 100)
        await run(collector, world, for: 3600)
        #expect(log.lines.contains { $0.contains("agrees with Algolia's again") })
        try await expectCounter(history, world, since: World.start)
    }

    // Fault (Clocks): An outage that ends under a wrong clock
    // Done: both at once
    // Seen: the hours are repaired when the clock is right
    // Lost: nothing
    @Test("The hours of an outage that ends under a wrong clock are repaired", arguments: [3.0, -3.0])
    func outage(shift: Double) async throws {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        let collector = try world.collector(history, settings: settings)
        await run(collector, world, for: 6 * 3600)
        world.simulator.faults.injected = [Fault(.status(503))]
        await run(collector, world, for: 20 * 3600)
        world.clock.set(forward: shift * days)
        world.simulator.faults = Faults()
        await run(collector, world, for: 3600)
        world.clock.set(forward: -shift * days)
        await run(collector, world, for: 26 * 3600)
        try await expectExact(history, world, since: World.start - 6 * 86_400)
        try await expectCounter(history, world, since: World.start)
    }

    @Test("A clock that is ahead is polled by the vendor's, and not without a pause")
    func pace() async throws {
        let world = World(indices: ["products"])
        let log = CapturedLog()
        let collector = try world.collector(try world.openHistory(), settings: settings, logger: log.logger)
        await run(collector, world, for: 2 * 3600)
        world.clock.set(forward: 10 * days)
        let before = world.simulator.requests.count
        await run(collector, world, for: 3600)
        #expect((12...30).contains(world.simulator.requests.count - before))
        #expect(log.lines.filter { $0.contains("ahead of Algolia's") }.count == 1)
    }

    @Test("An answer that takes long is no sign of a clock that is wrong", arguments: [true, false])
    func slow(isDatedFirst: Bool) async throws {
        let world = World(indices: [])
        let log = CapturedLog()
        let key = try #require(SecretText(key: "usage-key"))
        var options = RequestOptions()
        options.timeout = 600
        let client = AlgoliaClient(
            application: "APP", options: options, usageKey: Secret(key),
            transport: SlowTransport(world: world, isDatedFirst: isDatedFirst),
            quota: TokenBucket(requestsPerMinute: 6000, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: client, settings: settings, logger: log.logger)
        await run(collector, world, for: 6 * 3600)
        #expect(!log.lines.contains { $0.contains("clock") || $0.contains("the system time was set") }, "\(log.lines)")
        try await expectExact(history, world, since: World.start - 6 * 86_400)
        // A clock that is wrong by more than that is noticed all the same.
        world.clock.set(forward: 3600)
        await run(collector, world, for: 3600)
        #expect(log.lines.count { $0.contains("ahead of Algolia's") } == 1)
    }

    @Test("A clock that is ahead, at the edge of tolerance or by far, is set once", arguments: [60.3, 100, 1e6])
    func steady(ahead: Double) {
        let base = VirtualClock(World.start)
        base.set(forward: ahead)
        let clock = CollectionClock(base)
        var steps = 0
        for latency in [0.2, 9, 1, 31.5, 0.3, 12.7, 0.1, 25.4, 3.3] {
            let asked = base.monotonic
            base.advance(by: latency)
            let reading = VendorDates.Reading(date: UnixTime(base.monotonic), asked: asked, arrived: base.monotonic)
            if clock.synchronize(reading) != 0 { steps += 1 }
            #expect(!clock.isAstray)
            base.advance(by: 7.37)
        }
        #expect(steps <= 1)
        #expect(abs(clock.seconds - base.monotonic) < 35 || ahead < 70)
    }

    @Test("Servers and clusters are stored at the vendor's time, and go on when the clock is right again")
    func monitoring() async throws {
        let world = World(indices: [])
        let history = try world.openHistory()
        let collector = try world.monitoring(history)
        func run(for duration: Double) async {
            let end = world.clock.monotonic + duration
            while world.clock.monotonic < end {
                if case .idle = await collector.step() { world.clock.advance(by: 20) }
            }
        }
        await run(for: 600)
        world.clock.set(forward: 10 * days)
        await run(for: 600)
        world.clock.set(forward: -10 * days)
        await run(for: 600)
        let end = now(world) + 20 * 86_400
        let status = try await history.range(
            RangeQuery(statistics: ["cluster_status"], granularity: .minutely, range: TimeRange(0, end)), now: end
        ).series.flatMap(\.points)
        #expect(status.count > 20)
        #expect(status.allSatisfy { $0.time <= now(world) })
    }
}

/// Answers take a hundred seconds, and are dated at their beginning or at their end.
private struct SlowTransport: HTTPTransport {
    let world: World
    let isDatedFirst: Bool

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let asked = UnixTime(world.clock.monotonic)
        var answer = try await SimulatorTransport(world.simulator, clock: world.clock).send(request)
        world.clock.advance(by: 100)
        answer.date = isDatedFirst ? asked : UnixTime(world.clock.monotonic)
        return answer
    }
}
