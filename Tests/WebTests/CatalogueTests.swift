import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Catalogue and newest values")
struct CatalogueTests {
    @Test("/api/v1/statistics lists the catalogue, and what no catalogue knows once it is stored")
    func statistics() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            let known = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            #expect(known.count == StatisticCatalogue.every.count)
            #expect(known.allSatisfy { $0["known"] == .bool(true) && $0["stored"] == .bool(false) })
            #expect(known.map { $0["statistic"]?.string } == StatisticCatalogue.every.map(\.name.text))
            #expect(known.allSatisfy { ["usage", "monitoring", "search"].contains($0["api"]?.string) })
            let derived = known.filter { $0["derived"] != .null }
            #expect(derived.map { $0["statistic"] } == [.string("billed_search_requests")])
            #expect(
                derived.map { $0["derived"] }
                    == [.string("total_search_requests - querysuggestions_total_search_requests")])

            try await site.store(["records", "future_metric"].map { SeriesPoints(statistic: $0, points: hours([1])) })
            let all = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            #expect(all.count == known.count + 1)
            let future = try #require(all.last?.object)
            #expect(future["statistic"] == .string("future_metric"))
            #expect(future["known"] == .bool(false) && future["stored"] == .bool(true))
            let records = try #require(all.first { $0["statistic"] == .string("records") }?.object)
            #expect(records["stored"] == .bool(true))
            #expect(records["unit"] == .string("records"))
            #expect(records["kind"] == .string("level"))
            #expect(records["aggregate"] == .string("last"))
            #expect(
                records["metrics"]
                    == .array([.string("algolia_usage_records"), .string("algolia_index_usage_records")])
            )
            #expect(try await web.range(["statistic": "future_metric"]).json().series().count == 1)
            let share = try #require(
                all.first { $0["statistic"] == .string("degraded_queries_ssd_used_seconds_impacted") })
            #expect(share["kind"] == .string("share") && share["aggregate"] == .string("avg"))
            let insights = try #require(all.first { $0["statistic"] == .string("insights_operations") })
            #expect(insights["per_index"] == .bool(false))
            #expect(insights["metrics"]?.array?.contains { $0.string?.hasPrefix("algolia_index_") ?? true } == false)
        }
    }

    @Test("/api/v1/applications lists applications and their indices")
    func applications() async throws {
        let site = try Site()
        for index in ["", "shop/eu", "line\nbreak"] as [IndexName] { try await site.store(index: index, hours([1])) }
        try await site.history.register(application: "NEW", now: midnight)
        try await withServer(site.exporter) { web in
            let expected = try JSON.parse(
                #"""
                {"applications":[
                  {"application":"APP","first_seen":"1970-01-01T00:00:00Z","indices":["line\nbreak","shop/eu"]},
                  {"application":"NEW","first_seen":"2026-07-15T00:00:00Z","indices":[]}]}
                """#)
            #expect(try await web.get("/api/v1/applications").json() == expected)
        }
    }

    @Test("/api/v1/series has the first and the last point of each series")
    func series() async throws {
        let site = try Site()
        try await site.store(hours(from: midnight - 86_400, Array(5..<35)))
        try await site.store("max_qps", key: "c1", index: "a", hours([1, 2]))
        try await site.store(granularity: .daily, [Point(time: midnight - 86_400, value: .real(0.5))])
        try await withServer(site.exporter) { web in
            let expected = try JSON.parse(
                """
                {"series":[
                  {"application":"APP","index":null,"key":null,"statistic":"records","unit":"records",
                   "granularity":"hourly","first":[1783987200000,5],"last":[1784091600000,34]},
                  {"application":"APP","index":"a","key":"c1","statistic":"max_qps","unit":"queries_per_second",
                   "granularity":"hourly","first":[1784073600000,1],"last":[1784077200000,2]}]}
                """)
            #expect(try await web.get("/api/v1/series").json() == expected)
            let daily = try await web.get("/api/v1/series?granularity=daily").json().series()
            #expect(try daily.map { try $0["last"]?.point().value } == [.real(0.5)])
            let index = try await web.get("/api/v1/series?index=*").json().series()
            #expect(index.map { $0["index"]?.string } == ["a"])
            #expect(try await web.get("/api/v1/series?statistic=records&index=a").json().series().isEmpty)
        }
    }

    @Test("/api/v1/latest has the newest complete hour and day and the total")
    func latest() async throws {
        let site = try Site()
        try await site.store("total_operations", hours([1, 2, 3]))
        try await site.store(
            "total_operations", granularity: .daily, [Point(time: midnight - 86_400, value: .integer(50))])
        try await site.store(index: "a", hours([.real(0.1)]))
        try await withServer(site.exporter) { web in
            let expected = try JSON.parse(
                """
                {"series":[
                  {"application":"APP","index":null,"key":null,"statistic":"total_operations","unit":"operations",
                   "hourly":[1784080800000,3],"daily":[1783987200000,50],"total":6},
                  {"application":"APP","index":"a","key":null,"statistic":"records","unit":"records",
                   "hourly":[1784073600000,0.1],"daily":null,"total":null}]}
                """)
            #expect(try await web.get("/api/v1/latest").json() == expected)
            let one = try await web.get("/api/v1/latest?index=a&statistic=records&application=APP").json().series()
            #expect(one.map { $0["index"]?.string } == ["a"])
        }
    }

    @Test(
        "Filters that name what does not exist are not found, and wrong ones are refused",
        arguments: ["/api/v1/series", "/api/v1/latest"])
    func filters(path: String) async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            for name in ["statistic", "application", "index"] {
                try await web.get("\(path)?\(name)=nope").expectProblem(404, parameter: name)
            }
            try await web.get("\(path)?start=now").expectProblem(400, parameter: "start")
        }
    }

    @Test("Newest values are those of the history", arguments: extremes)
    func values(value: PointValue) async throws {
        let site = try Site()
        try await site.store(hours([value]))
        try await withServer(site.exporter) { web in
            let latest = try await web.get("/api/v1/latest").json().series()
            #expect(try latest.map { try $0["hourly"]?.point().value } == [value])
            let series = try await web.get("/api/v1/series").json().series()
            #expect(try series.map { try $0["first"]?.point().value } == [value])
        }
    }

    @Test("/api/v1/status tells the collector's state, freshness and coverage")
    func status() async throws {
        let metered = try MeteredWorld(indices: ["products", "bad"])
        metered.world.simulator.faults.failingIndices = ["bad"]
        for _ in 0..<40 { _ = await metered.collector.step() }
        try await withServer(metered.exporter) { web in
            let status = try await web.get("/api/v1/status").json()
            #expect(status["version"] == .string("1.2.3"))
            #expect(status["now"] == .string(RFC3339.string(metered.world.clock.now)))
            #expect(status["ready"] == .bool(true))
            #expect(status["database"]?["path"] == .string(metered.world.historyPath))
            #expect(status["database"]?["bytes"]?.number?.double ?? 0 > 0)
            let application = try #require(status["applications"]?.array?.first)
            #expect(application["application"] == .string("APP"))
            #expect(application["indices"] == .number(.integer(2)))
            #expect(application["failing_indices"] == .array([.string("bad")]))
            #expect(application["last_error"]?.string?.contains("500") == true)
            #expect(application["backfill_remaining_seconds"]?["hourly"]?.number?.double ?? 0 > 0)
            let coverage = try #require(status["coverage"]?.array).filter {
                $0["granularity"] == .string("hourly") && $0["index"] == .null
            }
            let range = try #require(coverage.first?["ranges"]?.array?.first)
            #expect(range["start"] == .string("2026-07-13T10:00:00Z"))
            #expect(range["end"] == .string("2026-07-15T08:00:00Z"))
            #expect(coverage.first?["newest_bucket_end"] == .string("2026-07-15T10:00:00Z"))
        }
    }
}
