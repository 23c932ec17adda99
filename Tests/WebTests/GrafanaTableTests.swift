import Testing
import UsageModel

@Suite("/grafana/query: tables")
struct GrafanaTableTests {
    @Test(
        "A target or its payload may want a table, with a row for each point",
        arguments: [
            #""type":"table""#, #""payload":{"format":"table"}"#, #""payload":{"type":"table"}"#,
            #""payload":"{\"format\":\"table\"}""#,
        ])
    func table(field: String) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let body = WebClient.query(
                #"{"refId":"T","target":"max_qps",\#(field)}"#,
                #""adhocFilters":[{"key":"key","operator":"=","value":"c1-2"}]"#)
            let tables = try await web.list("query", body)
            let table = try #require(tables.first)
            #expect(tables.count == 1 && table["type"]?.string == "table" && table["refId"]?.string == "T")
            let columns = try #require(table["columns"]?.array)
            #expect(
                columns.compactMap { $0["text"]?.string } == [
                    "time", "application", "index", "key", "statistic", "value",
                ])
            #expect(
                columns.compactMap { $0["type"]?.string } == [
                    "time", "string", "string", "string", "string", "number",
                ])
            let rows = try #require(table["rows"]?.array)
            #expect(rows.count == 48)
            let row: [JSON] = [
                .number(.integer((yesterday.start + 10 * 3600) * 1000)), .string("APP"), .null, .string("c1-2"),
                .string("max_qps"), .number(.integer(10)),
            ]
            #expect(rows[10] == .array(row))
        }
    }

    @Test("Rows are those of /api/v1/range?format=rows")
    func rows() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let expected = try await web.get(
                "/api/v1/range?statistic=records&index=*&start=2026-07-14T00:00:00Z&end=2026-07-15T00:00:00Z&format=rows"
            ).json().array
            let tables = try await web.list(
                "query", WebClient.query(#"{"target":"records","type":"table","payload":{"index":"*"}}"#))
            let rows = try #require(tables[0]["rows"]?.array).map { try #require($0.array) }
            #expect(rows.count == expected?.count)
            for (row, expected) in zip(rows, expected ?? []) {
                let names = ["application", "index", "key", "statistic", "value"]
                #expect(Array(row.dropFirst()) == names.map { expected[$0] ?? .null })
                let milliseconds = RFC3339.parse(expected["time"]?.string ?? "").map { $0 * 1000 }
                #expect(row[0].number == milliseconds.map(PointValue.integer))
            }
        }
    }

    @Test("Tables and series come together, tables no longer than the panel's points for each series")
    func mixed() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let answer = try await web.list(
                "query",
                WebClient.query(
                    #"{"refId":"A","target":"records"},{"refId":"B","target":"nope","type":"table"},"#
                        + #"{"refId":"C","target":"records","type":"table","payload":{"application":"APP"}}"#,
                    #""maxDataPoints":4"#))
            #expect(answer.compactMap { $0["refId"]?.string } == ["A", "A", "B", "C"])
            #expect(answer[2]["rows"] == .array([]))
            #expect(answer[3]["rows"]?.array?.count == 4)
        }
    }
}
