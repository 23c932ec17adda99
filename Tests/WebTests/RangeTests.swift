import History
import TestSupport
import Testing
import UsageModel

@Suite("/api/v1/range")
struct RangeTests {
    /// Asks for one day's `step`s of these series and returns them.
    private func series(_ web: WebClient, _ parameters: KeyValuePairs<String, String>) async throws -> [JSON] {
        let answer = try await web.range(parameters)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json().series()
    }

    @Test("Answers as the contract's example does")
    func example() async throws {
        let noon: UnixTime = 1_455_451_200
        let site = try Site(now: noon + 86_400)
        try await site.store([Point(time: noon, value: .integer(53_863_464))])
        try await withServer(site.exporter) { web in
            let answer = try await web.range([
                "statistic": "records", "application": "APP", "start": "2016-02-14T12:00:00Z",
                "end": "2016-02-14T13:00:00Z", "aggregate": "sum",
            ]).json()
            var series = try #require(try answer.series().first?.object)
            #expect(series.removeValue(forKey: "aggregate") == .string("sum"), "each series says its own as well")
            var document = try #require(answer.object)
            document["series"] = .array([.object(series)])
            let expected = try JSON.parse(
                """
                {"start":"2016-02-14T12:00:00Z","end":"2016-02-14T13:00:00Z","granularity":"hourly","step":"1h",
                 "aggregate":"sum","coverage":1.0,
                 "series":[{"application":"APP","index":null,"key":null,"statistic":"records","unit":"records",
                            "points":[[1455451200000,53863464]]}]}
                """)
            #expect(JSON.object(document) == expected)
        }
    }

    @Test("Without start and end it is the last 24 hours; the end is exclusive, the start is not")
    func bounds() async throws {
        let site = try Site(now: midnight + 10 * 3600)
        try await site.store(hours(from: midnight - 86_400, Array(0..<48)))
        try await withServer(site.exporter) { web in
            let day = try await web.range(["statistic": "records"]).json()
            #expect(day["start"]?.string == "2026-07-14T10:00:00Z")
            #expect(day["end"]?.string == "2026-07-15T10:00:00Z")
            #expect(try day.series()[0].points() == hours(from: midnight - 14 * 3600, Array(10..<34)))
            let before = try await series(web, ["statistic": "records", "end": "2026-07-15T00:00:00Z"])
            #expect(try before[0].points() == hours(from: midnight - 86_400, Array(0..<24)))
        }
    }

    @Test(
        "A time has four forms, and an offset is understood",
        arguments: [
            ("2026-07-15T00:00:00Z", "2026-07-15T02:00:00Z"),
            ("2026-07-15T02:00:00+02:00", "2026-07-14T22:30:00.0-03:30"), ("1784073600", "1784080800"),
            ("1784073600000", "1784080800000"), ("now-10h20m", "now-8h20m"), ("now-10h20m", "1784080800"),
        ])
    func times(start: String, end: String) async throws {
        let site = try Site()
        try await site.store(hours(from: midnight - 3600, [0, 1, 2, 3]))
        try await withServer(site.exporter) { web in
            let answer = try await web.range(["statistic": "records", "start": start, "end": end]).json()
            #expect(try answer.series()[0].points() == hours([1, 2]))
            #expect(answer["start"]?.string == "2026-07-15T00:00:00Z")
            #expect(answer["end"]?.string == "2026-07-15T02:00:00Z")
        }
    }

    @Test(
        "A bucket is in the range when it begins in it, to a fraction of a second",
        arguments: [
            ("2026-07-15T00:00:00.5Z", "2026-07-15T02:00:00.5Z"), ("1784073600001", "1784080800001"),
            ("1784073600.25", "1784080800.25"),
        ])
    func fractions(start: String, end: String) async throws {
        let site = try Site()
        try await site.store(hours(from: midnight - 3600, [0, 1, 2, 3, 4]))
        try await withServer(site.exporter) { web in
            let answer = try await web.range(["statistic": "records", "start": start, "end": end]).json()
            #expect(try answer.series()[0].points() == hours(from: midnight + 3600, [2, 3]))
        }
    }

    @Test(
        "The end may be ahead, as now+1h, and the plus need not be encoded", arguments: ["now+1h", "now%2B1h", "now"])
    func ahead(end: String) async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/api/v1/range?statistic=records&end=\(end)").json()
            #expect(answer["end"]?.string == (end == "now" ? "2026-07-15T10:20:00Z" : "2026-07-15T11:20:00Z"))
            #expect(try answer.series()[0].points() == hours([1]))
        }
    }

    @Test(
        "The step is echoed, and its buckets begin at UTC midnight",
        arguments: [("1h", "1h"), ("60m", "1h"), ("6h", "6h"), ("21600", "6h"), ("24h", "1d"), ("1d", "1d")])
    func step(asked: String, echoed: String) async throws {
        let site = try Site()
        try await site.store(
            "total_search_requests", hours(from: midnight - 2 * 86_400, Array(repeating: 1, count: 48)))
        let seconds = try #require(DurationText.parse(echoed))
        try await withServer(site.exporter) { web in
            let answer = try await web.range([
                "statistic": "total_search_requests", "start": "2026-07-13T07:00:00Z", "end": "2026-07-15T00:00:00Z",
                "step": asked,
            ]).json()
            #expect(answer["step"]?.string == echoed)
            let points = try answer.series()[0].points()
            #expect(points.allSatisfy { $0.time % seconds == 0 })
            #expect(points.last == Point(time: midnight - seconds, value: .integer(seconds / 3600)))
            #expect(points.reduce(0) { $0 + $1.value.double } == 41)
        }
    }

    @Test("Daily buckets are asked for with granularity=daily, and may become weeks")
    func daily() async throws {
        let site = try Site()
        let days = (0..<14).map { Point(time: midnight - Int64(14 - $0) * 86_400, value: .integer(Int64($0))) }
        try await site.store("records", granularity: .daily, days)
        try await withServer(site.exporter) { web in
            let plain = try await web.range(["statistic": "records", "granularity": "daily", "start": "now-30d"]).json()
            #expect(plain["granularity"]?.string == "daily")
            #expect(plain["step"]?.string == "1d")
            #expect(try plain.series()[0].points() == days)
            let weeks = try await series(
                web, ["statistic": "records", "granularity": "daily", "start": "now-30d", "step": "1w"])
            #expect(try weeks[0].points().last?.value == .integer(13))
        }
    }

    @Test(
        "Without aggregate each kind is combined as it should be",
        arguments: [
            ("total_search_requests", "sum", 12), ("records", "last", 4), ("99p_processing_time", "max", 5),
            ("avg_processing_time", "avg", 3), ("total_max_qps", "max", 5),
        ] as [(String, String, Int64)])
    func defaults(statistic: String, aggregate: String, value: Int64) async throws {
        let site = try Site()
        try await site.store("\(statistic)", hours([1, 5, 2, 4]))
        try await withServer(site.exporter) { web in
            let answer = try await web.range(["statistic": statistic, "step": "6h"]).json()
            #expect(answer["aggregate"]?.string == aggregate)
            #expect(try answer.series()[0].points() == hours([value]))
        }
    }

    @Test(
        "Every aggregate is what its name says",
        arguments: [("sum", 12), ("avg", 3), ("min", 1), ("max", 5), ("last", 4), ("count", 4)] as [(String, Int64)])
    func aggregates(aggregate: String, value: Int64) async throws {
        let site = try Site()
        try await site.store(hours([1, 5, 2, 4]))
        try await withServer(site.exporter) { web in
            let answer = try await web.range(["statistic": "records", "step": "1d", "aggregate": aggregate]).json()
            #expect(answer["aggregate"]?.string == aggregate)
            #expect(try answer.series()[0].points() == hours([value]))
        }
    }

    @Test("No index is the application, * is every index, a name is that index, and names may repeat")
    func indices() async throws {
        let site = try Site()
        for index in ["", "a", "b", "c"] as [IndexName] { try await site.store(index: index, hours([1])) }
        try await withServer(site.exporter) { web async throws in
            let names = { (query: String) in
                try await web.get("/api/v1/range?statistic=records\(query)").json().series().map { $0["index"] }
            }
            #expect(try await names("") == [.null])
            #expect(try await names("&index=") == [.null])
            #expect(try await names("&index=*") == [.string("a"), .string("b"), .string("c")])
            #expect(try await names("&index=b") == [.string("b")])
            #expect(try await names("&index=c&index=a") == [.string("a"), .string("c")])
        }
    }

    @Test("top keeps the series with the largest sums, the largest first")
    func top() async throws {
        let site = try Site()
        for (index, value) in [("a", 2), ("b", 9), ("c", 5)] as [(IndexName, Int64)] {
            try await site.store(index: index, hours([value, value]))
        }
        try await withServer(site.exporter) { web in
            let largest = try await series(web, ["statistic": "records", "index": "*", "top": "2"])
            #expect(largest.map { $0["index"]?.string } == ["b", "c"])
            #expect(try await series(web, ["statistic": "records", "index": "*", "top": "9"]).count == 3)
        }
    }

    @Test("key selects servers, and an unknown one selects nothing")
    func keys() async throws {
        let site = try Site()
        try await site.store(
            ["c1", "c2", "c3"].map { SeriesPoints(statistic: "max_qps", key: $0, points: hours([1])) })
        try await withServer(site.exporter) { web async throws in
            let keys = { (query: String) in
                try await web.get("/api/v1/range?statistic=max_qps\(query)").json().series().map { $0["key"]?.string }
            }
            #expect(try await keys("") == ["c1", "c2", "c3"])
            #expect(try await keys("&key=c2") == ["c2"])
            #expect(try await keys("&key=c3&key=c1") == ["c1", "c3"])
            #expect(try await keys("&key=c9").isEmpty)
        }
    }

    @Test("Several statistics come in the order in which they were asked, each with its unit and aggregate")
    func statistics() async throws {
        let site = try Site()
        try await site.store(
            ["data_size", "records", "total_search_requests"].map {
                SeriesPoints(statistic: $0, points: hours([1, 2]))
            })
        try await withServer(site.exporter) { web in
            let answer = try await web.range(["statistic": "total_search_requests,data_size", "step": "1d"]).json()
            let series = try answer.series()
            #expect(series.map { $0["statistic"]?.string } == ["total_search_requests", "data_size"])
            #expect(series.map { $0["unit"]?.string } == ["requests", "bytes"])
            #expect(series.map { $0["aggregate"]?.string } == ["sum", "last"])
            #expect(try series.map { try $0.points() } == [hours([3]), hours([2])])
            #expect(answer["aggregate"] == .null, "there is no one word for both")
        }
    }

    @Test("Applications are kept apart, and may be named")
    func applications() async throws {
        let site = try Site()
        for application in ["APP", "OTHER"] as [ApplicationID] {
            try await site.store(application: application, hours([1]))
        }
        try await withServer(site.exporter) { web async throws in
            let names = { (query: String) in
                try await web.get("/api/v1/range?statistic=records\(query)").json().series()
                    .map { $0["application"]?.string }
            }
            #expect(try await names("") == ["APP", "OTHER"])
            #expect(try await names("&application=OTHER") == ["OTHER"])
        }
    }

    @Test("Buckets that were not reported are absent, and a known statistic without any is an empty list")
    func absent() async throws {
        let site = try Site()
        let points = [Point(time: midnight, value: .integer(0)), Point(time: midnight + 7200, value: .integer(2))]
        try await site.store(points)
        try await withServer(site.exporter) { web async throws in
            #expect(try await series(web, ["statistic": "records"])[0].points() == points)
            #expect(try await series(web, ["statistic": "data_size"]).isEmpty)
            #expect(try await series(web, ["statistic": "records", "end": "2020-01-01T00:00:00Z"]).isEmpty)
        }
    }

    @Test("Coverage is the fetched share of what was asked")
    func coverage() async throws {
        let site = try Site()
        try await site.store(answering: TimeRange(midnight - 86_400, midnight), [])
        try await withServer(site.exporter) { web async throws in
            let share = { (start: String, end: String) in
                try await web.range(["statistic": "records", "start": start, "end": end]).json()["coverage"]?.number
            }
            #expect(try await share("2026-07-14T00:00:00Z", "2026-07-15T00:00:00Z") == .integer(1))
            #expect(try await share("2026-07-13T00:00:00Z", "2026-07-15T00:00:00Z") == .real(0.5))
            #expect(try await share("2026-07-12T00:00:00Z", "2026-07-13T00:00:00Z") == .integer(0))
        }
    }
}
