import CoreMetrics
import Exposition
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector
@testable import Web

@Suite("/metrics with the names of the Python exporter")
struct CompatibilityTests {
    private static let day: Int64 = 86_400

    /// Two hours, two days and an index of APP, and an hour of OTHER. It is 10:20.
    private func filled() async throws -> Site {
        let site = try Site()
        let start = midnight + 8 * 3600
        try await site.store([
            SeriesPoints(statistic: "total_search_requests", points: hours(from: start, [7, 9])),
            SeriesPoints(statistic: "querysuggestions_total_search_requests", points: hours(from: start, [1, 1])),
            SeriesPoints(statistic: "avg_processing_time", points: hours(from: start, [.real(4.5), .real(5.5)])),
            SeriesPoints(statistic: "max_qps", key: "c4-fr-1", points: hours(from: start, [30, 20])),
            SeriesPoints(statistic: "max_qps", key: "c4-fr-2", points: hours(from: start, [10, 40])),
            SeriesPoints(statistic: "avg_used_search_capacity", key: "c4-fr-1", points: hours(from: start, [30, 10])),
            SeriesPoints(statistic: "avg_used_search_capacity", key: "c4-fr-2", points: hours(from: start, [10, 40])),
        ])
        try await site.store("records", index: "a\"b", hours(from: start, [3, 4]))
        let days = [
            Point(time: midnight - 2 * Self.day, value: .integer(100)),
            Point(time: midnight - Self.day, value: .integer(200)),
        ]
        try await site.store("total_search_requests", granularity: .daily, days)
        try await site.store("records", index: "a\"b", granularity: .daily, days)
        try await site.store("records", application: "OTHER", hours(from: start, [1, 2]))
        return site
    }

    private func options(_ granularity: Granularity? = nil) -> MetricsOptions {
        var options = MetricsOptions()
        options.compatibility = .k8sit
        options.compatibilityGranularity = granularity
        return options
    }

    private func page(
        _ site: Site, _ options: MetricsOptions, _ query: String = "", openMetrics: Bool = false
    ) async throws -> ExpositionPage {
        let exporter = Exporter.test(site.history, site.clock, registry: site.registry, options: { options }) {
            _ = site
            return []
        }
        var page: ExpositionPage?
        try await withServer(exporter) { web in
            let accept = openMetrics ? "application/openmetrics-text" : "text/plain"
            page = try ExpositionPage(await web.get("/metrics" + query, headers: ["Accept": accept]).text)
        }
        return try #require(page)
    }

    private static let names = [
        "algolia_usage_total", "algolia_usage_hourly", "algolia_usage_daily", "algolia_usage_by_index",
        "algolia_infra_metric", "algolia_exporter_last_refresh_success",
    ]

    @Test("Newest hours, and each hour and day of a window, as gauges in Algolia's units", arguments: [false, true])
    func values(openMetrics: Bool) async throws {
        let site = try await filled()
        let page = try await page(site, options(), openMetrics: openMetrics)
        func total(_ statistic: String) -> PointValue? {
            page.value("algolia_usage_total", ["app_id": "APP", "statistic": statistic])
        }
        #expect(total("total_search_requests") == .integer(9))
        #expect(total("avg_processing_time") == .real(5.5), "milliseconds, as Algolia has them")
        #expect(total("max_qps") == .integer(40), "the highest server")
        #expect(total("avg_used_search_capacity") == .integer(25), "the mean of means")
        #expect(total("billed_search_requests") == nil, "it is none of Algolia's")
        #expect(page.value("algolia_usage_total", ["app_id": "OTHER", "statistic": "records"]) == .integer(2))
        func hour(_ statistic: String, _ time: String) -> PointValue? {
            page.value("algolia_usage_hourly", ["app_id": "APP", "statistic": statistic, "timestamp": time])
        }
        #expect(hour("total_search_requests", "2026-07-15T08:00:00Z") == .integer(7))
        #expect(hour("total_search_requests", "2026-07-15T09:00:00Z") == .integer(9))
        #expect(hour("max_qps", "2026-07-15T08:00:00Z") == .integer(30))
        let days = page.samples(of: "algolia_usage_daily")
        #expect(days.count == 2)
        #expect(
            page.value(
                "algolia_usage_daily",
                ["app_id": "APP", "statistic": "total_search_requests", "date": "2026-07-14"]) == .integer(200))
        let index = page.samples(of: "algolia_usage_by_index")
        #expect(index.map(\.key.labels) == [["app_id": "APP", "index_name": "a\"b", "statistic": "records"]])
        #expect(index.map(\.value) == ["4"])
        for name in Self.names { #expect(page.types[name].map { $0 == "gauge" } ?? true, "\(name)") }
        #expect(page.value("algolia_usage_total_search_requests_hourly") == .integer(9), "the usual names stay")
    }

    @Test("Without the option there is none of them")
    func without() async throws {
        let page = try await page(try await filled(), MetricsOptions())
        for name in Self.names { #expect(page.types[name] == nil, "\(name)") }
    }

    @Test("USAGE_GRANULARITY chooses hours or days, of the newest values too")
    func granularity() async throws {
        let site = try await filled()
        let daily = try await page(site, options(.daily))
        #expect(daily.types["algolia_usage_hourly"] == nil && daily.samples(of: "algolia_usage_daily").count == 2)
        let labels = ["app_id": "APP", "statistic": "total_search_requests"]
        #expect(daily.value("algolia_usage_total", labels) == .integer(200))
        #expect(daily.value("algolia_usage_total", ["app_id": "APP", "statistic": "max_qps"]) == nil, "no day of it")
        #expect(daily.samples(of: "algolia_usage_by_index").map(\.value) == ["200"])
        let hourly = try await page(site, options(.hourly))
        #expect(hourly.types["algolia_usage_daily"] == nil && !hourly.samples(of: "algolia_usage_hourly").isEmpty)
    }

    @Test("What is incomplete, old or outside of the window is absent and not 0")
    func absent() async throws {
        let site = try Site()
        try await site.store("records", hours(from: midnight - 50 * 3600, Array(0..<61)))
        let labels = ["app_id": "APP", "statistic": "records"]
        let current = try await page(site, options())
        let shown = current.samples(of: "algolia_usage_hourly").keys.compactMap { $0.labels["timestamp"] }.sorted()
        #expect(shown.first == "2026-07-13T10:00:00Z" && shown.last == "2026-07-15T09:00:00Z" && shown.count == 48)
        #expect(current.value("algolia_usage_total", labels) == .integer(59), "the hour of 10:00 is not over")
        #expect(current.types["algolia_exporter_last_refresh_success"] == nil, "nothing was asked for yet")
        site.clock.advance(by: 6 * 3600)
        let later = try await page(site, options())
        #expect(later.value("algolia_usage_total", labels) == nil)
        #expect(later.samples(of: "algolia_usage_hourly").count == 42)
    }

    @Test("A page that was rendered before an hour turned is rendered anew")
    func window() async throws {
        let site = try Site()
        try await site.store("records", hours(from: midnight - 50 * 3600, Array(0..<60)))
        let exporter = Exporter.test(site.history, site.clock, options: { [options = options()] in options }) {
            _ = site
            return []
        }
        try await withServer(exporter) { web in
            let before = try ExpositionPage(await web.get("/metrics").text).samples(of: "algolia_usage_hourly").count
            site.clock.advance(by: 3600)
            let after = try ExpositionPage(await web.get("/metrics").text).samples(of: "algolia_usage_hourly").count
            #expect(before == 48 && after == 47)
        }
    }

    @Test("The refresh is a success while every application's usage is up")
    func refresh() async throws {
        let site = try await filled()
        func set(_ application: String, _ api: API, _ value: Double) {
            Gauge(
                label: CollectorMetric.isUp.name,
                dimensions: CollectorMetric.isUp.dimensions([application, api.rawValue]),
                factory: site.registry
            ).record(value)
        }
        func state(_ options: MetricsOptions) async throws -> PointValue? {
            try await page(site, options).value("algolia_exporter_last_refresh_success", [:])
        }
        set("APP", .usage, 1)
        set("APP", .monitoring, 0)
        #expect(try await state(options()) == .integer(1), "a plan without servers is as good")
        set("OTHER", .usage, 0)
        #expect(try await state(options()) == .integer(0))
        var one = options()
        one.applications = ["APP": IndexFilter()]
        #expect(try await state(one) == .integer(1), "an application that is not configured does not count")
    }

    @Test("They are filtered, chosen and limited like all others")
    func selection() async throws {
        let site = try await filled()
        let one = try await page(site, options(), "?application=APP")
        #expect(Set(one.samples.keys.compactMap { $0.labels["app_id"] }) == ["APP"])
        let indices = try await page(site, options(), "?collect%5B%5D=indices")
        #expect(!indices.samples(of: "algolia_usage_by_index").isEmpty && indices.types["algolia_usage_total"] == nil)
        let usage = try await page(site, options(), "?collect%5B%5D=usage")
        #expect(usage.types["algolia_usage_by_index"] == nil && !usage.samples(of: "algolia_usage_total").isEmpty)
        var filtered = options()
        filtered.exclude = ["algolia_usage_hourly", "algolia_usage_by_index"]
        let rest = try await page(site, filtered)
        #expect(rest.types["algolia_usage_hourly"] == nil && rest.types["algolia_usage_by_index"] == nil)
        var small = options()
        small.maxSeries = 10
        let cut = try await page(site, small)
        #expect(cut.types["algolia_usage_by_index"] == nil && cut.types["algolia_index_usage_records"] == nil)
        #expect(cut.value("algolia_exporter_series_dropped", [:]) == .integer(2))
        var configured = options()
        configured.applications = ["OTHER": IndexFilter()]
        let other = try await page(site, configured)
        #expect(Set(other.samples.keys.compactMap { $0.labels["app_id"] }) == ["OTHER"])
    }
}
