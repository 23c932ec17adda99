import TestSupport
import Testing
import UsageModel

@Suite("Forms of a range")
struct RangeFormatTests {
    @Test("rows is a flat array of objects")
    func rows() async throws {
        let site = try Site()
        try await site.store("max_qps", key: "c1", hours([3, 4]))
        try await withServer(site.exporter) { web in
            let rows = try await web.range(["statistic": "max_qps", "format": "rows"]).json()
            let expected = try JSON.parse(
                """
                [{"time":"2026-07-15T00:00:00Z","application":"APP","index":null,"key":"c1","statistic":"max_qps","value":3},
                 {"time":"2026-07-15T01:00:00Z","application":"APP","index":null,"key":"c1","statistic":"max_qps","value":4}]
                """)
            #expect(rows == expected)
            let none = try await web.range(["statistic": "records", "format": "rows"])
            #expect(try none.json() == .array([]))
        }
    }

    @Test("csv is the rows with a header")
    func csv() async throws {
        let site = try Site()
        try await site.store("max_qps", key: "c1", hours([3, 4]))
        try await withServer(site.exporter) { web in
            let csv = try await web.range(["statistic": "max_qps", "format": "csv"])
            #expect(csv.contentType.hasPrefix("text/csv"))
            #expect(
                csv.header["Content-Disposition"] == [#"attachment; filename="max_qps_2026-07-14_2026-07-15.csv""#])
            #expect(
                csv.text == """
                    time,application,index,key,statistic,value
                    2026-07-15T00:00:00Z,APP,,c1,max_qps,3
                    2026-07-15T01:00:00Z,APP,,c1,max_qps,4

                    """)
            let none = try await web.range(["statistic": "records", "format": "csv"])
            #expect(none.text == "time,application,index,key,statistic,value\n")
        }
    }

    @Test("Names with any character can be asked for, and come back unchanged in every form", arguments: awkwardNames)
    func names(name: String) async throws {
        let site = try Site()
        try await site.store("max_qps", key: "\(name)", index: "\(name)", hours([7]))
        try await site.store("max_qps", key: "other", index: "other", hours([8]))
        let bytes = Array(name.utf8)
        try await withServer(site.exporter) { web in
            let get = { (format: String) in
                try await web.range(["statistic": "max_qps", "index": name, "key": name, "format": format])
            }
            let series = try await get("json").json().series()
            #expect(series.count == 1)
            #expect(series.first?["index"]?.string.map { Array($0.utf8) } == bytes)
            #expect(series.first?["key"]?.string.map { Array($0.utf8) } == bytes)
            let row = try #require(try await get("rows").json().array?.first)
            #expect(row["index"]?.string.map { Array($0.utf8) } == bytes)
            let records = parseCSV(try await get("csv").text)
            #expect(records.count == 2)
            #expect(records.last?.count == 6)
            #expect(records.last.map { Array($0[2].utf8) } == bytes)
            #expect(records.last.map { Array($0[3].utf8) } == bytes)
        }
    }

    @Test("Values are those of the history in every form")
    func values() async throws {
        let site = try Site(now: midnight + 86_400)
        let points = hours(extremes)
        try await site.store(points)
        try await withServer(site.exporter) { web in
            let get = { (format: String) in try await web.range(["statistic": "records", "format": format]) }
            #expect(try await get("json").json().series()[0].points() == points)
            #expect(try await get("rows").json().array?.map { $0["value"]?.number } == extremes)
            let records = parseCSV(try await get("csv").text).dropFirst()
            #expect(records.map { ExpositionPage.number($0[5]) } == extremes)
            #expect(records.map { RFC3339.parse($0[0]) } == points.map(\.time))
        }
    }

    @Test("A large answer is compressed for those who accept it")
    func gzip() async throws {
        let site = try Site(now: midnight + 86_400)
        try await site.store(hours(from: midnight - 90 * 86_400, Array(0..<2000)))
        let path = "/api/v1/range?statistic=records&start=now-100d"
        try await withServer(site.exporter) { web in
            let plain = try await web.get(path)
            #expect(plain.header["Content-Encoding"].isEmpty)
            #expect(plain.header["Vary"] == ["Accept-Encoding"])
            let raw = try await web.get(path, headers: ["Accept-Encoding": "gzip, br"])
            #expect(raw.header["Content-Encoding"] == ["gzip"])
            #expect(raw.body.starts(with: [0x1F, 0x8B]) && raw.body.count < plain.body.count / 3)
            let unpacked = try await web.get(path, headers: ["Accept-Encoding": "gzip"], decompress: true)
            #expect(unpacked.body == plain.body)
        }
    }
}
