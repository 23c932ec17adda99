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

@Suite("Live collection")
struct LiveTests {
    @Test("Over three days every bucket settles right, counters gain each hour once, late revisions arrive")
    func days() async throws {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        let end = World.start + 3 * 86_400
        try await world.run(try world.collector(history), until: end)

        var comparison = TruthComparison()
        // The newest week is asked for once a day: what is two days old has had its revision.
        try await comparison.compare(
            history, world.simulator.truth, Scope(application: "APP"), .hourly,
            range: TimeRange(Granularity.hourly.floor(World.start - 89 * 86_400), end - 2 * 86_400), asOf: end)
        #expect(comparison.isExact, "wrong \(comparison.wrong) missing \(comparison.missing)")
        try await expectCounters(world, history, end: end)
        #expect(world.simulator.limitViolations == 0)
        // A poll in five minutes, an hourly one for the index and the days, a revision a day.
        let polls = world.simulator.requests.filter { ($0.range?.end ?? 0) > World.start && $0.index == "" }
        #expect((850...980).contains(polls.count), "\(polls.count)")
    }

    // Fault (Algolia): Hours without Algolia
    // Done: the simulator fails for a while
    // Seen: the gap is filled afterwards; counters count it
    // Lost: nothing
    @Test("After an outage everything is repaired, and counters count what was missed")
    func outage() async throws {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        let collector = try world.collector(history)
        try await world.run(collector, until: World.start + 86_400)
        world.simulator.faults.injected = [Fault(.status(503))]
        try await world.run(collector, until: World.start + 2 * 86_400)
        world.simulator.faults = Faults()
        let end = World.start + 4 * 86_400
        try await world.run(collector, until: end)
        var comparison = TruthComparison()
        try await comparison.compare(
            history, world.simulator.truth, Scope(application: "APP"), .hourly,
            range: TimeRange(Granularity.hourly.floor(World.start), end - 2 * 86_400), asOf: end)
        #expect(comparison.isExact, "wrong \(comparison.wrong) missing \(comparison.missing)")
        let statistic: StatisticName = "records"
        let points = try await history.range(
            RangeQuery(statistics: [statistic], range: TimeRange(World.start, end - 10_800)), now: end)
        #expect(points.coverage > 0.99)
    }

    @Test("While nothing is answered the state is paused, with the next try; it is current again with the next answer")
    func dead() async throws {
        let world = World(indices: [])
        world.simulator.faults.injected = [Fault(.status(503))]
        let collector = try world.collector(try world.openHistory())
        for _ in 1...5 {
            try await world.run(collector, until: world.clock.now + 60)
            let status = await collector.status()
            #expect(status.state == .paused && status.lastSuccess == nil && status.failing == [""])
            #expect(status.pausedUntil.map { $0 > world.clock.now } ?? true)
        }
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 86_400)
        #expect(await collector.status().state == .current)
        world.simulator.faults.injected = [Fault(.status(503))]
        try await world.run(collector, until: World.start + 86_400 + 900)
        let status = await collector.status()
        #expect(status.state == .paused && status.pausedUntil != nil)
    }

    // Fault (Algolia): One index that always fails
    // Done: a simulator with that fault
    // Seen: the others are collected on time
    // Lost: nothing
    @Test("One failing index does not delay the others")
    func failingIndex() async throws {
        let world = World(indices: ["good", "bad", "fine"])
        world.simulator.faults.failingIndices = ["bad"]
        let history = try world.openHistory()
        let collector = try world.collector(history)
        try await world.run(collector, until: World.start + 3 * 3600)
        let coverage = try await history.coverage()
        for index in ["", "good", "fine"] as [IndexName] {
            let covered = coverage.first { $0.scope.index == index && $0.granularity == .hourly }
            #expect((covered?.ranges.seconds ?? 0) >= 89 * 86_400, "\(index)")
        }
        #expect(await collector.status().failing == ["bad"])
        #expect(world.simulator.requests.filter { $0.index == "bad" }.count < 200, "it backs off")
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 5 * 3600)
        #expect(await collector.status().failing.isEmpty)
        #expect(try await history.coverage().contains { $0.scope.index == "bad" && $0.ranges.seconds >= 89 * 86_400 })
    }

    // Fault (Algolia): 429 with `Retry-After`
    // Done: seconds and dates
    // Seen: the application pauses for as long as it says
    // Lost: nothing
    @Test("Retry-After pauses the whole application for as long as it says", arguments: [true, false])
    func retryAfter(isDate: Bool) async throws {
        let world = World(indices: ["a"])
        let client = try world.client(listsIndices: false)
        let collector = try world.collector(try world.openHistory(), client: client)
        try await world.run(collector, until: World.start + 3600)
        world.simulator.faults.injected = [Fault(.tooManyRequests(isDate ? .date(in: 120) : .seconds(120)))]
        let refusedAt = world.clock.now
        let before = world.simulator.requests.count
        try await world.run(collector, until: refusedAt + 400)
        world.simulator.faults = Faults()
        let times = world.simulator.requests[before...].map(\.time)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 119) }
        #expect(times.count >= 1)
    }

    // Fault (Algolia): A rejected key
    // Done: 403 until it is rotated
    // Seen: one warning; no request after request; the new key works at once
    // Lost: nothing
    @Test("A refused key is not asked with again and again; a rotated one works at once")
    func rotation() async throws {
        let world = World(indices: [])
        let path = world.folder.file("key")
        try "wrong".write(toFile: path, atomically: true, encoding: .utf8)
        let client = try world.client(usageKey: Secret(file: path, as: .key, writingTime: 0), listsIndices: false)
        let collector = try world.collector(try world.openHistory(), client: client)
        try await world.run(collector, until: World.start + 600)
        #expect(await collector.status().state == .unauthorized)
        #expect(world.simulator.requests.count < 15)
        try "usage-key\n".write(toFile: path, atomically: true, encoding: .utf8)
        _ = await collector.step()
        #expect(world.simulator.requests.last?.status == 200)
        #expect(await collector.status().state == .backfilling)
        #expect(await collector.status().refused["application"] == [], "a wrong key is no refused wildcard")
    }

    @Test("A list of indices that changes is followed; excluded indices are never asked for")
    func discovery() async throws {
        var settings = CollectionSettings()
        settings.indices = IndexFilter(include: ["*"], exclude: ["tmp_*"])
        let world = World(indices: ["products", "tmp_1"], settings: settings)
        let collector = try world.collector(try world.openHistory())
        try await world.run(collector, until: World.start + 3600)
        #expect(Set(world.simulator.requests.map(\.index)).subtracting([""]) == ["products"])
        #expect(await collector.status().indices == 1)
    }

    private func expectCounters(_ world: World, _ history: History, end: UnixTime) async throws {
        let firstHour = Granularity.hourly.floor(World.start) + 3600
        let freshness = try await history.freshness().first { $0.scope.index == "" && $0.granularity == .hourly }
        let settledUntil = Granularity.hourly.floor(try #require(freshness).fetchedAt - 7200)
        let latest = try await history.latest()
        for statistic in ["total_search_requests", "total_operations", "delete_index_operations"] as [StatisticName] {
            var expected: Int64 = 0
            var hour = firstHour
            while hour < settledUntil {
                // What the vendor showed when the hour had just settled.
                if case .integer(let value)? = world.simulator.truth.value(
                    application: "APP", statistic: statistic, granularity: .hourly, bucket: hour,
                    asOf: hour + 3600 + 7500)
                {
                    expected += value
                }
                hour += 3600
            }
            let total = latest.series.first { $0.key.statistic == statistic && $0.key.index.isEmpty }?.total
            #expect(total == .integer(expected), "\(statistic)")
        }
    }
}
