import Exposition
import History
import PrometheusModel
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("/metrics")
struct MetricsTests {
    @Test(
        "The format is what Accept prefers",
        arguments: [
            (nil, "text/plain; version=0.0.4; charset=utf-8"),
            ("text/html, */*", "text/plain; version=0.0.4; charset=utf-8"),
            (
                "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            ),
        ] as [(String?, String)])
    func format(accept: String?, contentType: String) async throws {
        let site = try Site()
        try await site.store("total_search_requests", hours(from: midnight + 9 * 3600, [1]))
        try await withServer(site.exporter) { web in
            let page = try await web.get("/metrics", headers: accept.map { ["Accept": $0] } ?? [:])
            #expect(page.status == 200)
            #expect(page.contentType == contentType)
            #expect(page.header["Vary"].joined().contains("Accept"))
            let isOpenMetrics = contentType.contains("openmetrics")
            #expect(page.text.hasSuffix("\n# EOF\n") == isOpenMetrics)
            let family = "algolia_usage_total_search_requests" + (isOpenMetrics ? "" : "_total")
            #expect(page.text.contains("# TYPE \(family) counter\n"))
        }
    }

    @Test("gzip is sent to those who accept it, and holds the same page", arguments: ExpositionFormat.allCases)
    func gzip(format: ExpositionFormat) async throws {
        let site = try Site()
        for index in ["", "a", "b"] as [IndexName] {
            try await site.store(index: index, hours(from: midnight + 9 * 3600, [1]))
        }
        let accept = ["Accept": format.contentType]
        let acceptGzip = ["Accept": format.contentType, "Accept-Encoding": "gzip"]
        try await withServer(site.exporter) { web in
            let plain = try await web.get("/metrics", headers: accept)
            #expect(plain.header["Content-Encoding"].isEmpty)
            let raw = try await web.get("/metrics", headers: acceptGzip)
            #expect(raw.header["Content-Encoding"] == ["gzip"])
            #expect(raw.contentType == plain.contentType)
            #expect(raw.body.starts(with: [0x1F, 0x8B]))
            #expect(raw.body.count < plain.body.count)
            let unpacked = try await web.get("/metrics", headers: acceptGzip, decompress: true)
            #expect(stable(unpacked) == stable(plain))
            #expect(stable(plain).contains { $0.hasPrefix("algolia_index_usage_records{") })
        }
    }

    /// The lines that do not change from one rendering to the next.
    private func stable(_ page: Answer) -> [Substring] {
        page.text.split(separator: "\n").filter { line in
            !["process_", "_database_size_bytes ", "algolia_exporter_http_"].contains { line.contains($0) }
        }
    }

    @Test(
        "gzip is not sent to those who refuse it",
        arguments: ["", "identity", "gzip;q=0", "br, gzip;q=0.0", "gzip;q=0, *", "*;q=0"])
    func noGzip(acceptEncoding: String) async throws {
        try await withServer(Site().exporter) { web in
            for path in ["/metrics", "/api/v1/statistics"] {
                let answer = try await web.get(path, headers: ["Accept-Encoding": acceptEncoding])
                #expect(answer.header["Content-Encoding"].isEmpty, "\(path)")
                #expect(answer.text.utf8.first != 0x1F)
            }
        }
    }

    @Test("HEAD answers the headers of GET, without the page")
    func head() async throws {
        try await withServer(Site().exporter) { web in
            let get = try await web.get("/metrics")
            let head = try await web.send("HEAD", "/metrics")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.contentType == get.contentType)
            #expect(head.header["Content-Length"] == ["\(get.body.count)"])
        }
    }

    @Test("Every count has the newest hour, the newest day and a total; everything else the newest hour")
    func everyStatistic() async throws {
        let site = try Site()
        let hour = midnight + 9 * 3600
        let series = { (time: UnixTime, value: Int64) in
            StatisticCatalogue.all.map {
                SeriesPoints(
                    statistic: $0.name, key: $0.shape == .scalar ? "" : "k",
                    points: [Point(time: time, value: .integer(value))])
            }
        }
        try await site.store(series(hour - 7200, 40), answering: TimeRange(hour - 7200, hour - 3600))
        try await site.store(series(hour, 7), answering: TimeRange(hour - 3600, hour + 3600))
        try await site.store(series(midnight - 86_400, 300), granularity: .daily)
        try await withServer(site.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            for statistic in StatisticCatalogue.all {
                let name = MetricName(statistic, perIndex: false)
                let labels = ["application": "APP"].merging(statistic.shape.label.map { [$0: "k"] } ?? [:]) { $1 }
                if statistic.kind == .count {
                    #expect(page.value(name.hourly, labels) == .integer(7), "\(statistic.name)")
                    #expect(page.value(name.daily, labels) == .integer(300), "\(statistic.name)")
                    #expect(page.value(name.total, labels) == .integer(40), "\(statistic.name)")
                    #expect(page.types[name.hourly] == "gauge" && page.types[name.daily] == "gauge")
                    #expect(page.types[name.total] == "counter")
                } else {
                    #expect(page.value(name.gauge, labels) == name.inBaseUnit(.integer(7)), "\(statistic.name)")
                    #expect(page.types[name.gauge] == "gauge")
                }
            }
            let newest = "algolia_usage_newest_bucket_timestamp_seconds"
            #expect(page.value(newest, ["application": "APP", "granularity": "hourly"]) == .integer(hour + 3600))
            #expect(page.value(newest, ["application": "APP", "granularity": "daily"]) == .integer(midnight))
        }
    }

    @Test("Names of indices survive as labels")
    func labels() async throws {
        let site = try Site()
        for (position, index) in MeteredWorld.indices.enumerated() {
            try await site.store(index: index, hours(from: midnight + 9 * 3600, [Int64(position)]))
        }
        try await withServer(site.exporter) { web in
            for accept in ["text/plain", "application/openmetrics-text"] {
                let page = try ExpositionPage(await web.get("/metrics", headers: ["Accept": accept]).text)
                for (position, index) in MeteredWorld.indices.enumerated() {
                    let value = page.value("algolia_index_usage_records", ["application": "APP", "index": index.text])
                    #expect(value == .integer(Int64(position)), "\(index)")
                }
                #expect(page.samples(of: "algolia_index_usage_records").count == MeteredWorld.indices.count)
            }
        }
    }

    @Test("Values are those of the history", arguments: extremes)
    func values(value: PointValue) async throws {
        let site = try Site()
        try await site.store(hours(from: midnight + 9 * 3600, [value]))
        try await withServer(site.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            #expect(page.value("algolia_usage_records") == value)
        }
    }

    @Test("A value disappears when it becomes stale, without anything new being stored; its total stays")
    func staleness() async throws {
        let site = try Site()
        try await site.store("total_search_requests", hours(from: midnight + 9 * 3600, [5]))
        try await site.store(
            "total_search_requests", granularity: .daily, [Point(time: midnight - 86_400, value: .integer(9))])
        try await withServer(site.exporter) { web in
            func expectShown(_ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
                let page = try ExpositionPage(await web.get("/metrics").text)
                let shown = ["hourly", "daily", "total"].filter {
                    page.value("algolia_usage_total_search_requests_\($0)") != nil
                }
                #expect(shown == expected, sourceLocation: sourceLocation)
            }
            try await expectShown(["hourly", "daily", "total"])
            site.clock.advance(to: Double(midnight + 13 * 3600))
            try await expectShown(["hourly", "daily", "total"])
            site.clock.advance(by: 1)
            try await expectShown(["daily", "total"])
            site.clock.advance(to: Double(midnight + 50 * 3600))
            try await expectShown(["daily", "total"])
            site.clock.advance(by: 1)
            try await expectShown(["total"])
        }
    }

    @Test("The page follows what is stored, within the same second too")
    func change() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            #expect(try await ExpositionPage(web.get("/metrics").text).value("algolia_usage_records") == nil)
            for value in [1, 2] as [Int64] {
                try await site.store(hours(from: midnight + 9 * 3600, [value]))
                for headers in [[:], ["Accept": "application/openmetrics-text"], ["Accept-Encoding": "gzip"]] {
                    let page = try await web.get("/metrics", headers: headers, decompress: true)
                    #expect(try ExpositionPage(page.text).value("algolia_usage_records") == .integer(value))
                }
            }
        }
    }

    @Test("Scrapes that come together each get a whole page")
    func together() async throws {
        let site = try Site()
        try await site.store(hours(from: midnight + 9 * 3600, [1]))
        try await withServer(site.exporter) { web in
            try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await web.get("/metrics", headers: ["Accept": "application/openmetrics-text"]) }
                }
                try await site.store(hours(from: midnight + 9 * 3600, [2]))
                for try await page in group {
                    let value = try ExpositionPage(page.text).value("algolia_usage_records")
                    #expect([.integer(1), .integer(2)].contains(value))
                    #expect(page.text.hasSuffix("# EOF\n"))
                }
            }
            #expect(try await ExpositionPage(web.get("/metrics").text).value("algolia_usage_records") == .integer(2))
        }
    }
}
