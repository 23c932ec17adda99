import AlgoliaClient
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The number of requests of a backfill")
struct BackfillEstimateTests {
    @Test(
        "It is the number that the planner then makes, until nothing is left",
        arguments: [
            (horizon: 90, indices: [], refused: []), (90, ["products", "blog"], []), (1, ["products"], []),
            (400, ["products"], []), (90, ["products"], ["*"]),
        ] as [(Int64, [IndexName], Set<StatisticName>)])
    func counted(horizon: Int64, indices: [IndexName], refused: Set<StatisticName>) throws {
        var settings = CollectionSettings()
        settings.horizon = horizon * 86_400
        var collection = PlannedCollection(
            settings: settings, indices: indices, refused: [.application: refused, .index: refused])
        let expected = collection.planner.requestsLeft(now: collection.now)
        try collection.finish()
        #expect(collection.planner.requestsLeft(now: collection.now) == 0)
        let made = collection.requests.count { [.live, .backfill].contains($0.request.purpose) }
        #expect(made == expected)
        #expect(made >= 3 * (indices.count + 1))
    }

    @Test(
        "After a pause it is the newest data, and what the newest week does not hold",
        arguments: [0, 600, 3 * 3600, 30 * 3600, 10 * 86_400] as [UnixTime], [[], ["*"]] as [Set<StatisticName>])
    func paused(seconds: UnixTime, refused: Set<StatisticName>) throws {
        var collection = PlannedCollection(
            indices: ["products", "blog"], refused: [.application: refused, .index: refused])
        try collection.finish()
        collection.now += seconds
        let expected = collection.planner.requestsOfStart(now: collection.now)
        let before = collection.requests.count
        try collection.finish()
        let made = collection.requests.dropFirst(before).map(\.request.purpose)
        #expect(made.count { $0 == .live || $0 == .backfill } == expected.newest + expected.missing)
        #expect((expected.missing > 0) == (seconds > 7 * 86_400))
        #expect((expected.newest > 0) == (seconds > 0))
    }

    @Test("Each answer takes one off")
    func countdown() throws {
        var collection = PlannedCollection(indices: ["products"])
        var left = collection.planner.requestsLeft(now: collection.now)
        while left > 0 {
            let next = collection.next()
            let request = try #require(next)
            collection.answer(request)
            let now = collection.planner.requestsLeft(now: collection.now)
            #expect(now == left - 1, "\(request)")
            left = now
        }
    }

    @Test("Before the first start it is what a collector then asks for; the rest after a part")
    func collected() async throws {
        let world = World(indices: ["products", "blog"])
        func whole(_ history: History?) async throws -> BackfillEstimate {
            try await BackfillEstimate(
                of: "APP", settings: world.settings, listed: ["products", "blog"], servesWildcard: true,
                history: history, now: world.clock.now)
        }
        func estimate(_ history: History?) async throws -> Int { try await whole(history).requests }
        let first = try await estimate(nil)
        let history = try world.openHistory()
        #expect(try await estimate(history) == first)
        let collector = try world.collector(history)
        for _ in 0..<10 { _ = await collector.step() }
        let part = try await estimate(history)
        #expect(part < first)
        // What another start would ask for: the list of indices and the newest days again, and what is missing.
        for expected in [part, nil] {
            #expect(try await whole(history).isComplete == (expected == nil))
            let expected = if let expected { expected } else { try await estimate(history) }
            let made = world.simulator.requests.count
            let next = try world.collector(history)
            #expect(try await world.settle(next))
            #expect(world.simulator.requests.count - made == expected)
            #expect(await next.status().requestsLeft == 0)
        }
    }

    @Test("A first start makes as many requests as were counted before it")
    func start() async throws {
        let world = World(indices: ["products", "blog"])
        let first = try await BackfillEstimate(
            of: "APP", settings: world.settings, listed: ["products", "blog"], servesWildcard: true,
            history: nil, now: world.clock.now
        ).requests
        let history = try world.openHistory()
        let collector = try world.collector(history)
        #expect(try await world.settle(collector))
        #expect(world.simulator.requests.count == first)
        #expect(await collector.status().requestsLeft == 0)
    }

    @Test("Indices that are not selected take no requests, and without a list only those that are named do")
    func selected() async throws {
        var settings = CollectionSettings()
        func estimate(_ listed: [IndexName]?) async throws -> Int {
            try await BackfillEstimate(
                of: "APP", settings: settings, listed: listed, servesWildcard: true, history: nil, now: World.start
            ).requests
        }
        let alone = try await estimate(nil)
        #expect(try await estimate(["products", "tmp_1"]) == alone * 3 + 1)
        settings.indices.exclude = ["tmp_*"]
        #expect(try await estimate(["products", "tmp_1"]) == alone * 2 + 1)
        settings.indices.include = ["products"]
        #expect(try await estimate(nil) == alone * 2)
    }
}
