import History
import TestSupport
import Testing
import UsageModel

@Suite("Newest complete values")
struct NewestValuesTests {
    private func hourly(_ fixture: Fixture, index: IndexName = "") async throws -> Point? {
        try await fixture.history.latest().series.first {
            $0.key.statistic == "records" && $0.key.index == index
        }?.hourly
    }

    /// Stores hours with their number as value, fetched at `minute`.
    private func store(
        _ fixture: Fixture, _ hours: Range<Int64>, at minute: Int64, index: IndexName = "",
        asked: StatisticSelection = .all
    ) async throws {
        _ = try await fixture.history.store(
            [fixture.points(hours.map { ($0, .integer($0)) })],
            answering: fixture.window(
                midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600,
                fetchedAt: midnight + minute * 60, statistics: asked, index: index))
    }

    @Test(
        "The hour is complete from the second that it ends, in each slot of the day",
        arguments: [0, 1, 11, 22, 23, 24, 47] as [Int64])
    func slots(hour: Int64) async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<hour + 1, at: (hour + 1) * 60)
        #expect(try await hourly(fixture) == Point(time: midnight + hour * 3600, value: .integer(hour)))
    }

    @Test("A second before its end the hour before is the newest")
    func secondBefore() async throws {
        let fixture = try Fixture()
        let end = midnight + 24 * 3600
        _ = try await fixture.history.store(
            [fixture.points([(22, .integer(22)), (23, .integer(1))])],
            answering: fixture.window(midnight, end, fetchedAt: end - 1))
        #expect(try await hourly(fixture)?.value == .integer(22))
    }

    @Test("The newest complete day is yesterday's from midnight on")
    func day() async throws {
        let fixture = try Fixture()
        func newest(fetchedAt: UnixTime) async throws -> Point? {
            let points = (0..<3).map { Point(time: midnight + $0 * 86_400, value: .integer($0)) }
            _ = try await fixture.history.store(
                [SeriesPoints(statistic: "records", points: points)],
                answering: fixture.window(
                    midnight, midnight + 3 * 86_400, fetchedAt: fetchedAt, granularity: .daily))
            return try await fixture.history.latest().series.first?.daily
        }
        #expect(try await newest(fetchedAt: midnight + 2 * 86_400 - 1) == Point(time: midnight, value: .integer(0)))
        #expect(
            try await newest(fetchedAt: midnight + 2 * 86_400)
                == Point(time: midnight + 86_400, value: .integer(1)))
    }

    @Test("Each index is as new as its own newest answer")
    func indices() async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<10, at: 600)
        try await store(fixture, 0..<30, at: 1800, index: "a")
        try await store(fixture, 0..<3, at: 180, index: "b")
        #expect(try await hourly(fixture)?.value == .integer(9))
        #expect(try await hourly(fixture, index: "a")?.value == .integer(29))
        #expect(try await hourly(fixture, index: "b")?.value == .integer(2))
    }

    @Test("Of an answer to all and one by name the newer counts, whichever came last", arguments: [false, true])
    func newer(nameFirst: Bool) async throws {
        let fixture = try Fixture()
        for isNamed in [nameFirst, !nameFirst] {
            try await store(
                fixture, 0..<(isNamed ? 20 : 10), at: isNamed ? 1200 : 600, asked: isNamed ? .names(["records"]) : .all)
        }
        #expect(try await hourly(fixture)?.value == .integer(19))
    }

    @Test("The newest minute is shown however old it is; minutes are of servers alone")
    func minutes() async throws {
        let fixture = try Fixture()
        let old = midnight - 400 * 86_400
        var window = fixture.window(old, old + 3600, granularity: .minutely)
        window.api = .monitoring
        let points = [Point(time: old + 59 * 60, value: .real(0.5)), Point(time: old, value: .integer(3))]
        _ = try await fixture.history.store(
            [SeriesPoints(statistic: "cpu_usage", key: "c1-1", points: points)], answering: window)
        window.api = .usage
        _ = try await fixture.history.store([SeriesPoints(statistic: "records", points: points)], answering: window)
        let series = try await fixture.history.latest().series
        #expect(series.map(\.key.statistic) == ["cpu_usage"])
        #expect(series.first?.minutely == points[0])
    }

    @Test("Series come by application, index, statistic and key, byte by byte")
    func order() async throws {
        let fixture = try Fixture()
        let names: [IndexName] = ["b", "", "\u{E9}", "e\u{301}", "B", "a\u{FFFD}"]
        for application in ["B", "APP", "b"] as [ApplicationID] {
            for index in names {
                var window = fixture.window(midnight, midnight + 3600)
                window.scope = Scope(application: application, index: index)
                let point = Point(time: midnight, value: .integer(1))
                _ = try await fixture.history.store(
                    (["max_qps", "records"] as [StatisticName]).flatMap { statistic in
                        (["z", "", "Z"] as [ServerName]).map {
                            SeriesPoints(statistic: statistic, key: $0, points: [point])
                        }
                    }, answering: window)
            }
        }
        let keys = try await fixture.history.latest().series.map(\.key)
        #expect(keys.count == 3 * 6 * 2 * 3)
        #expect(
            keys
                == keys.sorted {
                    ($0.application, $0.index, $0.statistic, $0.key) < ($1.application, $1.index, $1.statistic, $1.key)
                })
        #expect(try await fixture.history.storedSeries().map(\.key) == keys)
    }
}
