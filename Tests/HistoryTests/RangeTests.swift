import History
import TestSupport
import Testing
import UsageModel

@Suite("Range queries")
struct RangeTests {
    private func filled() async throws -> Fixture {
        let fixture = try Fixture()
        for (position, index) in (["", "a", "b"] as [IndexName]).enumerated() {
            _ = try await fixture.history.store(
                [
                    fixture.points("total_search_requests", (0..<72).map { ($0, .integer($0 * Int64(position + 1))) }),
                    fixture.points((0..<72).map { ($0, .integer(1000 + $0)) }),
                    fixture.points("avg_processing_time", [(0, .integer(1)), (1, .integer(2)), (30, .real(7.5))]),
                ], answering: fixture.window(midnight, midnight + 3 * 86_400, index: index))
        }
        return fixture
    }

    private func ask(_ fixture: Fixture, _ change: (inout RangeQuery) -> Void) async throws -> [RangeSeries] {
        var query = RangeQuery(
            statistics: ["total_search_requests"], range: TimeRange(midnight, midnight + 3 * 86_400))
        change(&query)
        return try await fixture.history.range(query, now: midnight + 90 * 86_400).series
    }

    @Test("The end is exclusive and the start inclusive")
    func bounds() async throws {
        let fixture = try await filled()
        let series = try await ask(fixture) { $0.range = TimeRange(midnight + 3600, midnight + 3 * 3600) }
        #expect(series.map { $0.points.map(\.value) } == [[.integer(1), .integer(2)]])
    }

    @Test("No index is the application level, * is every index, a name is that index")
    func indices() async throws {
        let fixture = try await filled()
        #expect(try await ask(fixture) { _ in }.map(\.key.index) == [""])
        #expect(try await ask(fixture) { $0.indices = .all }.map(\.key.index) == ["a", "b"])
        #expect(try await ask(fixture) { $0.indices = .names(["b"]) }.map(\.key.index) == ["b"])
    }

    @Test("Days begin at UTC midnight, and each kind has its own aggregate")
    func steps() async throws {
        let fixture = try await filled()
        let days = try await ask(fixture) {
            $0.statistics = ["total_search_requests", "records", "avg_processing_time"]
            $0.step = 86_400
        }
        #expect(days[0].points.map(\.value) == [.integer(276), .integer(852), .integer(1428)])
        #expect(days[1].points.map(\.value) == [.integer(1023), .integer(1047), .integer(1071)])
        #expect(days[2].points.map(\.value) == [.real(1.5), .real(7.5)])
        #expect(days[0].points.map(\.time) == [0, 1, 2].map { midnight + $0 * 86_400 })
    }

    @Test("A share of time is the mean of the hours of each step, a capacity peak the highest of them")
    func sharesOfTime() async throws {
        let fixture = try Fixture()
        let names: [StatisticName] = [
            "degraded_queries_ssd_used_seconds_impacted", "degraded_queries_ssd_used_queries_impacted",
            "used_search_capacity",
        ]
        // A quarter of every second hour of the first day; of the second day a single hour is reported.
        let hours = (0..<24).map { (Int64($0), PointValue.integer($0 % 2 == 0 ? 25 : 0)) } + [(40, .integer(12))]
        _ = try await fixture.history.store(
            names.map { fixture.points($0, hours) }, answering: fixture.window(midnight, midnight + 2 * 86_400))
        func folded(_ step: Int64) async throws -> [[Double]] {
            let series = try await ask(fixture) {
                $0.statistics = names
                $0.step = step
            }
            return series.map { $0.points.map(\.value.double) }
        }
        #expect(try await folded(86_400) == [[12.5, 12], [25, 12], [25, 12]])
        #expect(try await folded(3 * 86_400).map(\.count) == [1, 1, 1])
        let sixths = try await folded(6 * 3600)
        #expect(sixths[0] == [12.5, 12.5, 12.5, 12.5, 12] && sixths[1] == [25, 25, 25, 25, 12])
    }

    @Test(
        "Every aggregate is what its name says",
        arguments: [
            (Aggregate.sum, 15), (.avg, 2.5), (.min, 0), (.max, 5), (.last, 5), (.count, 6),
        ] as [(Aggregate, Double)])
    func aggregates(aggregate: Aggregate, value: Double) async throws {
        let fixture = try await filled()
        let series = try await ask(fixture) {
            $0.step = 6 * 3600
            $0.aggregate = aggregate
        }
        #expect(series[0].points[0].value.double == value)
    }

    @Test("Top keeps the series with the largest sums, the largest first")
    func top() async throws {
        let fixture = try await filled()
        let series = try await ask(fixture) {
            $0.indices = .all
            $0.top = 1
        }
        #expect(series.map(\.key.index) == ["b"])
    }

    @Test("An answer that is too large is refused with the step that fits")
    func tooLarge() async throws {
        let fixture = try await filled()
        let query = RangeQuery(
            statistics: ["records"], indices: .all, range: TimeRange(midnight - 5 * 365 * 86_400, midnight + 3 * 86_400)
        )
        let error = await #expect(throws: RangeTooLarge.self) {
            try await fixture.history.range(query, now: midnight, limit: 100)
        }
        #expect(error?.points == 144 && error?.limit == 100 && error?.fittingStep == 7200)
        var fitting = query
        fitting.step = 7200
        #expect(
            try await fixture.history.range(fitting, now: midnight, limit: 100).series.map(\.points.count) == [36, 36])
    }

    @Test("Coverage is the fetched share of what was asked, up to now")
    func coverage() async throws {
        let fixture = try await filled()
        func share(_ start: Int64, _ end: Int64, now: Int64 = 90 * 24) async throws -> Double {
            try await fixture.history.range(
                RangeQuery(
                    statistics: ["records"], range: TimeRange(midnight + start * 3600, midnight + end * 3600)),
                now: midnight + now * 3600
            ).coverage
        }
        #expect(try await share(0, 72) == 1)
        #expect(try await share(-72, 72) == 0.5)
        #expect(try await share(72, 80) == 0)
        #expect(try await share(0, 200, now: 72) == 1)
    }
}

@Suite("Newest values")
struct LatestTests {
    private func latest(_ fixture: Fixture, _ statistic: StatisticName = "records") async throws -> LatestSeries? {
        try await fixture.history.latest().series.first { $0.key.statistic == statistic }
    }

    @Test("A bucket is complete when it was fetched after its end, not when its end is in the past now")
    func complete() async throws {
        let fixture = try Fixture()
        // At 10:58 the bucket of 10:00 is not over.
        _ = try await fixture.history.store(
            [fixture.points([(9, .integer(9)), (10, .integer(1))])],
            answering: fixture.window(midnight, midnight + 11 * 3600, fetchedAt: midnight + 10 * 3600 + 3480))
        #expect(try await latest(fixture)?.hourly == Point(time: midnight + 9 * 3600, value: .integer(9)))
        _ = try await fixture.history.store(
            [fixture.points([(9, .integer(9)), (10, .integer(10)), (11, .integer(1))])],
            answering: fixture.window(midnight + 8 * 3600, midnight + 12 * 3600, fetchedAt: midnight + 11 * 3600 + 60))
        #expect(try await latest(fixture)?.hourly == Point(time: midnight + 10 * 3600, value: .integer(10)))
    }

    @Test("A series whose newest bucket was not reported has no newest value")
    func absent() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [
                fixture.points([(9, .integer(9)), (10, .integer(10))]),
                fixture.points("total_search_requests", [(9, .integer(5))]),
            ], answering: fixture.window(midnight, midnight + 11 * 3600, fetchedAt: midnight + 11 * 3600))
        #expect(try await latest(fixture)?.hourly?.value == .integer(10))
        let count = try #require(try await latest(fixture, "total_search_requests"))
        #expect(count.hourly == nil)
        #expect(count.total == .integer(0))
    }

    @Test("A backfilled past does not make the newest older")
    func backfill() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points([(10, .integer(10))])],
            answering: fixture.window(midnight, midnight + 11 * 3600, fetchedAt: midnight + 11 * 3600))
        _ = try await fixture.history.store(
            [fixture.points([(-30, .integer(3))])],
            answering: fixture.window(midnight - 2 * 86_400, midnight, fetchedAt: midnight + 12 * 3600))
        #expect(try await latest(fixture)?.hourly?.value == .integer(10))
    }

    @Test("Statistics fetched by name are as new as their own fetch")
    func byName() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points([(9, .integer(9)), (10, .integer(1))])],
            answering: fixture.window(
                midnight, midnight + 11 * 3600, fetchedAt: midnight + 10 * 3600 + 60,
                statistics: .names(["records"])))
        _ = try await fixture.history.store(
            [fixture.points("data_size", [(9, .integer(90)), (10, .integer(100))])],
            answering: fixture.window(
                midnight, midnight + 12 * 3600, fetchedAt: midnight + 11 * 3600 + 60,
                statistics: .names(["data_size"])))
        #expect(try await latest(fixture)?.hourly?.value == .integer(9))
        #expect(try await latest(fixture, "data_size")?.hourly?.value == .integer(100))
    }
}
