import Testing
import UsageModel

@Suite("/grafana: variables, ad hoc choices and search")
struct GrafanaVariableTests {
    private static let indices = [awkward, "axb", "prod_*", "prod_eu", "products"]
    private static let statistics = [
        "total_search_requests", "avg_processing_time", "records", "max_qps", "billed_search_requests",
    ]

    @Test(
        "A variable lists names, narrowed by others",
        arguments: [
            (#"{"payload":{"target":"applications"}}"#, ["APP", "OTHER"]),
            (#"{"payload":{"target":"statistics"}}"#, statistics), (#"{"payload":{"target":"indices"}}"#, indices),
            (#"{"payload":{"target":"keys"}}"#, ["c1-1", "c1-2"]),
            (#"{"payload":{"target":"indices","application":"OTHER"}}"#, ["products"]),
            (#"{"payload":{"target":"indices","application":["OTHER","APP"]}}"#, indices),
            (#"{"payload":{"target":"indices","application":"(APP|OTHER)","statistic":"max_qps"}}"#, []),
            (#"{"payload":{"target":"indices","application":"NOPE"}}"#, []),
            (
                #"{"payload":{"target":"statistics","index":"products","application":"APP"}}"#,
                ["total_search_requests", "records", "billed_search_requests"]
            ), (#"{"payload":{"target":"statistics","index":"products","application":"OTHER"}}"#, ["records"]),
            (#"{"payload":{"target":"applications","index":"prod_\\*"}}"#, ["APP"]),
            (#"{"payload":{"target":"applications","application":"APP"}}"#, ["APP", "OTHER"]),
            (#"{"payload":{"target":"keys","statistic":"records"}}"#, []),
            (#"{"payload":{"target":"keys","statistic":"max_.*","application":"$__all"}}"#, ["c1-1", "c1-2"]),
            (#"{"payload":"applications","range":{}}"#, ["APP", "OTHER"]),
            (#"{"payload":"indices(OTHER)"}"#, ["products"]),
            (#"{"payload":"{\"target\":\"indices\",\"application\":\"OTHER\"}"}"#, ["products"]),
            (#"{"target":"keys"}"#, ["c1-1", "c1-2"]),
            (#"{"target":"indices","payload":{"application":"OTHER"}}"#, ["products"]),
        ])
    func variable(body: String, expected: [String]) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let values = try await web.variable(body)
            #expect(values == expected)
        }
    }

    @Test("What no variable can list is a problem", arguments: [#"{"payload":{"target":"colours"}}"#, "{}"])
    func unknown(body: String) async throws {
        try await withServer(Site().exporter) { web in
            try await web.grafana("variable", body).expectProblem(400, parameter: "payload.target")
        }
    }

    @Test("Whatever a variable lists, a query finds, alone and with others")
    func roundTrip() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            func escape(_ name: String) -> String {
                name.map { #"\^$*+?.()|[]{}/"#.contains($0) ? "\\\($0)" : "\($0)" }.joined()
            }
            let names = try await web.variable(#"{"payload":{"target":"indices","application":"APP"}}"#)
            for (text, count) in names.map({ ($0, 1) }) + names.map({ (escape($0), 1) })
                + [("(" + names.map(escape).joined(separator: "|") + ")", names.count)]
            {
                let index = try JSON.string(text).text()
                let series = try await web.query(
                    #"{"target":"records","payload":{"application":"APP","index":\#(index)}}"#)
                #expect(series.count == count && series.allSatisfy { $0.points.count == 24 }, "\(text)")
            }
        }
    }

    @Test("Ad hoc filters offer application, index and key with their values")
    func tags() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let keys = try await web.list("tag-keys", "{}")
            #expect(keys.compactMap { $0["text"]?.string } == ["application", "index", "key"])
            #expect(keys.allSatisfy { $0["type"]?.string == "string" })
            for (key, values) in [
                ("application", ["APP", "OTHER"]), ("index", Self.indices), ("key", ["c1-1", "c1-2"]), ("colour", []),
            ] {
                let offered = try await web.list("tag-values", #"{"key":"\#(key)"}"#)
                #expect(offered.compactMap { $0["text"]?.string } == values)
            }
        }
    }

    @Test(
        "Older plugins search for statistics by a part of their names, and for lists",
        arguments: [
            ("", statistics), ("*", statistics), ("REC", ["records"]), ("nope", []), ("statistics", statistics),
            ("applications", ["APP", "OTHER"]), ("indices", indices), ("indices(OTHER)", ["products"]),
            ("keys", ["c1-1", "c1-2"]), ("statistics(OTHER)", statistics), ("keys(NOPE)", []),
        ])
    func search(target: String, expected: [String]) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let names = try await web.list("search", #"{"target":"\#(target)"}"#).compactMap(\.string)
            #expect(names == expected)
        }
    }
}
