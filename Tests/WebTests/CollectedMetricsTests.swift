import History
import PrometheusModel
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("/metrics of a collected application")
struct CollectedMetricsTests {
    @Test("Shows every newest value of the history under its name and labels, and no other")
    func families() async throws {
        let metered = try MeteredWorld()
        #expect(try await metered.settle())
        var expected: [ExpositionPage.Series: PointValue] = [:]
        for series in try await metered.history.latest().series where series.key.api == .usage {
            let statistic = StatisticCatalogue.describe(series.key.statistic)
            let metric = MetricName(statistic, perIndex: !series.key.index.isEmpty)
            var labels = ["application": "APP"]
            if !series.key.index.isEmpty { labels["index"] = series.key.index.text }
            if !series.key.key.isEmpty { labels[statistic.shape.label ?? "key"] = series.key.key.text }
            let isCount = statistic.kind == .count
            for (name, value) in [
                (isCount ? metric.hourly : metric.gauge, series.hourly?.value),
                (metric.daily, isCount ? series.daily?.value : nil), (metric.total, series.total),
            ] {
                expected[.init(name: name, labels: labels)] = value.map(metric.inBaseUnit)
            }
        }
        try await withServer(metered.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            var shown: [ExpositionPage.Series: PointValue] = [:]
            for (series, value) in page.samples where series.name.contains("usage_") && !series.name.contains("newest")
            {
                shown[series] = ExpositionPage.number(value)
            }
            #expect(shown == expected)
            #expect(Set(shown.keys.compactMap { $0.labels["index"] }) == Set(MeteredWorld.indices.map(\.text)))
            try await expectDescribed(page, web)
        }
    }

    /// Every family is one that `/api/v1/statistics` names.
    private func expectDescribed(_ page: ExpositionPage, _ web: WebClient) async throws {
        let statistics = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
        let described = Set(statistics.flatMap { $0["metrics"]?.array ?? [] }.compactMap(\.string))
        let shown = page.types.keys.filter { $0.contains("usage_") && !$0.contains("newest") }
        #expect(Set(shown).isSubset(of: described))
    }

    @Test("The exporter's own metrics and the process's are there")
    func own() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        metered.world.simulator.faults.injected = [Fault(.status(503), times: 1, target: .init(api: .usage))]
        #expect(try await metered.settle())
        try await withServer(metered.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            let types = [
                "algolia_exporter_build_info": "gauge", "algolia_exporter_api_requests_total": "counter",
                "algolia_exporter_api_request_duration_seconds": "histogram", "algolia_exporter_up": "gauge",
                "algolia_exporter_last_success_timestamp_seconds": "gauge",
                "algolia_exporter_backfill_remaining_seconds": "gauge",
                "algolia_exporter_points_stored_total": "counter", "algolia_exporter_database_size_bytes": "gauge",
                "process_cpu_seconds_total": "counter", "process_resident_memory_bytes": "gauge",
                "process_virtual_memory_bytes": "gauge", "process_start_time_seconds": "gauge",
                "process_open_fds": "gauge", "process_max_fds": "gauge",
            ]
            for (name, type) in types { #expect(page.types[name] == type, "\(name)") }
            let build = [
                "version": "1.2.3", "revision": "abc", "branch": "main", "date": "2026-07-15T00:00:00Z",
                "swiftversion": "6.3",
            ]
            #expect(page.value("algolia_exporter_build_info", build) == .integer(1))
            #expect(page.value("algolia_exporter_up", ["application": "APP", "api": "usage"]) == .integer(1))
            let ok = page.value("algolia_exporter_api_requests_total", ["api": "usage", "code": "200"])
            let asked = metered.world.simulator.requests.filter { $0.api == .usage && $0.status == 200 }.count
            #expect(ok == .integer(Int64(asked)))
            #expect(page.value("algolia_exporter_api_requests_total", ["api": "usage", "code": "503"]) == .integer(1))
            for granularity in ["hourly", "daily"] {
                let remaining = page.value(
                    "algolia_exporter_backfill_remaining_seconds", ["application": "APP", "granularity": granularity])
                #expect(remaining == .integer(0))
            }
            #expect(!String(describing: page).contains("usage-key"))
        }
    }

    @Test(
        "promtool has nothing to say", .enabled(if: Tool.isInstalled("promtool"), "promtool is not installed"),
        arguments: [false, true])
    func promtool(isUnknown: Bool) async throws {
        var faults = Faults()
        faults.unknownStatistics = isUnknown
        let metered = try MeteredWorld(faults: faults)
        #expect(try await metered.settle())
        try await withServer(metered.exporter) { web in
            let page = try await web.get("/metrics")
            #expect(page.text.contains("algolia_usage_future_metric_operations") == isUnknown)
            let outcome = try await Tool.run("promtool", ["check", "metrics"], input: page.body)
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)")
        }
    }
}
