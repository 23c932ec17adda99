import AlgoliaClient
import Collector
import History
import TestSupport
import Testing
import UsageModel

@Suite("Answers that fail because of one statistic")
struct FailingAnswerTests {
    private static let hour = Granularity.hourly.floor(World.start) - 30 * 3600
    private static let old = Granularity.hourly.floor(World.start) - 1000 * 3600

    private var settings: CollectionSettings {
        var settings = CollectionSettings()
        settings.horizon = 8 * 86_400
        return settings
    }

    private func hours(
        _ history: History, _ statistic: StatisticName, index: IndexName = ""
    ) async throws -> Set<UnixTime> {
        let range = RangeQuery(
            statistics: [statistic], indices: index.isEmpty ? .application : .names([index]),
            range: TimeRange(World.start - 91 * 86_400, World.start + 3 * 86_400))
        return try await Set(history.range(range, now: World.start + 3 * 86_400).series.flatMap(\.points).map(\.time))
    }

    // Fault (Algolia): One hour that Algolia cannot answer
    // Done: a simulator that fails whenever that hour is asked for
    // Seen: the hour is set aside, named on /collector, asked for again every day
    // Lost: that hour, until Algolia answers
    @Test(
        "One hour that the vendor cannot answer is found and set aside; everything else is stored",
        arguments: FalseVendor.Behaviour.Failure.allCases)
    func hour(failure: FalseVendor.Behaviour.Failure) async throws {
        let world = World(indices: ["products"])
        var behaviour = FalseVendor.Behaviour()
        behaviour.failure = failure
        behaviour.failing = ["records": [TimeRange(Self.hour, Self.hour + 3600), TimeRange(Self.old, Self.old + 3600)]]
        behaviour.failingIndex = ""
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let log = CapturedLog()
        let collector = try world.collector(history, client: vendor.client(), logger: log.logger)
        let shortfall = await collector.runUntilComplete { _ in }
        let setAside = await collector.status().setAside.filter { $0.granularity == .hourly }
        #expect(setAside.map(\.range.start).sorted() == [Self.old, Self.hour])
        #expect(setAside.allSatisfy { $0.statistic == "records" && $0.range.seconds == 3600 && $0.breaksAnswers })
        #expect(shortfall.contains { $0.contains("records") }, "\(shortfall)")
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("fail when they include records") })
        let all = try await hours(history, "file_size")
        #expect(all.count >= 90 * 24 - 3)
        #expect(try await hours(history, "records") == all.subtracting([Self.hour, Self.old]))
        #expect(try await hours(history, "records", index: "products").count >= 90 * 24 - 3)
        #expect(await collector.status().refused.values.allSatisfy(\.isEmpty), "no plan is blamed")
        let failed = vendor.requests.count { $0.status != 200 }
        #expect(failed < 80, "\(failed) of \(vendor.requests.count) requests failed")

        // It stays so over a restart without another search, is asked for once a day, and comes when it can.
        let before = vendor.requests.count { $0.status != 200 }
        let restarted = try world.collector(history, client: vendor.client())
        try await world.run(restarted, until: World.start + 12 * 3600)
        #expect(vendor.requests.count { $0.status != 200 } == before)
        vendor.change { $0.failing = [:] }
        try await world.run(restarted, until: World.start + 30 * 3600)
        #expect(await restarted.status().setAside.isEmpty)
        #expect(try await hours(history, "records").isSuperset(of: [Self.hour, Self.old]))
    }

    @Test(
        "A statistic whose newest hours fail does not stop the others; it is asked for again after a day and repaired")
    func tail() async throws {
        let world = World(indices: [], settings: settings)
        var behaviour = FalseVendor.Behaviour()
        behaviour.failure = .status
        behaviour.failing = ["records": [TimeRange(Self.hour, .max)]]
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        try await world.run(collector, until: World.start + 10 * 3600)
        let failed = vendor.requests.count { $0.status != 200 }
        #expect(failed < 120, "\(failed) of \(vendor.requests.count) requests failed")
        let newest = Granularity.hourly.floor(World.start + 9 * 3600)
        #expect(try await hours(history, "file_size").contains(newest), "the others are fresh")
        #expect(try await hours(history, "records").contains(Self.hour - 24 * 3600), "its past is there")
        #expect(await collector.status().remaining[.hourly] == 0)
        #expect(await collector.status().state == .current)
        try await world.run(collector, until: World.start + 20 * 3600)
        #expect(vendor.requests.count { $0.status != 200 } == failed, "it is left alone for a day")
        vendor.change { $0.failing = [:] }
        try await world.run(collector, until: World.start + 32 * 3600)
        #expect(await collector.status().setAside.isEmpty)
        let all = try await hours(history, "file_size")
        #expect(try await hours(history, "records") == all)
        #expect(vendor.requests.suffix(5).contains { $0.statistics == "*" }, "everything is asked for at once again")
    }

    // Fault (Algolia): An outage of Algolia, however long
    // Done: 12 hours in which every request fails
    // Seen: retries; nothing is set aside, and all hours are there afterwards
    // Lost: nothing
    @Test("An outage sets nothing aside, however long, and is not searched for what causes it")
    func outage() async throws {
        let world = World(indices: ["products"], settings: settings)
        let vendor = FalseVendor(world, FalseVendor.Behaviour())
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        try await world.run(collector, until: World.start + 3 * 3600)
        vendor.change { $0.isDown = true }
        try await world.run(collector, until: World.start + 15 * 3600)
        vendor.change { $0.isDown = false }
        #expect(try await world.settle(collector))
        #expect(await collector.status().setAside.isEmpty)
        let all = try await hours(history, "file_size")
        #expect(try await hours(history, "records") == all)
        #expect(all.count >= 8 * 24 + 12)
    }

    @Test("Where * is refused, the batch that fails is searched, and the other batches go on")
    func byName() async throws {
        let world = World(indices: [], settings: settings)
        var behaviour = FalseVendor.Behaviour()
        behaviour.refusesWildcard = true
        behaviour.failing = ["records": [TimeRange(Self.hour, .max)]]
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        try await world.run(collector, until: World.start + 4 * 3600)
        let newest = Granularity.hourly.floor(World.start + 3 * 3600)
        #expect(try await hours(history, "total_search_requests").contains(newest))
        #expect(try await hours(history, "file_size").contains(newest))
        #expect(try await hours(history, "records").contains(Self.hour - 24 * 3600))
        let setAside = await collector.status().setAside
        #expect(!setAside.isEmpty && setAside.allSatisfy { $0.statistic == "records" }, "\(setAside)")
        #expect(await collector.status().remaining[.hourly] == 0)
        #expect(vendor.requests.count { $0.status == 500 } < 150)
    }
}
