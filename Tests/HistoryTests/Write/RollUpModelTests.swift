import History
import TestSupport
import Testing
import UsageModel

@Suite("Roll-ups against a naive model")
struct RollUpModelTests {
    private static let hours = 30

    @Test(
        "Every hour that is over is its minutes, folded, whichever came when",
        arguments: ["cpu_usage", "latency", "cluster_status", "a_new_metric"] as [StatisticName])
    func random(statistic: StatisticName) async throws {
        for seed in 101...103 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed)
            let fixture = try Fixture()
            var minutes: [UnixTime: PointValue] = [:]
            for step in 0..<40 {
                let points = (0..<Int.random(in: 1...90, using: &generator)).map { _ in
                    Point(
                        // Late hours and the turn of a day as well; the newest moves on.
                        time: midnight + Int64.random(in: 0...Int64(step * 45 + 30), using: &generator) * 60,
                        value: PointValue(Double(Int.random(in: 0...300, using: &generator)) / 4))
                }
                let unique = Dictionary(points.map { ($0.time, $0.value) }) { _, last in last }
                minutes.merge(unique) { _, new in new }
                var window = fixture.window(midnight, midnight + 86_400, granularity: .minutely)
                window.api = .monitoring
                _ = try await fixture.history.store(
                    [
                        SeriesPoints(
                            statistic: statistic, key: "c1-1",
                            points: unique.map { Point(time: $0.key, value: $0.value) }.shuffled(using: &generator))
                    ], answering: window)
                guard step % 5 == 4 else { continue }
                try await compare(fixture, statistic, minutes, "seed \(seed), step \(step)")
            }
            // Deleted, the minutes leave all of their hours, the newest as well.
            _ = try await fixture.history.expire(.minutely, before: midnight + 10 * 86_400)
            #expect(try await fixture.read(statistic, granularity: .minutely).isEmpty)
            minutes[midnight + 10 * 86_400] = .integer(0)
            try await compare(fixture, statistic, minutes, "seed \(seed), deleted")
        }
    }

    private func compare(
        _ fixture: Fixture, _ statistic: StatisticName, _ minutes: [UnixTime: PointValue], _ comment: Comment
    ) async throws {
        let newest = try #require(minutes.keys.max().map { $0 / 3600 })
        let hours = Dictionary(grouping: minutes.keys.filter { $0 / 3600 < newest }) { $0 / 3600 * 3600 }
            .mapValues { times in times.sorted().compactMap { minutes[$0] } }
        func expected(_ fold: ([PointValue]) -> PointValue?) -> [Point] {
            hours.keys.sorted().compactMap { hour in
                hours[hour].flatMap(fold).map { Point(time: hour, value: $0) }
            }
        }
        func mean(_ values: [PointValue]) -> PointValue {
            PointValue(values.reduce(0) { $0 + $1.double } / Double(values.count))
        }
        let isSeverity = statistic == "cluster_status"
        #expect(try await fixture.read(statistic) == (isSeverity ? expected { $0.max() } : expected(mean)), comment)
        #expect(
            try await fixture.read(statistic + "_max") == (isSeverity ? [] : expected { $0.max() }), comment)
        #expect(
            try await fixture.read(statistic + "_min") == (statistic == "cpu_usage" ? expected { $0.min() } : []),
            comment)
    }

    @Test("Minutes of one server are not another's, and hours of the Usage API are not rolled up")
    func apart() async throws {
        let fixture = try Fixture()
        for (key, value) in [("c1-1", 10), ("c1-2", 30)] as [(ServerName, Int64)] {
            var window = fixture.window(midnight, midnight + 7200, granularity: .minutely)
            window.api = .monitoring
            _ = try await fixture.history.store(
                [fixture.points("cpu_usage", key: key, [(0, .integer(value)), (1, .integer(0))])], answering: window)
        }
        let series = try await fixture.history.series(statistics: ["cpu_usage_max"], granularity: .hourly)
        #expect(series.map(\.key.key) == ["c1-1", "c1-2"])
        #expect(series.map(\.last.value) == [.integer(10), .integer(30)])
        #expect(series.allSatisfy { $0.key.api == .monitoring })
    }
}

@Suite("Derived statistics against a naive model")
struct DerivedModelTests {
    private static let total: StatisticName = "total_search_requests"
    private static let free: StatisticName = "querysuggestions_total_search_requests"

    @Test(
        "Wherever search requests are reported there is a difference, in every table and scope, at any time",
        arguments: 111...116 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        let fixture = try Fixture()
        var model = HistoryModel()
        for step in 0..<50 {
            let granularity: Granularity = Bool.random(using: &generator) ? .hourly : .daily
            let index: IndexName = Bool.random(using: &generator) ? "" : "products"
            let start = midnight + Int64.random(in: 0...10, using: &generator) * 86_400
            let series = [Self.total, Self.free].filter { _ in Bool.random(using: &generator) }.map { statistic in
                SeriesPoints(
                    statistic: statistic,
                    points: (0..<Int64.random(in: 0...40, using: &generator)).filter { _ in
                        Int.random(in: 0..<3, using: &generator) > 0
                    }.map {
                        Point(
                            time: start + $0 * granularity.seconds,
                            value: Int.random(in: 0..<5, using: &generator) == 0
                                ? .real(Double.random(in: 0...9, using: &generator))
                                : .integer(Int64.random(in: 0...(1 << 60), using: &generator)))
                    })
            }
            let window = fixture.window(
                start, start + 40 * granularity.seconds, fetchedAt: midnight + 100 * 86_400,
                statistics: series.isEmpty ? .all : .names(series.map(\.statistic)), index: index,
                granularity: granularity)
            let keepsExisting = Int.random(in: 0..<5, using: &generator) == 0
            _ = try await fixture.history.store(series, answering: window, keepsExisting: keepsExisting)
            _ = model.store(series, answering: window, keepsExisting: keepsExisting)
            guard step % 10 == 9 else { continue }
            for (index, granularity) in [
                ("", .hourly), ("products", .daily), ("products", .hourly),
            ] as [(IndexName, Granularity)] {
                let range = TimeRange(0, midnight * 2)
                func points(_ statistic: StatisticName) -> [Point] {
                    model.points(
                        SeriesKey(application: "APP", statistic: statistic, index: index), granularity,
                        range)
                }
                let free = Dictionary(uniqueKeysWithValues: points(Self.free).map { ($0.time, $0.value) })
                let expected = points(Self.total).map { point in
                    Point(time: point.time, value: point.value.subtracting(free[point.time] ?? .integer(0)))
                }
                #expect(
                    try await fixture.read(
                        "billed_search_requests", index: index, granularity: granularity) == expected,
                    "seed \(seed), step \(step)")
            }
        }
        // SQLite's arithmetic agrees.
        let wrong = try fixture.history.rows(
            """
            SELECT * FROM hourly_points AS total
            LEFT JOIN hourly_points AS free ON free.statistic = '\(Self.free)'
                AND free.index_name = total.index_name AND free.unix_time = total.unix_time
            LEFT JOIN hourly_points AS billed ON billed.statistic = 'billed_search_requests'
                AND billed.index_name = total.index_name AND billed.unix_time = total.unix_time
            WHERE total.statistic = '\(Self.total)'
                AND billed.value IS NOT total.value - coalesce(free.value, 0)
            """)
        #expect(wrong.isEmpty, "seed \(seed)")
    }

    @Test("Of values by server nothing is derived, nor of the same names from another API")
    func others() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points(Self.total, key: "c1-1", [(0, .integer(5))])],
            answering: fixture.window(midnight, midnight + 3600))
        var window = fixture.window(midnight, midnight + 3600, granularity: .minutely)
        window.api = .monitoring
        _ = try await fixture.history.store([fixture.points(Self.total, [(0, .integer(5))])], answering: window)
        #expect(try await !fixture.history.storedStatistics().contains("billed_search_requests"))
    }
}
