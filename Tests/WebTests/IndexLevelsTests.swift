import History
import TestSupport
import Testing
import UsageModel
import Web

@Suite("Levels from the list of indices in every answer")
struct IndexLevelsTests {
    /// Half a year of a list with an index that grows by a hundred records a day.
    private func site() async throws -> Site {
        let site = try Site()
        try await site.history.register(application: "APP", now: 0)
        for day in (0..<180).reversed() as [Int64] {
            try await store(site, entries: 100_000 - 100 * day, at: midnight + 36_000 - day * 86_400)
        }
        return site
    }

    private func store(_ site: Site, entries: Int64?, at time: UnixTime) async throws {
        var products = ListedIndex("products")
        products.entries = .integer(entries ?? 0)
        products.dataSize = .integer(5_000_000)
        products.fileSize = .integer(9_000_000)
        products.lastBuildTime = .integer(4)
        var other = ListedIndex("other")
        other.entries = .integer(1)
        _ = try await site.history.store(
            IndexSnapshot(
                application: "APP", indices: entries == nil ? [other] : [products, other], isWhole: true,
                collected: ["products", "other"], time: time))
    }

    @Test("/metrics has the newest value of each index that is listed, and no sum")
    func metrics() async throws {
        let site = try await site()
        try await withServer(site.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            let labels = ["application": "APP", "index": "products"]
            #expect(page.value("algolia_index_entries", labels) == .integer(100_000))
            #expect(page.value("algolia_index_data_size_bytes", labels) == .integer(5_000_000))
            #expect(page.value("algolia_index_file_size_bytes", labels) == .integer(9_000_000))
            #expect(page.value("algolia_index_last_build_time_seconds", labels) == .integer(4))
            #expect(page.samples(of: "algolia_index_entries").count == 2)
            #expect(page.samples(of: "algolia_index_data_size_bytes").count == 1, "absent is not 0")
            #expect(page.types["algolia_index_entries"] == "gauge")
            let usage = try ExpositionPage(await web.get("/metrics", ["collect[]": "usage"]).text)
            #expect(usage.samples(of: "algolia_index_entries").isEmpty)
            let indices = try ExpositionPage(await web.get("/metrics", ["collect[]": "indices"]).text)
            #expect(indices.samples(of: "algolia_index_entries").count == 2)

            try await store(site, entries: nil, at: World.start)
            let after = try ExpositionPage(await web.get("/metrics").text)
            #expect(after.samples(of: "algolia_index_entries").keys.map { $0.labels["index"] } == ["other"])
            site.clock.advance(to: Double(World.start + 5 * 3600))
            let stale = try ExpositionPage(await web.get("/metrics").text)
            #expect(stale.samples(of: "algolia_index_entries").isEmpty, "nothing old is repeated")
        }
    }

    @Test("The JSON interface serves them like any other statistic")
    func json() async throws {
        let site = try await site()
        try await withServer(site.exporter) { web in
            let statistics = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            let entries = try #require(statistics.first { $0["statistic"] == .string("index_entries") }?.object)
            #expect(entries["api"] == .string("search") && entries["kind"] == .string("level"))
            #expect(entries["stored"] == .bool(true))
            #expect(entries["metrics"] == .array([.string("algolia_index_entries")]))
            let latest = try await web.get("/api/v1/latest", ["statistic": "index_entries", "index": "products"])
            #expect(latest.text.contains("100000"))
            let hours = try await web.range(["statistic": "index_entries", "index": "products", "start": "now-1d"])
                .json()
            #expect(try hours.series().count == 1)
            let days = try await web.range([
                "statistic": "index_entries", "index": "*", "start": "now-30d", "granularity": "daily",
            ]).json()
            #expect(try days.series().map { $0["index"] } == [.string("other"), .string("products")])
            #expect(try #require(days["coverage"]?.number?.double) > 0.9)
            let sums = try await web.range([
                "statistic": "index_entries", "start": "now-30d", "granularity": "daily",
            ]).json()
            #expect(try sums.series().map { $0["index"] } == [.null])
            let status = try await web.get("/api/v1/status").json()
            #expect(status["coverage"]?.array?.isEmpty == true, "coverage is the Usage API's")
        }
    }

    @Test("Records are forecast from the list alone")
    func forecast() async throws {
        let site = try await site()
        try await withServer(site.exporter) { web in
            let answer = try await web.get(
                "/api/v1/forecast", ["statistic": "index_entries", "index": "products", "horizon": "30d"])
            #expect(answer.status == 200, "\(answer.text)")
            let series = try answer.json().series()[0]
            guard case .array(let points)? = series["points"], case .array(let last)? = points.last else {
                Issue.record("no points: \(answer.text)")
                return
            }
            #expect(points.count == 30)
            #expect(abs(try #require(last[1].number?.double) - 102_900) < 1000)
        }
    }

    @Test("The explorer opens the whole time that is stored")
    func explorer() async throws {
        let site = try await site()
        try await withServer(site.exporter) { web in
            let page = try await web.get(
                "/explore", ["statistic": "index_entries", "application": "APP", "index": "products", "range": "all"])
            #expect(page.status == 200)
            #expect(page.text.contains("algolia_index_entries{"), "as PromQL")
            #expect(page.text.contains("Index list"), "the group of statistics")
        }
    }
}
