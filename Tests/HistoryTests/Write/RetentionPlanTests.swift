import History
import TestSupport
import Testing
import UsageModel

@Suite("Plans of retention")
struct RetentionPlanTests {
    private static let day: Int64 = 86_400

    /// Stores the hours of days, each 1.
    private func store(_ fixture: Fixture, days: Range<Int64>, _ statistic: StatisticName = "records") async throws {
        _ = try await fixture.history.store(
            [fixture.points(statistic, (days.lowerBound * 24..<days.upperBound * 24).map { ($0, .integer(1)) })],
            answering: fixture.window(
                midnight + days.lowerBound * Self.day, midnight + days.upperBound * Self.day,
                fetchedAt: midnight + (days.upperBound + 1) * Self.day))
    }

    private func plan(
        _ fixture: Fixture, keeping days: Int64, now: Int64 = 1000
    ) async throws -> RetentionPlan {
        try #require(
            try await fixture.history.retentionPlan(
                .hourly, keeping: days * Self.day, now: midnight + now * Self.day))
    }

    @Test("Of nothing there is no plan, nor of what the exporter has stamped itself")
    func nothing() async throws {
        let fixture = try Fixture()
        var window = fixture.window(midnight, midnight + 3600, granularity: .minutely)
        window.api = .monitoring
        for statistic in ["cluster_status", "reachability"] as [StatisticName] {
            for granularity in Granularity.allCases {
                #expect(
                    try await fixture.history.retentionPlan(granularity, keeping: 0, now: midnight * 2) == nil)
            }
            _ = try await fixture.history.store([fixture.points(statistic, [(0, .integer(0))])], answering: window)
        }
        #expect(try await fixture.history.retentionPlan(.minutely, keeping: 0, now: midnight * 2) == nil)
        _ = try await fixture.history.store([fixture.points("cpu_usage", [(5, .integer(0))])], answering: window)
        let plan = try await fixture.history.retentionPlan(.minutely, keeping: 0, now: midnight * 2)
        #expect(plan?.newest == midnight + 5 * 3600 && plan?.oldest == midnight)
    }

    @Test("Whole rows alone: the limit is the start of a day, and of an hour for minutes")
    func rows() async throws {
        let fixture = try Fixture()
        try await store(fixture, days: 0..<10)
        let plan = try await plan(fixture, keeping: 3)
        #expect(plan.newest == midnight + 10 * Self.day - 3600)
        #expect(plan.oldest == midnight)
        #expect(plan.limit == midnight + 6 * Self.day)
        #expect(plan.allowed == midnight + Self.day)
        #expect(plan.isDue && plan.excess == 5 * Self.day)
        var window = fixture.window(midnight, midnight + 7200, granularity: .minutely)
        window.api = .monitoring
        _ = try await fixture.history.store(
            [fixture.points("cpu_usage", [(0, .integer(1)), (4, .integer(1))])], answering: window)
        let minutes = try await fixture.history.retentionPlan(.minutely, keeping: 5000, now: midnight * 2)
        #expect(minutes?.limit == midnight + 2 * 3600)
        #expect(minutes?.allowed == midnight + 2 * 3600, "what is within the limit needs no day")
    }

    @Test("What is kept for longer than there is anything is never due", arguments: [10, 4000, 1 << 40] as [Int64])
    func longEnough(days: Int64) async throws {
        let fixture = try Fixture()
        try await store(fixture, days: 0..<10)
        let plan = try await plan(fixture, keeping: days)
        #expect(!plan.isDue && plan.excess == 0 && plan.limit >= 0)
    }

    @Test("An hour of the future, as a clock leaves it that was ahead, makes nothing old")
    func future() async throws {
        let fixture = try Fixture()
        try await store(fixture, days: 0..<10)
        try await store(fixture, days: 900..<901, "data_size")
        #expect(try await plan(fixture, keeping: 3, now: 10).newest == midnight + 10 * Self.day - 3600)
        #expect(try await plan(fixture, keeping: 3, now: 10).limit == midnight + 6 * Self.day)
    }

    @Test("Something still older that comes within the day takes the day's allowance along")
    func older() async throws {
        let fixture = try Fixture()
        try await store(fixture, days: 0..<10)
        #expect(try await plan(fixture, keeping: 3).allowed == midnight + Self.day)
        try await store(fixture, days: -5..<0)
        let plan = try await plan(fixture, keeping: 3)
        #expect(plan.oldest == midnight - 5 * Self.day && plan.allowed == midnight - 4 * Self.day)
        try await fixture.history.expire(.hourly, before: plan.allowed)
        #expect(try await !self.plan(fixture, keeping: 3).isDue, "a day is deleted once")
    }

    @Test("Each granularity has a day of its own")
    func granularities() async throws {
        let fixture = try Fixture()
        try await store(fixture, days: 0..<10)
        _ = try await fixture.history.store(
            [SeriesPoints(statistic: "records", points: [Point(time: midnight, value: .integer(1))])],
            answering: fixture.window(midnight, midnight + Self.day, granularity: .daily))
        _ = try await plan(fixture, keeping: 3)
        let days = try await fixture.history.retentionPlan(.daily, keeping: 0, now: midnight * 2)
        #expect(days?.newest == midnight && days?.limit == midnight && days?.isDue == false)
    }

    @Test(
        "Whatever comes and whatever is configured, a day of new hours deletes two days of old ones at most",
        arguments: 91...94 as ClosedRange<UInt64>)
    func allowance(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        let fixture = try Fixture()
        try await store(fixture, days: 0..<40)
        var newest: Int64 = 40
        var deleted: Int64 = 0
        for step in 0..<25 {
            if Bool.random(using: &generator) {
                try await store(fixture, days: newest..<newest + 1)
                newest += 1
            }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let plan = try await plan(fixture, keeping: Int64.random(in: 0...30, using: &generator))
                #expect(plan.allowed <= plan.limit)
                try await fixture.history.expire(.hourly, before: plan.allowed)
                deleted = max(deleted, (plan.allowed - midnight) / Self.day)
                #expect(
                    try await fixture.read().count >= (newest - deleted) * 24, "seed \(seed), step \(step)")
            }
            // The day that is under way has its allowance beforehand.
            #expect(deleted <= 2 * (newest - 40) + 1, "seed \(seed), step \(step)")
        }
        #expect(deleted > 0)
    }
}
