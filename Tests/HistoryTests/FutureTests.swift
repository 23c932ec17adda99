import History
import TestSupport
import Testing
import UsageModel

@Suite("What lies in the future")
struct FutureTests {
    private let statistic: StatisticName = "total_search_requests"
    private let now = midnight + 10 * 3600
    private let scope = Scope(application: "APP")

    /// Hours 0 to 9 of a day, the last one unfinished, stored by a clock that was ten days ahead.
    private func remembered() async throws -> Fixture {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        let ahead = now + 10 * 86_400
        _ = try await fixture.history.store(
            [fixture.points(statistic, (0..<10).map { ($0, .integer($0 == 9 ? 5 : 10)) })],
            answering: fixture.window(midnight, ahead, fetchedAt: ahead))
        try await fixture.history.noteRevisionCheck(scope, .hourly, at: ahead)
        try await fixture.history.refuse(["max_qps"], application: "APP", level: .application, at: ahead)
        return fixture
    }

    private func forget(_ fixture: Fixture, now: UnixTime) async throws -> ForgottenFuture? {
        try await fixture.history.forgetFuture(
            application: "APP", [.hourly, .daily], now: now, settleDelay: 7200)
    }

    private func total(_ fixture: Fixture) async throws -> PointValue? {
        try await fixture.history.latest().series.first { $0.key.statistic == statistic }?.total
    }

    @Test("Everything later than now is void: answered, covered, fetched, checked, refused")
    func void() async throws {
        let fixture = try await remembered()
        let future = try await forget(fixture, now: now)
        #expect(future?.latest == now + 10 * 86_400)
        // The newest bucket proves that it was 9 o'clock, so that 7 was settled.
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 7 * 3600)])
        #expect(try await fixture.history.freshness().allSatisfy { $0.fetchedAt <= now && $0.completeUntil <= now })
        #expect(try await fixture.history.revisionChecks(application: "APP").isEmpty)
        let refused = try await fixture.history.refusals(application: "APP", level: .application)
        #expect(refused["max_qps"] == now - 86_400, "it is asked about again")
        let newest = try await fixture.history.latest().series.first { $0.key.statistic == statistic }?.hourly
        #expect(newest?.time == midnight + 8 * 3600, "the newest complete hour is still shown")
        #expect(try await forget(fixture, now: now) == nil, "once")
    }

    @Test("Hours that are settled once more are not counted twice, and their growth is counted")
    func counters() async throws {
        let fixture = try await remembered()
        #expect(try await total(fixture) == .integer(95))
        _ = try await forget(fixture, now: now)
        #expect(try await total(fixture) == .integer(95), "a counter never decreases")
        _ = try await fixture.history.store(
            [fixture.points(statistic, (7..<14).map { ($0, .integer(10)) })],
            answering: fixture.window(
                midnight + 7 * 3600, midnight + 14 * 3600, fetchedAt: midnight + 16 * 3600))
        #expect(try await total(fixture) == .integer(140))
    }

    @Test("Where a later hour was answered by a clock that was ahead, it is asked again however late that shows")
    func late() async throws {
        let fixture = try await remembered()
        _ = try await forget(fixture, now: now + 5 * 3600)
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 7 * 3600)])
    }

    @Test("A clock that is behind what is stored voids nothing")
    func behind() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        _ = try await fixture.history.store(
            [fixture.points(statistic, (0..<10).map { ($0, .integer(10)) })],
            answering: fixture.window(midnight, midnight + 10 * 3600, fetchedAt: midnight + 10 * 3600 - 1800))
        let before = try await fixture.coverage()
        _ = try await forget(fixture, now: 100)
        #expect(try await fixture.coverage() == before)
        #expect(try await fixture.history.applications().first?.firstSeen == midnight - 1)
    }

    @Test("Remote write sends again what it sent for hours that had not been")
    func positions() async throws {
        let fixture = try OutboxFixture()
        let ahead = now + 10 * 86_400
        let outbox = fixture.outbox()
        try await fixture.store(0..<10, fetchedAt: ahead)
        try await fixture.store(10..<200, fetchedAt: ahead) { _ in nil }
        #expect(try await fixture.hours(outbox, now: ahead) == Array(0..<10))
        _ = try await fixture.history.forgetFuture(
            application: "APP", [.hourly, .daily], now: now, settleDelay: 7200)
        try await fixture.store(7..<12, fetchedAt: midnight + 14 * 3600)
        #expect(try await fixture.hours(outbox, now: midnight + 14 * 3600) == [7, 8, 9, 10, 11])
    }
}
