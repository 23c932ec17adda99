import History
import Testing
import UsageModel

@Suite("/grafana/query: series")
struct GrafanaQueryTests {
    private func withSite(_ body: (WebClient) async throws -> Void) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter, body)
    }

    @Test("A target is the application level of every application, its points the hours' starts")
    func simple() async throws {
        try await withSite { web in
            let series = try await web.query(#"{"refId":"A","target":"records"}"#)
            #expect(series.map(\.name) == ["records / APP", "records / OTHER"])
            #expect(series.map(\.refId) == ["A", "A"])
            #expect(series[0].points == hours(from: yesterday.start, (0..<24).map { 1000 + $0 }))
        }
    }

    @Test("A series is called by its statistic and by what tells it from the others")
    func legends() async throws {
        try await withSite { web in
            let app = #""application":"APP""#
            let both = #""aggregate":["max","avg"],"granularity":["daily","hourly"]"#
            for (targets, expected) in [
                (#"{"target":"records","payload":{\#(app)}}"#, ["records"]),
                (
                    #"{"target":"records","payload":{\#(app),"index":["","axb"]}}"#,
                    ["records / (application)", "records / axb"]
                ),
                (
                    #"{"target":"max_qps","payload":{\#(app)}},{"target":"records","payload":{\#(app)}}"#,
                    ["max_qps / c1-1", "max_qps / c1-2", "records"]
                ),
                (
                    #"{"target":"records","payload":{\#(app),\#(both)}}"#,
                    [
                        "records / daily / max", "records / daily / avg", "records / hourly / max",
                        "records / hourly / avg",
                    ]
                ),
            ] {
                let names = try await web.query(targets).map(\.name)
                #expect(names == expected)
            }
        }
    }

    @Test("Several targets are answered in their order, hidden and empty ones not at all")
    func targets() async throws {
        try await withSite { web in
            let series = try await web.query(
                """
                {"refId":"B","target":"max_qps","payload":{"application":"OTHER","key":"c1-2"}},
                {"refId":"H","target":"records","hide":true},{"refId":"E"},{"refId":"N","target":null},
                {"refId":"A","target":"avg_processing_time","payload":{"application":"APP"}}
                """)
            #expect(series.map(\.refId) == ["B", "A"])
        }
    }

    @Test("What selects nothing is a series without points", arguments: ["nope", "nope.*", "total_max_qps", "(a|b)"])
    func unknown(target: String) async throws {
        try await withSite { web in
            let series = try await web.query(#"{"refId":"A","target":"\#(target)"}"#)
            #expect(series.map(\.name) == [target] && series[0].points.isEmpty && series[0].refId == "A")
            let other = try await web.query(#"{"target":"records","payload":{"application":"NOPE"}}"#)
            #expect(other.map(\.points) == [[]])
            let range = #""range":{"from":"2020-01-01T00:00:00Z","to":"2020-01-02T00:00:00Z"}"#
            #expect(try await web.query(#"{"target":"records"}"#, range).map(\.points) == [[]])
        }
    }

    @Test(
        "Sums are those of /api/v1/range",
        arguments: [
            ("total_search_requests", "hourly", ""), ("records", "hourly", "products"), ("records", "daily", ""),
            ("max_qps", "hourly", ""),
        ])
    func sums(statistic: String, granularity: String, index: String) async throws {
        try await withSite { web in
            var parameters = "statistic=\(statistic)&granularity=\(granularity)&start=2026-07-14T05:00:00Z"
            parameters += "&end=2026-07-14T19:30:00Z\(index.isEmpty ? "" : "&index=" + index)"
            let expected = try await web.get("/api/v1/range?\(parameters)").json().series().map { try $0.points() }
            let series = try await web.query(
                #"{"target":"\#(statistic)","payload":{"granularity":"\#(granularity)","index":"\#(index)"}}"#,
                #""range":{"from":"2026-07-14T05:00:00.000Z","to":"2026-07-14T19:30:00.000Z"}"#)
            #expect(series.map(\.points) == (expected.isEmpty ? [[]] : expected))
        }
    }

    @Test(
        "A payload may hold values, lists and alternations, be text, and be called data",
        arguments: [
            #""payload":{"application":"APP","index":"axb"}"#, #""payload":{"application":["APP"],"index":["axb"]}"#,
            #""payload":{"application":"(APP)","index":"(axb)"}"#, #""data":{"application":"APP","index":"axb"}"#,
            #""payload":"{\"application\":\"APP\",\"index\":[\"axb\"]}""#,
            #""data":"{\"application\": \"APP\", \"index\": \"a[xy]b\"}""#,
            #""payload":{"index":"{axb,nope}","key":"","granularity":"","aggregate":"default","statistic":null}"#,
            #""payload":{"index":["axb"],"application":"$__all","granularity":["hourly"],"key":[]}"#,
            #""payload":{"index":"axb","granularity":"(hourly)","aggregate":"(default)"}"#,
        ])
    func payloads(payload: String) async throws {
        try await withSite { web in
            let series = try await web.query(#"{"target":"records",\#(payload)}"#)
            #expect(series.map(\.points) == [hours(from: yesterday.start, (0..<24).map { 400 + $0 })])
        }
    }

    @Test("Statistics may be several, by alternation, pattern, list or in the payload")
    func statistics() async throws {
        try await withSite { web in
            for target in [
                #""target":"(records|max_qps)""#, #""target":["records","max_qps"]"#, #""target":"rec.*|max_.*""#,
                #""payload":{"statistic":["records","max_qps"]}"#,
            ] {
                let names = Set(try await web.query("{\(target)}").map(\.name))
                #expect(
                    names == [
                        "max_qps / APP / c1-1", "max_qps / APP / c1-2", "max_qps / OTHER / c1-1",
                        "max_qps / OTHER / c1-2", "records / APP", "records / OTHER",
                    ])
            }
            #expect(try await web.query(#"{"target":"*","payload":{"application":"APP"}}"#).count == 6)
        }
    }

    @Test("Times may be milliseconds, and without a range it is the last day")
    func times() async throws {
        try await withSite { web in
            let fields = #""range":{"from":\#(yesterday.start * 1000),"to":"\#(yesterday.end * 1000)"}"#
            #expect(try await web.query(#"{"target":"records"}"#, fields)[0].points.count == 24)
            let answer = try await web.grafana("query", #"{"targets":[{"target":"records"}]}"#).json()
            let series = try #require(answer.array).map(GrafanaSeries.init)
            #expect(series[0].points == hours(from: yesterday.start + 11 * 3600, (11..<24).map { 1000 + $0 }))
        }
    }

    @Test("Minutes are read where there are no hours; hours, where there are both")
    func granularity() async throws {
        let site = try Site()
        let start = yesterday.start
        func store(_ statistic: StatisticName, minutes: Int) async throws {
            let points = (0..<minutes).map { Point(time: start + Int64($0) * 60, value: .integer(1)) }
            _ = try await site.history.store(
                [SeriesPoints(statistic: statistic, key: "c1-1", points: points)],
                answering: AnsweredWindow(
                    scope: Scope(application: "APP"), api: .monitoring, granularity: .minutely,
                    range: TimeRange(start, start + Int64(minutes) * 60), statistics: .all,
                    fetchedAt: site.clock.now, settleDelay: 0))
        }
        try await store("cpu_usage", minutes: 45)
        // The first hour is over, and is kept as an hour too.
        try await store("ram_search_usage", minutes: 90)
        try await site.store("records", granularity: .daily, [Point(time: start, value: .integer(5))])
        try await withServer(site.exporter) { web in
            #expect(try await web.query(#"{"target":"cpu_usage"}"#).map(\.points.count) == [45])
            #expect(try await web.query(#"{"target":"ram_search_usage"}"#).map(\.points.count) == [1])
            let minutes = try await web.query(#"{"target":"ram_search_usage","payload":{"granularity":"minutely"}}"#)
            #expect(minutes.map(\.points.count) == [90])
            #expect(try await web.query(#"{"target":"records"}"#).map(\.points.count) == [1], "only days are stored")
        }
    }
}
