import History
import TestSupport
import Testing
import UsageModel

@Suite("Borders of range queries")
struct RangeBordersTests {
    private let end = midnight + 90 * 86_400

    private func stored(_ start: UnixTime, hours: Int64, _ statistic: StatisticName = "total_search_requests")
        async throws
        -> Fixture
    {
        let fixture = try Fixture()
        try await add(fixture, start, hours: hours, statistic) { _ in .integer(1) }
        return fixture
    }

    private func add(
        _ fixture: Fixture, _ start: UnixTime, hours: Int64, _ statistic: StatisticName, index: IndexName = "",
        _ value: (Int64) -> PointValue
    ) async throws {
        let points = (0..<hours).map { Point(time: start + $0 * 3600, value: value($0)) }
        _ = try await fixture.history.store(
            [SeriesPoints(statistic: statistic, points: points)],
            answering: fixture.window(start, start + hours * 3600, fetchedAt: start + hours * 3600 + 7200, index: index)
        )
    }

    @Test(
        "Days are days of UTC over the end of a year and a leap day",
        arguments: [
            (1_835_308_800, ["2028-02-28", "2028-02-29", "2028-03-01"]),
            (1_830_211_200, ["2027-12-31", "2028-01-01", "2028-01-02"]),
            (4_107_456_000, ["2100-02-28", "2100-03-01", "2100-03-02"]),
        ] as [(UnixTime, [String])])
    func days(start: UnixTime, days: [String]) async throws {
        let fixture = try await stored(start, hours: 72)
        let answer = try await fixture.history.range(
            RangeQuery(
                statistics: ["total_search_requests"], range: TimeRange(start, start + 72 * 3600), step: 86_400),
            now: start + 100 * 86_400)
        let points = try #require(answer.series.first?.points)
        #expect(points.map { RFC3339.string($0.time) } == days.map { "\($0)T00:00:00Z" })
        #expect(points.map(\.value) == [.integer(24), .integer(24), .integer(24)])
    }

    @Test("The first and the last bucket may be partial, and keep the start of the whole bucket")
    func partial() async throws {
        let fixture = try await stored(midnight, hours: 72)
        let answer = try await fixture.history.range(
            RangeQuery(
                statistics: ["total_search_requests"],
                range: TimeRange(midnight + 23 * 3600, midnight + 49 * 3600), step: 86_400), now: end)
        #expect(
            answer.series.first?.points == [
                Point(time: midnight, value: .integer(1)), Point(time: midnight + 86_400, value: .integer(24)),
                Point(time: midnight + 2 * 86_400, value: .integer(1)),
            ])
    }

    @Test("A limit counts partial buckets as well: two hours of two days are two points")
    func partialLimit() async throws {
        let fixture = try await stored(midnight, hours: 72)
        var query = RangeQuery(
            statistics: ["total_search_requests"], range: TimeRange(midnight + 23 * 3600, midnight + 25 * 3600),
            step: 86_400)
        let error = await #expect(throws: RangeTooLarge.self) {
            try await fixture.history.range(query, now: end, limit: 1)
        }
        #expect(error?.points == 2)
        query.range = TimeRange(midnight, midnight + 2 * 3600)
        #expect(try await fixture.history.range(query, now: end, limit: 1).series.first?.points.count == 1)
    }

    @Test("Weeks begin where the question says")
    func origin() async throws {
        let fixture = try await stored(midnight, hours: 14 * 24)
        var query = RangeQuery(
            statistics: ["total_search_requests"], range: TimeRange(midnight, midnight + 14 * 86_400), step: 7 * 86_400)
        // 2026-07-15 is a Wednesday, the epoch was a Thursday.
        let days = { (series: [RangeSeries]) in
            series.first?.points.map { ($0.time - midnight) / 86_400 }
        }
        #expect(try await days(fixture.history.range(query, now: end).series) == [-6, 1, 8])
        query.origin = midnight - 2 * 86_400
        #expect(try await days(fixture.history.range(query, now: end).series) == [-2, 5, 12])
        query.origin = midnight
        #expect(try await days(fixture.history.range(query, now: end).series) == [0, 7])
    }

    @Test("A sum beyond the integers goes on as a real; exact below")
    func largeSums() async throws {
        let fixture = try Fixture()
        try await add(fixture, midnight, hours: 2, "total_search_requests") { _ in .integer(1 << 62) }
        try await add(fixture, midnight + 86_400, hours: 2, "total_search_requests") { .integer(1 << 53 + $0) }
        let answer = try await fixture.history.range(
            RangeQuery(
                statistics: ["total_search_requests"], range: TimeRange(midnight, midnight + 2 * 86_400), step: 86_400),
            now: end)
        #expect(
            answer.series.first?.points.map(\.value) == [.real(0x1p63), .integer(1 << 54 + 1)])
    }

    @Test("Among the largest sums one that is not a number comes last, and equal ones keep their order")
    func topOrder() async throws {
        let fixture = try Fixture()
        for (index, values) in [
            ("a", [1.5, 2]), ("b", [.infinity, -.infinity]), ("c", [3.5, 0]), ("d", [9, -20]), ("e", [0.5, 9]),
        ] as [(IndexName, [Double])] {
            try await add(fixture, midnight, hours: 2, "records", index: index) { .real(values[Int($0)]) }
        }
        var query = RangeQuery(
            statistics: ["records"], indices: .all, range: TimeRange(midnight, midnight + 7200), top: 9)
        #expect(
            try await fixture.history.range(query, now: end).series.map(\.key.index) == ["e", "a", "c", "d", "b"])
        #expect(try await fixture.history.plan(query, now: end).series.map(\.key.index) == ["e", "a", "c", "d", "b"])
        query.top = 2
        #expect(try await fixture.history.plan(query, now: end).series.map(\.key.index) == ["e", "a"])
    }

    @Test("A reader that is cancelled reads no further part")
    func cancelled() async throws {
        let fixture = try await stored(midnight, hours: 24)
        let plan = try await fixture.history.plan(
            RangeQuery(statistics: ["total_search_requests"], range: TimeRange(midnight, end)), now: end)
        let reading = Task {
            while !Task.isCancelled { await Task.yield() }
            var points = RangePoints(fixture.history, plan)
            _ = try await points.next()
        }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
    }

    @Test("A bucket that spans many batches is still one bucket")
    func longBucket() async throws {
        let fixture = try Fixture()
        let hours: Int64 = 20_000
        try await add(fixture, midnight - hours * 3600, hours: hours, "total_search_requests") { _ in .integer(1) }
        var query = RangeQuery(
            statistics: ["total_search_requests"], range: TimeRange(0, midnight), step: 4000 * 86_400)
        for (step, counts) in [(4000 * 86_400, nil), (7200, 10_000), (nil, 20_000)] as [(Int64?, Int?)] {
            query.step = step
            let plan = try await fixture.history.plan(query, now: end)
            var points = RangePoints(fixture.history, plan)
            var read: [Point] = []
            while let parts = try await points.next() { read += parts.flatMap(\.points) }
            let atOnce = try await fixture.history.range(query, now: end).series.flatMap(\.points)
            #expect(read == atOnce)
            #expect(read.reduce(0) { $0 + $1.value.double } == Double(hours))
            if let counts { #expect(read.count == counts) }
        }
    }
}

@Suite("Coverage of a range")
struct RangeCoverageTests {
    private func share(
        _ fixture: Fixture, _ hours: (Int64, Int64), now: Int64, _ indices: IndexSelection = .application,
        _ statistics: [StatisticName] = ["records"], granularity: Granularity = .hourly
    ) async throws -> Double {
        try await fixture.history.range(
            RangeQuery(
                statistics: statistics, indices: indices, granularity: granularity,
                range: TimeRange(midnight + hours.0 * 3600, midnight + hours.1 * 3600)), now: midnight + now * 3600
        ).coverage
    }

    @Test("Fetched but not settled counts: the newest hours are there, and may be revised")
    func tail() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight, midnight + 10 * 3600, fetchedAt: midnight + 10 * 3600))
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 8 * 3600)])
        #expect(try await share(fixture, (0, 10), now: 10) == 1)
        #expect(try await share(fixture, (0, 20), now: 20) == 0.5)
    }

    @Test("The newest hours of one statistic are not those of another that was asked for with it")
    func tailOfOne() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight, midnight + 4 * 3600, fetchedAt: midnight + 8 * 3600))
        _ = try await fixture.history.store(
            [],
            answering: fixture.window(
                midnight + 4 * 3600, midnight + 8 * 3600, fetchedAt: midnight + 8 * 3600,
                statistics: .names(["records"])
            ))
        // Settled: four hours of all, and six of records, whose tail are the last two.
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 4 * 3600)])
        #expect(try await share(fixture, (0, 8), now: 8) == 1)
        #expect(try await share(fixture, (0, 8), now: 8, .application, ["total_search_requests"]) == 0.5)
        #expect(try await share(fixture, (0, 8), now: 8, .application, ["records", "total_search_requests"]) == 0.5)
    }

    @Test("The hour that is not over is not missing, but only where anything is there")
    func openHour() async throws {
        let fixture = try Fixture()
        let now = midnight + 10 * 3600 + 1800
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight, midnight + 10 * 3600, fetchedAt: midnight + 10 * 3600))
        let query = RangeQuery(statistics: ["records"], range: TimeRange(midnight, midnight + 86_400))
        #expect(try await fixture.history.range(query, now: now).coverage == 1)
        var days = query
        days.granularity = .daily
        #expect(try await fixture.history.range(days, now: now).coverage == 0)
    }

    @Test("Over several indices it is their mean, and of the future there is none")
    func indices() async throws {
        let fixture = try Fixture()
        for (index, hours) in [("a", 24), ("b", 12), ("c", 6)] as [(IndexName, Int64)] {
            _ = try await fixture.history.store(
                [], answering: fixture.window(midnight, midnight + hours * 3600, index: index))
        }
        #expect(try await share(fixture, (0, 24), now: 1000, .all) == 42.0 / 72)
        #expect(try await share(fixture, (0, 24), now: 1000, .names(["b", "c"])) == 18.0 / 48)
        #expect(try await share(fixture, (0, 24), now: -5, .all) == 0)
        #expect(try await share(fixture, (0, 0), now: 1000, .all) == 0)
    }

    @Test("A tail that was asked for by another name does not count")
    func byName() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [],
            answering: fixture.window(
                midnight, midnight + 10 * 3600, fetchedAt: midnight + 10 * 3600, statistics: .names(["records"])))
        #expect(try await share(fixture, (8, 10), now: 10) == 1)
        #expect(try await share(fixture, (8, 10), now: 10, .application, ["data_size"]) == 0)
    }

    @Test("Hours of servers are as covered as their minutes")
    func servers() async throws {
        let fixture = try Fixture()
        var window = fixture.window(midnight, midnight + 6 * 3600, granularity: .minutely)
        window.api = .monitoring
        _ = try await fixture.history.store([], answering: window)
        // The plan serves the Usage API's statistics; what is asked here is not among them, so that `*` counts.
        #expect(try await share(fixture, (0, 12), now: 1000, .application, ["cpu_usage"]) == 0.5)
        #expect(
            try await share(fixture, (0, 12), now: 1000, .application, ["cpu_usage"], granularity: .minutely) == 0.5)
        #expect(try await share(fixture, (0, 12), now: 1000, .application, ["cpu_usage", "records"]) == 0)
        // Hours that came from a coarser answer are there as well.
        let hours = (8..<11).map { Point(time: midnight + Int64($0) * 3600, value: .integer(50)) }
        try await fixture.history.fill(
            [SeriesPoints(statistic: "cpu_usage", key: "c1", points: hours)], application: "APP", api: .monitoring,
            granularity: .hourly)
        #expect(try await share(fixture, (0, 12), now: 1000, .application, ["cpu_usage"]) == 0.75)
        #expect(
            try await share(fixture, (0, 12), now: 1000, .application, ["cpu_usage"], granularity: .minutely) == 0.5)
    }
}
