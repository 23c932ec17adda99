@testable import History
import Testing
import UsageModel

@testable import Exposition

@Suite("Billing metrics on /metrics")
struct BillingFamiliesTests {
    private let hour: UnixTime = 1_784_073_600

    private func series(
        _ statistic: StatisticName, hourly: Int64? = nil, daily: Int64? = nil, application: ApplicationID = "APP"
    ) -> LatestSeries {
        LatestSeries(
            key: SeriesKey(application: application, api: .usageV2, statistic: statistic),
            hourly: hourly.map { Point(time: hour, value: .integer($0)) },
            daily: daily.map { Point(time: hour - 86_400, value: .integer($0)) }, total: nil)
    }

    private func page(
        _ series: [LatestSeries], _ metrics: [BillingMetric] = [], now: UnixTime? = nil,
        freshness: [Freshness] = [], options: MetricsOptions = MetricsOptions()
    ) -> (lines: [String], validUntil: UnixTime) {
        let latest = Latest(
            series: series, freshness: [], billingFreshness: freshness,
            billingMetrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.statistic, $0) }), coverage: [])
        let families = StatisticFamilies(latest, options: options, now: now ?? hour + 3700)
        var writer = ExpositionWriter(.text)
        _ = families.write(to: &writer, reserved: 0)
        let lines = String(decoding: writer.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        return (lines.filter { $0.contains("algolia_billing") }, families.validUntil)
    }

    @Test("Each has a gauge of its newest hour and day, with the registry's words, and no total")
    func gauges() {
        let metric = BillingMetric(name: "search_requests", label: "Search requests", description: "What is \\ billed")
        let (lines, _) = page([series("billing_search_requests", hourly: 12, daily: 300)], [metric])
        let words =
            #"of Algolia's statistic billing_search_requests: Search requests: What is \\ billed (vendor's unit: unknown unit)."#
        #expect(
            lines == [
                "# HELP algolia_billing_search_requests_hourly Newest complete hour \(words)",
                "# TYPE algolia_billing_search_requests_hourly gauge",
                #"algolia_billing_search_requests_hourly{application="APP"} 12"#,
                "# HELP algolia_billing_search_requests_daily Newest complete day \(words)",
                "# TYPE algolia_billing_search_requests_daily gauge",
                #"algolia_billing_search_requests_daily{application="APP"} 300"#,
            ])
    }

    @Test("What was not reported, and what is stale, is absent")
    func absent() {
        let one = [series("billing_x", daily: 7)]
        #expect(page(one).lines.filter { !$0.hasPrefix("#") } == [#"algolia_billing_x_daily{application="APP"} 7"#])
        #expect(page([series("billing_x", hourly: 1, daily: 7)], now: hour + 4 * 3600 + 1).lines.count == 3)
        #expect(page(one, now: hour + 51 * 3600).lines.isEmpty)
        let freshness = Freshness(
            scope: Scope(application: "APP"), granularity: .hourly, statistic: "billing_x", tailStart: hour,
            completeUntil: hour + 3600, fetchedAt: hour + 3700)
        #expect(page(one, freshness: [freshness]).validUntil == hour + 3600 + 3 * 3600 + 1)
    }

    @Test("Names become names of metrics; of two that become the same, the first is shown")
    func names() {
        let (lines, _) = page([
            series("billing_query-suggestions.requests", hourly: 1),
            series("billing_query_suggestions_requests", hourly: 2),
            series("billing_9é", hourly: 3), series("billing_", hourly: 4),
        ])
        #expect(
            lines.filter { !$0.hasPrefix("#") } == [
                #"algolia_billing__hourly{application="APP"} 4"#, #"algolia_billing_9__hourly{application="APP"} 3"#,
                #"algolia_billing_query_suggestions_requests_hourly{application="APP"} 1"#,
            ])
    }

    @Test("All applications share a family, and those that are not collected are not shown")
    func applications() {
        let both = [series("billing_x", hourly: 1), series("billing_x", hourly: 2, application: "OTHER")]
        #expect(
            page(both).lines.suffix(2) == [
                #"algolia_billing_x_hourly{application="APP"} 1"#, #"algolia_billing_x_hourly{application="OTHER"} 2"#,
            ])
        let options = MetricsOptions(applications: ["OTHER": IndexFilter()])
        #expect(page(both, options: options).lines.last == #"algolia_billing_x_hourly{application="OTHER"} 2"#)
        #expect(page(both, options: options).lines.count == 3)
    }

    @Test("They are of the group of statistics of applications, and not of the newest bucket of the Usage API")
    func group() {
        #expect(MetricGroup(metric: "algolia_billing_x_hourly".utf8) == .usage)
        let latest = Latest(
            series: [], freshness: [],
            billingFreshness: [
                Freshness(
                    scope: Scope(application: "APP"), granularity: .hourly, statistic: "billing_x", tailStart: hour,
                    completeUntil: hour + 3600, fetchedAt: hour + 3700)
            ], coverage: [])
        var writer = ExpositionWriter(.text)
        _ = StatisticFamilies(latest, options: MetricsOptions(), now: hour + 3700).write(to: &writer, reserved: 0)
        #expect(!String(decoding: writer.bytes, as: UTF8.self).contains("newest_bucket"))
    }
}
