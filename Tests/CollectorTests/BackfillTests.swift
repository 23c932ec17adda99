import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Backfill")
struct BackfillTests {
    @Test(
        "90 days of 25 indices: every point is the truth, coverage is complete, no limit is broken, nothing is asked twice"
    )
    func everything() async throws {
        let world = World(indices: SimulatorConfiguration.awkwardIndices, requestsPerMinute: 60)
        let history = try world.openHistory()
        let collector = try world.collector(history)
        #expect(try await world.settle(collector))

        let requests = world.simulator.requests
        #expect(world.simulator.limitViolations == 0)
        #expect(requests.allSatisfy { $0.status == 200 })
        try await expectTruth(world, history)

        let settled = world.clock.now - 7200
        var seen: Set<String> = []
        for request in requests {
            guard let range = request.range, let granularity = request.granularity else { continue }
            var bucket = granularity.ceiling(range.start)
            while bucket < range.end, bucket + granularity.seconds <= settled - 3600 {
                let isNew = seen.insert("\(request.index) \(granularity) \(bucket)").inserted
                #expect(isNew, "\(request.index) \(granularity) \(RFC3339.string(bucket)) was asked for twice")
                bucket += granularity.seconds
            }
        }
    }

    // Fault (Algolia): Every kind of fault at once during a backfill
    // Done: the simulator's faults with probabilities
    // Seen: a longer backfill with the same end
    // Lost: nothing
    @Test("Through every kind of fault at once, the end is the same")
    func faults() async throws {
        var faults = Faults()
        faults.injected = [
            Fault(.status(500), probability: 0.1), Fault(.tooManyRequests(.seconds(3)), probability: 0.05),
            Fault(.tooManyRequests(.date(in: 4)), probability: 0.05),
            Fault(.tooManyRequests(.absent), probability: 0.05),
            Fault(.truncatedJSON, probability: 0.05), Fault(.garbage, probability: 0.05),
            Fault(.hang, probability: 0.05),
            Fault(.cutConnection(), probability: 0.05), Fault(.status(503), probability: 0.05),
        ]
        faults.untidyJSON = true
        faults.extraPointAttributes = true
        faults.emptyAsArray = true
        let world = World(indices: ["products", "shop/eu"], faults: faults)
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history)))
        #expect(world.simulator.requests.contains { $0.status != 200 })
        try await expectTruth(world, history)
    }

    // Fault (Lifecycle): A restart after any step of a backfill
    // Done: a new collector after each
    // Seen: it resumes where it left off
    // Lost: nothing
    @Test("A collector that is dropped at any step and made anew goes on where it was", arguments: 0..<4)
    func restarts(seed: UInt64) async throws {
        let world = World(indices: ["products", "blog"])
        var generator = SeededGenerator(seed)
        for _ in 0..<12 {
            let history = try world.openHistory()
            let collector = try world.collector(history)
            for _ in 0..<Int.random(in: 1...6, using: &generator) { _ = await collector.step() }
            try history.close()
        }
        let before = world.simulator.requests.filter { $0.range != nil }.count
        let history = try world.openHistory()
        #expect(try await world.settle(world.collector(history)))
        try await expectTruth(world, history)
        let windows = world.simulator.requests.filter { $0.range != nil }
        #expect(before < windows.count)
        // 3 scopes, 13 hourly windows and a year of days each, and their live tails.
        #expect(windows.count <= 3 * 15 + 12 * 6)
    }

    @Test("The application comes first, and every scope's newest week before anyone's older ones")
    func order() async throws {
        let world = World(indices: ["a", "b", "c"])
        _ = try await world.settle(try world.collector(try world.openHistory()))
        let usage = world.simulator.requests.filter { $0.api == .usage }
        #expect(usage.prefix(2).map(\.index) == [nil, nil] || usage.prefix(2).map(\.index) == ["", ""])
        let firstOld = try #require(
            usage.firstIndex { ($0.range?.end ?? .max) < World.start - 8 * 86_400 && $0.granularity == .hourly })
        let newest = Set(usage[..<firstOld].filter { $0.granularity == .hourly }.map { $0.index })
        #expect(newest == ["", "a", "b", "c"])
    }

    @Test("Hours that have settled since the last run are fetched before it is called complete")
    func again() async throws {
        let world = World(indices: ["a", "b"])
        let history = try world.openHistory()
        #expect(try await world.collector(history).runUntilComplete { _ in }.isEmpty)
        world.clock.advance(by: 5 * 3600)
        #expect(try await world.collector(history).runUntilComplete { _ in }.isEmpty)
        let settled = Granularity.hourly.floor(world.clock.now - 7200)
        for one in try await history.coverage() where one.granularity == .hourly {
            #expect(one.ranges.ranges.last?.end == settled, "\(one.scope)")
        }
    }

    /// Every stored bucket of every scope equals the truth, and all that is desired is covered.
    private func expectTruth(_ world: World, _ history: History) async throws {
        let now = world.clock.now
        let settledUntil = Granularity.hourly.floor(now - 7200) - 3600
        let names = world.simulator.truth.indices(application: "APP", at: now)
        let coverage = try await history.coverage()
        for index in [""] + names {
            let scope = Scope(application: "APP", index: index)
            var comparison = TruthComparison()
            try await comparison.compare(
                history, world.simulator.truth, scope, .hourly,
                range: TimeRange(Granularity.hourly.floor(World.start - 89 * 86_400), settledUntil), asOf: now)
            try await comparison.compare(
                history, world.simulator.truth, scope, .daily,
                range: TimeRange(
                    Granularity.daily.floor(World.start - 364 * 86_400), Granularity.daily.floor(now - 7200)), asOf: now
            )
            #expect(comparison.isExact, "\(index): wrong \(comparison.wrong) missing \(comparison.missing)")
            for granularity in [Granularity.hourly, .daily] {
                let covered = coverage.first { $0.scope == scope && $0.granularity == granularity }
                #expect(covered?.ranges.ranges.count == 1)
                let horizon: Int64 = granularity == .daily ? 365 : 90
                #expect(
                    covered?.ranges.contains(
                        TimeRange(granularity.floor(now - horizon * 86_400), granularity.floor(now - 7200))) == true)
            }
        }
    }
}
