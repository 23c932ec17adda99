import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Levels from the list of indices")
struct IndexLevelsTests {
    private let settings: CollectionSettings = {
        var settings = CollectionSettings()
        settings.horizon = 2 * 86_400
        settings.indices = IndexFilter(include: ["*"], exclude: ["tmp_*"])
        return settings
    }()

    private func points(_ history: History, _ statistic: StatisticName, _ indices: IndexSelection) async throws
        -> [RangeSeries]
    {
        try await history.range(
            RangeQuery(
                statistics: [statistic], indices: indices, range: TimeRange(World.start - 86_400, World.start * 2)),
            now: World.start * 2
        ).series
    }

    @Test("Every hour has what the list said of each index that is collected, and of the application")
    func hours() async throws {
        let world = World(settings: settings)
        let history = try world.openHistory()
        try await world.run(try world.collector(history), until: World.start + 5 * 3600)
        let truth = world.simulator.truth
        func records(_ index: IndexName, _ hour: UnixTime) throws -> PointValue {
            try #require(
                truth.value(
                    application: "APP", index: index, statistic: "records", granularity: .hourly, bucket: hour))
        }
        let first = Granularity.hourly.floor(World.start)
        let hours = (0...5).map { first + Int64($0) * 3600 }
        let entries = try await points(history, "index_entries", .all)
        #expect(entries.map(\.key.index) == ["products"])
        #expect(entries.first?.points == (try hours.map { Point(time: $0, value: try records("products", $0)) }))
        let sums = try await points(history, "index_entries", .application)
        #expect(
            sums.first?.points
                == (try hours.map { Point(time: $0, value: try records("products", $0).adding(records("tmp_old", $0))) })
        )
        for statistic in ["index_data_size", "index_file_size", "index_last_build_time"] as [StatisticName] {
            #expect(try await points(history, statistic, .all).first?.points.map(\.time) == hours, "\(statistic)")
        }
        let inventory = try #require(try await history.indexInventory(application: "APP"))
        #expect(inventory.indices.map(\.name) == ["products", "tmp_old"] && inventory.isWhole)
        #expect(inventory.indices.allSatisfy { $0.gone == nil && $0.created != nil && $0.updated != nil })
        #expect(world.simulator.requests.count { $0.api == .search } == 6, "an hour costs one list")
    }

    @Test("An index that goes leaves its levels behind, and the inventory says when it went")
    func gone() async throws {
        let world = World(indices: ["products"], settings: settings)
        let history = try world.openHistory()
        try await world.run(try world.collector(history), until: World.start + 3600)
        let other = World(indices: ["articles"], settings: settings, sendsDate: false)
        let collector = try world.collector(history, client: other.client())
        try await world.run(collector, until: World.start + 2 * 3600)
        let indices = try #require(try await history.indexInventory(application: "APP")?.indices)
        #expect(indices.map(\.name) == ["articles", "products"])
        #expect(indices[0].gone == nil && indices[0].firstSeen >= World.start + 3600)
        #expect(indices[1].gone == indices[0].firstSeen)
        #expect(try await points(history, "index_entries", .names(["products"])).first?.points.count == 2)
    }

    @Test("A list that cannot be stored is kept, and stored without another request")
    func storage() async throws {
        let world = World(indices: ["products"], settings: settings)
        let history = try world.openHistory()
        let collector = try world.collector(history)
        try await Database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON index_list BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            in: world.historyPath)
        try await world.run(collector, until: World.start + 600)
        #expect(try await history.indexInventory(application: "APP") == nil)
        #expect(try await points(history, "index_entries", .all).isEmpty, "one transaction")
        #expect(await collector.status().storageFailingSince != nil)
        try await Database.execute("DROP TRIGGER full", in: world.historyPath)
        try await world.run(collector, until: World.start + 1800)
        #expect(try await points(history, "index_entries", .all).first?.points.count == 1)
        #expect(world.simulator.requests.count { $0.api == .search } == 1)
        #expect(await collector.status().storageFailingSince == nil)
    }
}
