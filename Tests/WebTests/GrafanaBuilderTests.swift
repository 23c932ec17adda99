import History
import Testing
import UsageModel

@Suite("/grafana: the query builder")
struct GrafanaBuilderTests {
    private func metric(_ metrics: [JSON], _ name: String) throws -> JSON {
        try #require(metrics.first { $0["value"]?.string == name }, "\(name)")
    }

    private func fields(_ metric: JSON) throws -> [String] {
        try #require(metric["payloads"]?.array).map { try #require($0["name"]?.string) }
    }

    private func values(_ options: JSON?) -> [String] { (options?.array ?? []).compactMap { $0["value"]?.string } }

    @Test("Offers every stored statistic in the catalogue's order, with its unit")
    func statistics() async throws {
        let site = try await Site.forGrafana()
        try await site.store("a_new_statistic", hours([1]))
        try await withServer(site.exporter) { web in
            let metrics = try await web.list("metrics", "{}")
            #expect(
                metrics.compactMap { $0["value"]?.string } == [
                    "total_search_requests", "avg_processing_time", "records", "max_qps",
                    "billed_search_requests", "a_new_statistic",
                ])
            #expect(try metric(metrics, "avg_processing_time")["label"]?.string == "avg_processing_time (milliseconds)")
            let new = try metric(metrics, "a_new_statistic")
            #expect(new["label"]?.string == "a_new_statistic (a statistic that this version does not know)")
        }
    }

    @Test("A statistic has the fields that make sense for it")
    func fields() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let metrics = try await web.list("metrics", #"{"metric":"","payload":{}}"#)
            #expect(
                try fields(metric(metrics, "records")) == ["application", "index", "granularity", "aggregate"])
            #expect(try fields(metric(metrics, "max_qps")) == ["application", "key", "granularity", "aggregate"])
            #expect(
                try fields(metric(metrics, "avg_processing_time")) == ["application", "granularity", "aggregate"],
                "no index has any")
            for field in try #require(metric(metrics, "max_qps")["payloads"]?.array) {
                let isLinked = field["options"] == nil
                let name = try #require(field["name"]?.string)
                #expect(isLinked == ["application", "key"].contains(name))
                #expect(field["type"]?.string == (isLinked ? "multi-select" : "select"))
                #expect(field["reloadMetric"] == .bool(name == "application"))
                #expect(field["placeholder"]?.string?.isEmpty == false && field["label"]?.string?.isEmpty == false)
            }
        }
    }

    @Test("Granularities are those that are stored; the aggregate says what the statistic's kind asks for")
    func options() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let metrics = try await web.list("metrics", "{}")
            func field(_ statistic: String, _ name: String) throws -> JSON? {
                try metric(metrics, statistic)["payloads"]?.array?.first { $0["name"]?.string == name }
            }
            #expect(try values(field("records", "granularity")?["options"]) == ["hourly", "daily"])
            #expect(try values(field("max_qps", "granularity")?["options"]) == ["hourly"])
            let aggregates = try #require(try field("records", "aggregate")?["options"])
            #expect(values(aggregates) == ["default", "sum", "avg", "min", "max", "last", "count"])
            #expect(aggregates.array?.first?["label"]?.string == "by the statistic's kind (last)")
            #expect(try field("max_qps", "key")?["label"]?.string == "Server")
        }
    }

    @Test("The application that is chosen decides which fields there are, and the list stays whole")
    func narrowed() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let body = #"{"metric":"total_search_requests","payload":{"application":["OTHER"]}}"#
            let metrics = try await web.list("metrics", body)
            #expect(metrics.count == 5)
            #expect(
                try fields(metric(metrics, "total_search_requests")) == ["application", "granularity", "aggregate"])
            #expect(try fields(metric(metrics, "records")).contains("index"))
        }
    }

    @Test(
        "A linked field's choices depend on the others",
        arguments: [
            (#""metric":"records","name":"application""#, ["APP", "OTHER"]),
            (#""metric":"max_qps","name":"key""#, ["c1-1", "c1-2"]),
            (#""metric":"records","name":"key""#, []),
            (#""metric":"records","name":"index","payload":{"application":"OTHER"}"#, ["products"]),
            (#""metric":"records","name":"index","payload":{"application":["OTHER"],"index":["x"]}"#, ["products"]),
            (
                #""metric":"records","name":"index","payload":{"application":["APP","OTHER"]}"#,
                [awkward, "axb", "prod_*", "prod_eu", "products"]
            ),
            (#""metric":"max_qps","name":"index""#, []),
            (#""metric":"records","name":"application","payload":{"index":"prod_eu"}"#, ["APP"]),
            (#""metric":"records","name":"granularity""#, ["hourly", "daily"]),
            (#""metric":"records","name":"colour""#, []), (#""name":"application""#, ["APP", "OTHER"]),
        ])
    func linked(body: String, expected: [String]) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            var names = try await web.list("metric-payload-options", "{\(body)}").map {
                try #require($0["value"]?.string)
            }
            if body.contains(#""name":"index""#) {
                #expect(names.prefix(2) == ["(application)", "*"])
                names.removeFirst(2)
            }
            #expect(names == expected)
        }
    }

    @Test("Whatever is offered can be asked for")
    func offered() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            for metric in try await web.list("metrics", "{}") {
                let statistic = try #require(metric["value"]?.string)
                for field in try #require(metric["payloads"]?.array) {
                    let name = try #require(field["name"]?.string)
                    var options = field["options"]?.array
                    if options == nil {
                        let body = #"{"metric":"\#(statistic)","name":"\#(name)","payload":{}}"#
                        options = try await web.list("metric-payload-options", body)
                    }
                    for option in options ?? [] {
                        let value = try #require(option["value"]).text()
                        let target = #"{"target":"\#(statistic)","payload":{"\#(name)":\#(value)}}"#
                        let series = try await web.query(target)
                        #expect(!series.isEmpty && series.allSatisfy { !$0.points.isEmpty }, "\(target)")
                    }
                }
            }
        }
    }
}
