import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Forgetting the future")
struct ForgottenFutureTests {
    private let now = midnight + 10 * 3600
    private let ahead = midnight + 20 * 86_400

    /// Ten hours of an application and of an index, fetched when they were over, and all else that is remembered.
    private func filled() async throws -> Fixture {
        let fixture = try Fixture()
        let history = fixture.history
        for application in ["APP", "OTHER"] as [ApplicationID] {
            try await history.register(application: application, now: midnight - 1)
            for index in ["", "products"] as [IndexName] {
                var window = fixture.window(midnight, now, fetchedAt: now, index: index)
                window.scope = Scope(application: application, index: index)
                window.unreadable["records"] = UnreadableRanges(
                    TimeRangeSet(TimeRange(midnight, midnight + 3600)), reason: "NaN")
                _ = try await history.store([fixture.points((0..<10).map { ($0, .integer($0)) })], answering: window)
                try await history.noteRevisionCheck(window.scope, .hourly, at: now)
            }
            try await history.refuse(["max_qps"], application: application, level: .application, at: now)
            try await history.note(
                VendorHorizon(level: .index, granularity: .hourly, age: 86_400, reason: "400", triedAt: now),
                application: application)
        }
        _ = try await history.store(
            IndexSnapshot(application: "APP", indices: [], isWhole: false, collected: [], time: now))
        _ = try await history.retentionPlan(.hourly, keeping: 86_400, now: now)
        try await fixture.history.inWriter(
            "INSERT INTO remote_write_position SELECT 'mimir', 'hourly', id, \(now - 7200) FROM series")
        return fixture
    }

    private func forget(
        _ fixture: Fixture, _ granularities: [Granularity] = [.hourly, .daily]
    ) async throws -> ForgottenFuture? {
        try await fixture.history.forgetFuture(application: "APP", granularities, now: now, settleDelay: 7200)
    }

    @Test("Of what is right nothing is void")
    func right() async throws {
        let fixture = try await filled()
        #expect(try await forget(fixture) == nil)
        #expect(try await forget(fixture, [.minutely]) == nil)
    }

    @Test(
        "A single time of the future is found wherever it is, is void once, and takes no point along",
        arguments: [
            #"answered SET "end" = $ WHERE application = 'APP'"#,
            "freshness SET fetched_at = $ WHERE application = 'APP' AND index_name = 'products'",
            "freshness SET complete_until = $, fetched_at = $ WHERE application = 'APP'",
            "revision_check SET checked_at = $ WHERE application = 'APP' AND index_name = ''",
            "remote_write_position SET sent_until = $ WHERE series_id = 1",
            "refusal SET refused_at = $ WHERE application = 'APP'",
            "set_aside SET tried_at = $ WHERE application = 'APP'",
            "vendor_horizon SET tried_at = $ WHERE application = 'APP'",
            "application SET first_seen = $ WHERE id = 'APP'", "application SET counted_from = $ WHERE id = 'APP'",
            "retention SET window_start = $", "index_list SET fetched_at = $ WHERE application = 'APP'",
        ])
    func single(change: String) async throws {
        let fixture = try await filled()
        let points = try fixture.history.texts("SELECT * FROM hourly_points")
        try await fixture.history.inWriter("UPDATE \(change.replacing("$", with: String(ahead)))")
        let generation = fixture.history.generation
        #expect(try await forget(fixture) == ForgottenFuture(latest: ahead))
        #expect(fixture.history.generation > generation)
        #expect(try await forget(fixture) == nil, "once")
        #expect(try fixture.history.texts("SELECT * FROM hourly_points") == points)
        #expect(try await fixture.history.freshness().allSatisfy { $0.fetchedAt <= now })
    }

    @Test("What another application remembers is its own")
    func others() async throws {
        let fixture = try await filled()
        try await fixture.history.inWriter(
            """
            UPDATE answered SET "end" = \(ahead); UPDATE freshness SET fetched_at = \(ahead);
            UPDATE refusal SET refused_at = \(ahead); UPDATE remote_write_position SET sent_until = \(ahead);
            """)
        func others() throws -> [String] {
            try ["answered", "freshness", "refusal"].flatMap { table in
                try fixture.history.texts("SELECT * FROM \(table) WHERE application = 'OTHER'")
            }
                + fixture.history.texts(
                    """
                    SELECT * FROM remote_write_position WHERE series_id IN (SELECT id FROM series WHERE application = 'OTHER')
                    """)
        }
        let before = try others()
        #expect(try await forget(fixture) != nil)
        #expect(try others() == before)
    }

    @Test("Minutes are the Monitoring API's: what it forgets leaves hours and days alone, and the other way round")
    func granularities() async throws {
        let fixture = try await filled()
        var window = fixture.window(midnight, ahead, fetchedAt: ahead, granularity: .minutely)
        window.api = .monitoring
        _ = try await fixture.history.store([fixture.points("cpu_usage", [(9, .integer(1))])], answering: window)
        let hours = try await fixture.coverage()
        #expect(try await forget(fixture) == nil)
        #expect(try await forget(fixture, [.minutely]) == ForgottenFuture(latest: ahead))
        #expect(try await fixture.coverage() == hours)
        #expect(try await fixture.read("cpu_usage", granularity: .minutely).count == 1)
    }

    @Test(
        "States that the exporter stamped later than now go, with the hours that were made of them; earlier ones stay",
        arguments: ["cluster_status", "reachability"] as [StatisticName])
    func stamped(statistic: StatisticName) async throws {
        let fixture = try Fixture()
        let now = now + 17 * 60
        // Right from 7:00 to 10:15, every five minutes; then a clock that is hours ahead, to the next day.
        let right = stride(from: midnight + 7 * 3600, through: now, by: 300)
        let wrong = stride(from: now + 1380, through: midnight + 30 * 3600, by: 300)
        for time in Array(right) + Array(wrong) {
            var window = fixture.window(time - 60, time + 60, fetchedAt: time + 5, granularity: .minutely)
            (window.api, window.settleDelay, window.statistics) = (.monitoring, 0, .names([statistic]))
            _ = try await fixture.history.store(
                [SeriesPoints(statistic: statistic, key: "c1", points: [Point(time: time, value: .integer(1))])],
                answering: window)
        }
        let future = try await fixture.history.forgetFuture(
            application: "APP", [.minutely], now: now, settleDelay: 0)
        #expect(future != nil)
        #expect(
            try await fixture.read(statistic, granularity: .minutely).map(\.time) == right.map { $0 })
        let whole = [7, 8, 9].map { midnight + $0 * 3600 }
        #expect(try await fixture.read(statistic).map(\.time) == whole, "the hour of 10 is not over")
        if statistic == "reachability" {
            #expect(try await fixture.read("reachability_max").map(\.time) == whole)
        }
        #expect(try await fixture.history.verify().isEmpty)
    }

    @Test("Minutes that the vendor has dated are proof of their time, and stay")
    func dated() async throws {
        let fixture = try Fixture()
        var window = fixture.window(midnight, ahead, fetchedAt: ahead, granularity: .minutely)
        (window.api, window.settleDelay) = (.monitoring, 0)
        let values = (0..<30).map { ($0 as Int64, PointValue.integer($0)) }
        _ = try await fixture.history.store([fixture.points("cpu_usage", values)], answering: window)
        _ = try await forget(fixture, [.minutely])
        #expect(try await fixture.read("cpu_usage", granularity: .minutely).count == 30)
        #expect(
            try await fixture.coverage(granularity: .minutely) == [TimeRange(midnight, midnight + 29 * 3600 - 7200)],
            "it was that late at least")
    }
}
