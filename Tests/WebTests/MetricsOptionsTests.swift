import Exposition
import History
import Synchronization
import TestSupport
import Testing
import UsageModel
import Web

@Suite("What /metrics is told to show")
struct MetricsOptionsTests {
    /// Options that change while the exporter runs.
    private final class Options: Sendable {
        private let current: Mutex<MetricsOptions>

        init(_ options: MetricsOptions = MetricsOptions()) { current = Mutex(options) }

        var value: MetricsOptions {
            get { current.withLock { $0 } }
            set { current.withLock { $0 = newValue } }
        }
    }

    private func page(_ web: WebClient, openMetrics: Bool = false) async throws -> ExpositionPage {
        let accept = openMetrics ? "application/openmetrics-text" : "text/plain"
        return try ExpositionPage(await web.get("/metrics", headers: ["Accept": accept]).text)
    }

    @Test("Filters hold for every family, whoever it is about", arguments: [false, true])
    func filters(openMetrics: Bool) async throws {
        let site = try Site()
        try await site.store("total_operations", hours(from: midnight + 9 * 3600, [5]))
        let options = Options(
            MetricsOptions(
                include: ["algolia_usage_.*", "process_cpu_seconds_total"], exclude: [".*_total_operations_hourly"]
            ))
        let exporter = Exporter.test(site.history, site.clock, options: { options.value }) {
            _ = site
            return []
        }
        try await withServer(exporter) { web in
            let names = Set(try await page(web, openMetrics: openMetrics).samples.keys.map(\.name))
            #expect(
                names == [
                    "algolia_usage_total_operations_total", "algolia_usage_newest_bucket_timestamp_seconds",
                    "process_cpu_seconds_total",
                ])
        }
    }

    @Test("Other options are in force at the next scrape, within the same second too")
    func replaced() async throws {
        let site = try Site()
        try await site.store(hours(from: midnight + 9 * 3600, [5]))
        let options = Options()
        let exporter = Exporter.test(site.history, site.clock, options: { options.value }) {
            _ = site
            return []
        }
        try await withServer(exporter) { web in
            func expectRecords(_ value: PointValue?) async throws {
                let shown = try await page(web).value("algolia_usage_records")
                #expect(shown == value)
            }
            try await expectRecords(.integer(5))
            options.value.exclude = ["algolia_usage_records"]
            try await expectRecords(nil)
            options.value.exclude = []
            try await expectRecords(.integer(5))
            options.value.staleness.hourly = 60
            try await expectRecords(nil)
        }
    }

    @Test("What is no longer configured is gone at once, its counters too")
    func excluded() async throws {
        let site = try Site()
        for application in ["APP", "OTHER"] as [ApplicationID] {
            for index in ["", "kept", "tmp_1"] as [IndexName] {
                try await site.store(
                    "total_operations", application: application, index: index, hours(from: midnight + 9 * 3600, [5]))
            }
        }
        let options = Options(MetricsOptions(applications: ["APP": IndexFilter(), "OTHER": IndexFilter()]))
        let exporter = Exporter.test(site.history, site.clock, options: { options.value }) {
            _ = site
            return []
        }
        try await withServer(exporter) { web in
            func shown() async throws -> Set<[String]> {
                let counters = try await page(web).samples.keys.filter { $0.name.hasSuffix("_total_operations_total") }
                return Set(counters.map { [$0.labels["application"] ?? "", $0.labels["index"] ?? ""] })
            }
            #expect(try await shown().count == 6)
            options.value.applications = ["APP": IndexFilter(exclude: ["tmp_*"])]
            let rest = try await shown()
            #expect(rest == [["APP", ""], ["APP", "kept"]])
        }
    }

    @Test("Too many series leave out the least active indices, and one line says so")
    func tooMany() async throws {
        let site = try Site()
        for (position, index) in (["a", "b", "c", "d"] as [IndexName]).enumerated() {
            try await site.store(
                "total_indexing_operations", index: index, hours(from: midnight + 9 * 3600, [100 - Int64(position)]))
        }
        // Each scrape counts itself.
        let options = Options(MetricsOptions(exclude: ["algolia_exporter_http_.*"]))
        let log = CapturedLog()
        let exporter = Exporter.test(site.history, site.clock, options: { options.value }, logger: log.logger) {
            _ = site
            return []
        }
        let dropped = "algolia_exporter_series_dropped"
        try await withServer(exporter) { web in
            let whole = try await page(web)
            #expect(whole.value(dropped, [:]) == .integer(0))
            #expect(log.lines.isEmpty)
            // Each index has two: the hour and the total, which is 0 until the hour settles.
            options.value.maxSeries = whole.samples.count - 3
            for openMetrics in [false, true, false] {
                let page = try await page(web, openMetrics: openMetrics)
                #expect(page.samples.count == whole.samples.count - 4)
                #expect(page.value(dropped, [:]) == .integer(4))
                let shown = Set(page.samples.keys.compactMap { $0.labels["index"] })
                #expect(shown == ["a", "b"])
                site.clock.advance(by: 1)
            }
            #expect(log.lines.count == 1)
            let line = try #require(log.lines.first)
            #expect(line.hasPrefix("warning "))
            #expect(line.contains("4 series") && line.contains("2 least active indices"))
            #expect(line.contains("metrics.max_series"))
            options.value.maxSeries = 100_000
            #expect(try await page(web).samples.count == whole.samples.count)
            #expect(log.lines.count == 2 && log.lines.last?.hasPrefix("info ") == true)
        }
    }
}
