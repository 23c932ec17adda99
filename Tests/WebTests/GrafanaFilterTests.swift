import Testing
import UsageModel

@Suite("/grafana/query: ad hoc filters")
struct GrafanaFilterTests {
    /// The names of the series with points that pass these filters.
    private func names(_ target: String, _ filters: (String, String, String)...) async throws -> [String] {
        let site = try await Site.forGrafana()
        var names: [String] = []
        try await withServer(site.exporter) { web in
            let list = try filters.map { key, relation, value in
                try JSON.object(["key": .string(key), "operator": .string(relation), "value": .string(value)]).text()
            }
            names = try await web.query(target, #""adhocFilters":[\#(list.joined(separator: ","))]"#)
                .filter { !$0.points.isEmpty }.map(\.name)
        }
        return names
    }

    private let records = #"{"target":"records","payload":{"application":"APP"}}"#
    private let everyIndex = #"{"target":"records","payload":{"application":"APP","index":"*"}}"#

    @Test(
        "Every operator narrows what the payload selects",
        arguments: [
            ("=", "prod_*", ["prod_*"]), ("=", awkward, [awkward]), ("=", "prod_.*", []),
            ("!=", "prod_*", [awkward, "axb", "prod_eu", "products"]),
            ("!=", "nope", [awkward, "axb", "prod_*", "prod_eu", "products"]),
            ("=~", "prod_.*", ["prod_*", "prod_eu"]), ("=~", "prod", []), ("=~", awkward, [awkward]),
            ("=~", "(axb|products)", ["axb", "products"]),
            ("!~", "prod_.*", [awkward, "axb", "products"]), ("!~", ".*", []),
            ("<", "prod_eu", [awkward, "axb", "prod_*"]), (">", "prod_*", ["prod_eu", "products"]),
            (">", "zzz", []), ("=", "*", [awkward, "axb", "prod_*", "prod_eu", "products"]),
        ])
    func operators(relation: String, value: String, expected: [String]) async throws {
        let names = try await names(everyIndex, ("index", relation, value))
        #expect(names == (expected.count == 1 ? ["records"] : expected.map { "records / \($0)" }))
    }

    @Test("A filter by index makes a query without one about indices")
    func index() async throws {
        #expect(try await names(records, ("index", "=~", "prod_.*")) == ["records / prod_*", "records / prod_eu"])
        #expect(try await names(records, ("index", "!=", "products")).count == 4)
        #expect(try await names(records, ("index", "=", "(application)")) == ["records"])
        #expect(try await names(records, ("index", "=", "")) == ["records"])
        #expect(try await names(records, ("index", "!=", "")).count == 5)
        #expect(try await names(records, ("index", "<", "b")) == ["records / \(awkward)", "records / axb"])
    }

    @Test("Applications, keys and statistics can be filtered by as well, and all filters hold")
    func attributes() async throws {
        let both = #"{"target":"(records|max_qps)"}"#
        #expect(try await names(both, ("application", "=", "OTHER"), ("statistic", "=", "records")) == ["records"])
        #expect(
            try await names(both, ("application", "!=", "OTHER"), ("key", "=~", "c1-.*")) == [
                "max_qps / c1-1", "max_qps / c1-2",
            ])
        #expect(
            try await names(both, ("application", "=", "APP"), ("key", "!=", "c1-1")) == [
                "max_qps / c1-2", "records",
            ])
        #expect(try await names(both, ("key", "<", "c1-2"), ("application", ">", "APP")) == ["max_qps"])
        #expect(try await names(both, ("key", "=", "")) == ["records / APP", "records / OTHER"])
        #expect(try await names(both, ("key", "=", "c1-1"), ("key", "=", "c1-2")) == [])
    }

    @Test("Newer versions call filters by another name, and have operators of several values")
    func several() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            for (filter, names) in [
                (
                    #"{"key":"index","operator":"=|","value":"axb","values":["axb","prod_*","nope"]}"#,
                    ["axb", "prod_*"]
                ),
                (
                    #"{"key":"index","operator":"!=|","value":"axb","values":["axb","prod_*"]}"#,
                    [awkward, "prod_eu", "products"]
                ),
            ] {
                let series = try await web.query(everyIndex, #""filters":[\#(filter)]"#)
                #expect(series.map(\.name) == names.map { "records / \($0)" })
            }
        }
    }

    @Test("Numbers are compared by their size")
    func numbers() async throws {
        let site = try Site()
        try await site.store(
            ["9", "10", "x"].map { SeriesPoints(statistic: "max_qps", key: $0, points: hours([1])) })
        try await withServer(site.exporter) { web in
            let fields = #"""
                "range":{"from":"2026-07-15T00:00:00Z","to":"2026-07-16T00:00:00Z"},
                "adhocFilters":[{"key":"key","operator":">","value":"9"}]
                """#
            let series = try await web.query(#"{"target":"max_qps"}"#, fields)
            #expect(series.map(\.name) == ["max_qps / 10", "max_qps / x"])
        }
    }
}
