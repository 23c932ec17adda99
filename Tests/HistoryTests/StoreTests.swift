import History
import TestSupport
import Testing
import UsageModel

/// 2026-07-15T00:00:00Z.
let midnight: UnixTime = 1_784_073_600

/// A history in a folder of its own, and short ways to fill it.
struct Fixture {
    let folder = TemporaryFolder()
    let history: History

    init() throws { history = try History(path: folder.file("history.db")) }

    func window(
        _ start: UnixTime, _ end: UnixTime, fetchedAt: UnixTime = midnight + 30 * 86_400,
        statistics: StatisticSelection = .all, index: IndexName = "", granularity: Granularity = .hourly
    ) -> AnsweredWindow {
        AnsweredWindow(
            scope: Scope(application: "APP", index: index), granularity: granularity, range: TimeRange(start, end),
            statistics: statistics, fetchedAt: fetchedAt, settleDelay: 7200)
    }

    func points(_ values: [(Int64, PointValue)]) -> SeriesPoints { points("records", values) }

    func points(_ statistic: StatisticName, key: ServerName = "", _ values: [(Int64, PointValue)]) -> SeriesPoints {
        SeriesPoints(
            statistic: statistic, key: key, points: values.map { Point(time: midnight + $0.0 * 3600, value: $0.1) })
    }

    func read(_ statistic: StatisticName = "records", index: IndexName = "", granularity: Granularity = .hourly)
        async throws
        -> [Point]
    {
        try await history.range(
            RangeQuery(
                statistics: [statistic], indices: index.isEmpty ? .application : .names([index]),
                granularity: granularity, range: TimeRange(0, midnight * 2)), now: midnight * 2
        ).series.flatMap(\.points)
    }

    func coverage(index: IndexName = "", granularity: Granularity = .hourly) async throws -> [TimeRange] {
        let scope = Scope(application: "APP", index: index)
        return try await history.coverage().first { $0.scope == scope && $0.granularity == granularity }?.ranges.ranges
            ?? []
    }
}

@Suite("Storing answers")
struct StoreTests {
    @Test("Points come back as they went in, integers and reals, over day boundaries and gaps")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let values: [(Int64, PointValue)] = [
            (0, .integer(0)), (5, .integer(.max)), (23, .real(0.1)), (24, .integer(-1)), (100, .real(-1e300)),
        ]
        let outcome = try await fixture.history.store(
            [fixture.points(values)], answering: fixture.window(midnight, midnight + 7 * 86_400))
        #expect(outcome.added == 5)
        #expect(try await fixture.read() == fixture.points(values).points)
    }

    @Test("The same answer twice changes nothing")
    func idempotent() async throws {
        let fixture = try Fixture()
        let series = [fixture.points([(0, .integer(1)), (30, .real(2.5))])]
        let window = fixture.window(midnight, midnight + 7 * 86_400)
        _ = try await fixture.history.store(series, answering: window)
        let before = try await (fixture.read(), fixture.coverage())
        let again = try await fixture.history.store(series, answering: window)
        #expect((again.added, again.revised) == (0, 0))
        #expect(try await fixture.read() == before.0)
        #expect(try await fixture.coverage() == before.1)
    }

    @Test("A revised bucket replaces the old value; one that is no longer reported stays")
    func revision() async throws {
        let fixture = try Fixture()
        let window = fixture.window(midnight, midnight + 86_400)
        _ = try await fixture.history.store([fixture.points([(0, .integer(1)), (1, .integer(2))])], answering: window)
        let outcome = try await fixture.history.store([fixture.points([(1, .integer(3))])], answering: window)
        #expect((outcome.added, outcome.revised) == (0, 1))
        #expect(try await fixture.read() == fixture.points([(0, .integer(1)), (1, .integer(3))]).points)
    }

    @Test("Only whole, settled buckets are covered")
    func settling() async throws {
        let fixture = try Fixture()
        // Fetched at 10:30 with two hours to settle: 08:00 is the last that counts.
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight, midnight + 11 * 3600, fetchedAt: midnight + 37_800))
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 8 * 3600)])
        // A start off the grid answers from the next bucket on.
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight + 86_400 + 60, midnight + 90_000 + 3600))
        #expect(
            try await fixture.coverage() == [
                TimeRange(midnight, midnight + 8 * 3600), TimeRange(midnight + 90_000, midnight + 93_600),
            ])
    }

    @Test("Windows that touch are merged, and an empty answer covers as well")
    func merging() async throws {
        let fixture = try Fixture()
        for day in [2, 0, 1] as [Int64] {
            _ = try await fixture.history.store(
                [], answering: fixture.window(midnight + day * 86_400, midnight + (day + 1) * 86_400))
        }
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 3 * 86_400)])
    }

    @Test("A window answered by name is covered when every served statistic has answered")
    func byName() async throws {
        let fixture = try Fixture()
        let names = StatisticCatalogue.names(perIndex: true)
        let window = { (part: [StatisticName]) in
            fixture.window(midnight, midnight + 86_400, statistics: .names(part), index: "a/b")
        }
        _ = try await fixture.history.store([], answering: window(Array(names[..<40])))
        #expect(try await fixture.coverage(index: "a/b").isEmpty)
        let last = names[names.count - 1]
        _ = try await fixture.history.store([], answering: window(Array(names[40...].dropLast())))
        #expect(try await fixture.coverage(index: "a/b").isEmpty)
        try await fixture.history.refuse([last], application: "APP", level: .index, at: midnight)
        #expect(try await fixture.coverage(index: "a/b") == [TimeRange(midnight, midnight + 86_400)])
        try await fixture.history.withdrawRefusal(of: [last], application: "APP", level: .index)
        #expect(try await fixture.coverage(index: "a/b").isEmpty)
        _ = try await fixture.history.store([], answering: window([last]))
        #expect(try await fixture.coverage(index: "a/b") == [TimeRange(midnight, midnight + 86_400)])
    }

    @Test("Scopes, keys and names with any character are kept apart and unchanged")
    func awkwardNames() async throws {
        let fixture = try Fixture()
        let names: [IndexName] = [
            "a/b", "100%", "say \"x\"", "back\\slash", "line\nbreak", "🛒", "'; drop table series; --", "é", "e\u{301}",
        ]
        for (position, name) in names.enumerated() {
            _ = try await fixture.history.store(
                [
                    SeriesPoints(
                        statistic: StatisticName(name), key: ServerName(name),
                        points: [Point(time: midnight, value: .integer(Int64(position)))])
                ], answering: fixture.window(midnight, midnight + 3600, index: name))
        }
        for (position, name) in names.enumerated() {
            let answer = try await fixture.history.range(
                RangeQuery(
                    statistics: [StatisticName(name)], indices: .names([name]), keys: [ServerName(name)],
                    range: TimeRange(midnight, midnight + 3600)), now: midnight + 86_400)
            #expect(answer.series.map(\.key.index) == [name])
            #expect(answer.series.first?.points.first?.value == .integer(Int64(position)))
        }
    }
}
