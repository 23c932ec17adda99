import Testing
import UsageModel

@Suite("/grafana: what cannot be used")
struct GrafanaInputTests {
    private static let calls = [
        "metrics", "metric-payload-options", "query", "variable", "tag-values", "search", "annotations",
    ]

    @Test("A body that is not JSON, or not an object, is a problem", arguments: calls)
    func json(call: String) async throws {
        try await withServer(Site().exporter) { web in
            for body in ["{", "nonsense", "[]", "1", #""text""#, "\u{0}", "{}x"] {
                try await web.grafana(call, body).expectProblem(400, parameter: "body")
            }
            let deep = String(repeating: "[", count: 5000)
            #expect(try await web.grafana(call, "{\"payload\":\(deep)").status == 400)
        }
    }

    @Test(
        "A field of a wrong type or with a wrong word is named",
        arguments: [
            (#""targets":{}"#, "targets"), (#""targets":[1]"#, "targets[0]"),
            (#""targets":[{"target":{}}]"#, "targets[0].target"),
            (#""targets":[{"target":"records","hide":"yes"}]"#, "targets[0].hide"),
            (#""targets":[{"target":"records","refId":[]}]"#, "targets[0].refId"),
            (#""targets":[{"target":"records","payload":[]}]"#, "targets[0].payload"),
            (#""targets":[{"target":"records","payload":"products"}]"#, "targets[0].payload"),
            (#""targets":[{"target":"records","payload":"{"}]"#, "targets[0].payload"),
            (#""targets":[{"target":"records","payload":{"index":{"a":1}}}]"#, "targets[0].payload.index"),
            (#""targets":[{"target":"records","payload":{"index":true}}]"#, "targets[0].payload.index"),
            (#""targets":[{"target":"records","payload":{"granularity":"weekly"}}]"#, "payload.granularity"),
            (#""targets":[{"target":"nothing","payload":{"aggregate":"median"}}]"#, "payload.aggregate"),
            (#""targets":[{"target":"records("}]"#, "target"),
            (#""targets":[{"target":"records","payload":{"index":"["}}]"#, "payload.index"),
            (#""targets":[{"target":"records","payload":{"key":"a**"}}]"#, "payload.key"),
            (#""range":1"#, "range"), (#""range":{"from":"yesterday"}"#, "range.from"),
            (#""range":{"from":[]}"#, "range.from"),
            (#""range":{"from":"2026-07-15T00:00:00Z","to":"2026-07-14T00:00:00Z"}"#, "range.from"),
            (#""maxDataPoints":"many""#, "maxDataPoints"), (#""maxDataPoints":{}"#, "maxDataPoints"),
            (#""intervalMs":"1h""#, "intervalMs"),
            (#""adhocFilters":[{"key":"index","operator":"~","value":"a"}]"#, "adhocFilters[0].operator"),
            (#""adhocFilters":[{"key":"colour","operator":"=","value":"a"}]"#, "adhocFilters[0].key"),
            (#""adhocFilters":[{"operator":"=","value":"a"}]"#, "adhocFilters[0]"),
            (#""adhocFilters":[{"key":"index","operator":"=~","value":"("}]"#, "adhocFilters.value"),
        ])
    func fields(fields: String, parameter: String) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let targets = fields.contains("targets") ? "" : #","targets":[{"target":"records"}]"#
            try await web.grafana("query", "{\(fields)\(targets)}").expectProblem(400, parameter: parameter)
        }
    }

    @Test(
        "A pattern that is too large is refused; an alternation of names is not",
        arguments: [
            String(repeating: ".", count: 1001), "(.{1000}){1000}", ".{1001}",
            (0..<11).map { "x{1000}y\($0)" }.joined(separator: "|"),
        ])
    func large(pattern: String) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let body = WebClient.query(#"{"target":"records","payload":{"index":"\#(pattern)"}}"#)
            try await web.grafana("query", body).expectProblem(400, parameter: "payload.index")
            let many = (0..<3000).map { "index_\($0)" }.joined(separator: "|")
            let series = try await web.query(#"{"target":"records","payload":{"index":"(\#(many)|axb)"}}"#)
            #expect(series.map(\.points.count) == [24])
        }
    }

    @Test("More series than a browser can draw are a problem that says what to narrow")
    func series() async throws {
        let site = try Site()
        try await site.store((0..<1001).map { SeriesPoints(statistic: "max_qps", key: "s\($0)", points: hours([1])) })
        try await withServer(site.exporter) { web in
            let all = WebClient.query(#"{"target":"max_qps"}"#)
            try await web.grafana("query", all).expectProblem(400, parameter: "targets")
            let range = #""range":{"from":"2026-07-15T00:00:00Z","to":"2026-07-16T00:00:00Z"}"#
            #expect(try await web.query(#"{"target":"max_qps","payload":{"key":"s1[0-9]."}}"#, range).count == 100)
            let text = try await web.grafana("query", all).text
            #expect(text.contains("1001 series"))
        }
    }

    @Test("What a newer plugin sends besides does not matter")
    func unknown() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let fields = #"""
                "app":"explore","requestId":"Q1","timezone":"browser","interval":"1m","scopedVars":{"a":{"text":"x"}},
                "startTime":1,"rangeRaw":{"from":"now-6h"},"adhocFilters":null,"maxDataPoints":null,"intervalMs":null
                """#
            let target = #"{"refId":"A","datasource":{"uid":"x"},"target":"records","payload":{"colour":"red"}}"#
            let series = try await web.query(target, fields)
            #expect(series.map(\.points.count) == [24, 24])
        }
    }

    @Test("Values that JSON cannot write are null")
    func infinite() async throws {
        let site = try Site()
        try await site.store("total_search_requests", hours([.real(1.7e308), .real(1.7e308)]))
        try await withServer(site.exporter) { web in
            let range = #""range":{"from":"2026-07-15T00:00:00Z","to":"2026-07-16T00:00:00Z"},"maxDataPoints":1"#
            for type in ["timeseries", "table"] {
                let body = WebClient.query(#"{"target":"total_search_requests","type":"\#(type)"}"#, range)
                let answer = try await web.grafana("query", body)
                #expect(answer.status == 200)
                let first = try #require(try answer.json().array?.first)
                let row = (first["datapoints"] ?? first["rows"])?.array?.first?.array
                #expect(row?.contains(.null) == true, "\(answer.text)")
            }
        }
    }
}
