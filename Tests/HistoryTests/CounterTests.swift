import History
import TestSupport
import Testing
import UsageModel

@Suite("Counters")
struct CounterTests {
    private let statistic: StatisticName = "total_search_requests"

    private func total(_ fixture: Fixture, _ statistic: StatisticName? = nil) async throws -> PointValue? {
        try await fixture.history.latest().series.first { $0.key.statistic == statistic ?? self.statistic }?.total
    }

    private func store(_ fixture: Fixture, _ values: [(Int64, Int64)], hours: (Int64, Int64), fetched: Int64)
        async throws
    {
        _ = try await fixture.history.store(
            [fixture.points(statistic, values.map { ($0.0, .integer($0.1)) })],
            answering: fixture.window(
                midnight + hours.0 * 3600, midnight + hours.1 * 3600, fetchedAt: midnight + fetched * 3600))
    }

    @Test("They exist at 0, and history from before the start does not count")
    func start() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight + 10 * 3600 + 1)
        try await store(fixture, [(0, 5), (9, 5), (10, 5)], hours: (0, 11), fetched: 13)
        #expect(try await total(fixture) == .integer(0))
    }

    @Test("Each hour that begins after the start counts once, when it settles")
    func once() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight + 10 * 3600 + 1)
        try await store(fixture, [(10, 1), (11, 7)], hours: (10, 12), fetched: 12)
        #expect(try await total(fixture) == .integer(0), "not settled yet")
        try await store(fixture, [(11, 8), (12, 3)], hours: (11, 13), fetched: 14)
        #expect(try await total(fixture) == .integer(8), "with the value at settling")
        try await store(fixture, [(11, 9), (12, 3)], hours: (11, 13), fetched: 14)
        #expect(try await total(fixture) == .integer(8), "a later revision is not counted again")
        try await store(fixture, [(12, 4)], hours: (11, 13), fetched: 15)
        #expect(try await total(fixture) == .integer(12))
    }

    @Test("Hours missed in an outage count when they are repaired, in any order")
    func outage() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        try await store(fixture, [(20, 100), (21, 100)], hours: (20, 22), fetched: 30)
        try await store(fixture, (0..<20).map { ($0, 1) }, hours: (0, 20), fetched: 31)
        #expect(try await total(fixture) == .integer(220))
    }

    @Test("An hour that an earlier, unsettled answer reported and the settled one did not still counts")
    func silence() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        try await store(fixture, [(0, 6)], hours: (0, 1), fetched: 1)
        try await store(fixture, [], hours: (0, 1), fetched: 5)
        #expect(try await total(fixture) == .integer(6))
    }

    @Test("The start survives a second registration")
    func registration() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        try await fixture.history.register(application: "APP", now: midnight + 86_400)
        try await store(fixture, [(0, 6)], hours: (0, 1), fetched: 5)
        #expect(try await total(fixture) == .integer(6))
    }

    @Test("Levels have no counter")
    func levels() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        _ = try await fixture.history.store(
            [fixture.points([(0, .integer(6))])], answering: fixture.window(midnight, midnight + 3600))
        #expect(try await total(fixture, "records") == nil)
    }
}
