import CoreMetrics
@testable import History
import Testing
import UsageModel

@testable import Exposition

private func text(_ format: ExpositionFormat = .text, _ body: (inout ExpositionWriter) -> Void) -> String {
    var writer = ExpositionWriter(format)
    body(&writer)
    writer.finish()
    return String(decoding: writer.bytes, as: UTF8.self)
}

@Suite("The exposition formats")
struct ExpositionTests {
    @Test("Labels and help are escaped")
    func escaping() {
        let page = text {
            $0.family("m", .gauge, help: "a \\ b\nc")
            $0.sample(.init(["index": "a\"b\\c\nd é 🛒"]), .integer(1))
        }
        #expect(page == "# HELP m a \\\\ b\\nc\n# TYPE m gauge\nm{index=\"a\\\"b\\\\c\\nd é 🛒\"} 1\n")
    }

    @Test("OpenMetrics names counters without their suffix, has units and an end")
    func openMetrics() {
        let page = text(.openMetrics) {
            $0.family("requests_total", .counter, help: "h")
            $0.sample(.init(), .integer(3))
            $0.family("wait_seconds", .gauge, help: "h")
            $0.sample(.init(), .real(0.5))
        }
        #expect(
            page == """
                # HELP requests h
                # TYPE requests counter
                requests_total 3
                # HELP wait_seconds h
                # TYPE wait_seconds gauge
                # UNIT wait_seconds seconds
                wait_seconds 0.5
                # EOF

                """)
    }

    @Test(
        "Accept chooses the format",
        arguments: [
            (nil, ExpositionFormat.text), ("", .text), ("*/*", .text), ("text/plain", .text), ("text/html", .text),
            ("application/openmetrics-text", .openMetrics),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                .openMetrics
            ),
            ("application/openmetrics-text;version=1.0.0;q=0.2, text/plain;q=0.9", .text),
            ("application/openmetrics-text;version=9.0.0", .text),
            ("application/openmetrics-text; version=\"1.0.0\"", .openMetrics),
        ] as [(String?, ExpositionFormat)])
    func negotiation(accept: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat.preferred(accept: accept) == format)
    }

    @Test("Numbers are written as Prometheus reads them")
    func numbers() {
        #expect(ExpositionWriter.number(.integer(-3)) == "-3")
        #expect(ExpositionWriter.number(.real(0.1)) == "0.1")
        #expect(ExpositionWriter.number(.real(.infinity)) == "+Inf")
        #expect(ExpositionWriter.number(.real(.nan)) == "NaN")
    }

    @Test("The registry renders counters, gauges and histograms")
    func registry() {
        let registry = MetricsRegistry([MetricDeclaration("r_total", .counter, labels: ["code"], help: "Requests.")])
        Counter(label: "r_total", dimensions: [("code", "200")], factory: registry).increment(by: 2)
        Counter(label: "r_total", dimensions: [("code", "200")], factory: registry).increment()
        Gauge(label: "g", dimensions: [], factory: registry).record(1.5)
        let histogram = Recorder(label: "d_seconds", dimensions: [], aggregate: true, factory: registry)
        for value in [0.001, 0.3, 100] { histogram.record(value) }
        let page = text { registry.write(to: &$0) }
        #expect(page.contains("# HELP r_total Requests.\n# TYPE r_total counter\nr_total{code=\"200\"} 3\n"))
        #expect(page.contains("# TYPE g gauge\ng 1.5\n"))
        #expect(page.contains("d_seconds_bucket{le=\"0.25\"} 1\nd_seconds_bucket{le=\"0.5\"} 2\n"))
        #expect(page.contains("d_seconds_bucket{le=\"+Inf\"} 3\nd_seconds_sum 100.301\nd_seconds_count 3\n"))
    }
}

@Suite("Families of the newest values")
struct UsageFamiliesTests {
    private let hour: UnixTime = 1_784_073_600

    private func page(_ series: [LatestSeries], now: UnixTime? = nil, completeUntil: UnixTime? = nil) -> String {
        let until = completeUntil ?? hour + 3600
        let freshness = [
            Freshness(
                scope: Scope(application: "APP"), granularity: .hourly, statistic: "*", tailStart: hour,
                completeUntil: until, fetchedAt: until)
        ]
        return text {
            UsageFamilies(
                Latest(series: series, freshness: freshness, coverage: []), staleness: .init(), now: now ?? hour + 3700
            ).write(to: &$0)
        }
    }

    private func series(_ statistic: StatisticName, index: IndexName = "", key: ServerName = "", value: Int64 = 5)
        -> LatestSeries
    {
        LatestSeries(
            key: SeriesKey(application: "APP", statistic: statistic, index: index, key: key),
            hourly: Point(time: hour, value: .integer(value)), daily: nil,
            total: StatisticCatalogue.describe(statistic).kind == .count ? .integer(0) : nil)
    }

    @Test("Indices are another family, and keys have the label of their shape")
    func labels() {
        let page = page([
            series("records"), series("records", index: "a/b"), series("max_qps", key: "c4-fr-1"),
            series("region_max_qps", key: "eu"), series("future", key: "zone"), series("total_search_requests"),
            series("billed_search_requests", index: "a/b"), series("latency"),
        ])
        for line in [
            #"algolia_usage_records{application="APP"} 5"#,
            #"algolia_index_usage_records{application="APP",index="a/b"} 5"#,
            #"algolia_usage_max_qps{application="APP",server="c4-fr-1"} 5"#,
            #"algolia_usage_region_max_qps{application="APP",region="eu"} 5"#,
            #"algolia_usage_future{application="APP",key="zone"} 5"#,
            #"algolia_index_usage_billed_search_requests_hourly{application="APP",index="a/b"} 5"#,
            // Only the Monitoring API's statistic of this name is known.
            #"algolia_usage_latency{application="APP"} 5"#,
            #"algolia_usage_total_search_requests_hourly{application="APP"} 5"#,
            #"algolia_usage_total_search_requests_total{application="APP"} 0"#,
            #"algolia_usage_newest_bucket_timestamp_seconds{application="APP",granularity="hourly"} 1784077200"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
        #expect(!page.contains("total_search_requests_daily"))
    }

    @Test("The counter of an index that is collected no more goes; through an outage all counters stay")
    func gone() {
        func page(index age: Int64) -> String {
            let tails = [("", hour + 10 * 3600), ("tmp", hour + 10 * 3600 - age)].map { index, until in
                Freshness(
                    scope: Scope(application: "APP", index: index), granularity: .hourly, statistic: "*",
                    tailStart: hour,
                    completeUntil: until, fetchedAt: until)
            }
            let latest = Latest(
                series: [series("total_search_requests"), series("total_search_requests", index: "tmp")],
                freshness: tails, coverage: [])
            return text {
                UsageFamilies(latest, staleness: .init(), now: hour + 400 * 3600).write(to: &$0)
            }
        }
        #expect(page(index: 0).contains("algolia_index_usage_total_search_requests_total{"))
        #expect(page(index: 3 * 3600).contains("algolia_index_usage_total_search_requests_total{"))
        let gone = page(index: 4 * 3600)
        #expect(!gone.contains("algolia_index_usage_total_search_requests_total"))
        #expect(gone.contains("algolia_usage_total_search_requests_total{"))
    }

    @Test("A stale value is left out, its counter stays")
    func stale() {
        let fresh = page([series("total_search_requests")], now: hour + 3600 + 3 * 3600)
        #expect(fresh.contains("requests_hourly{"))
        let stale = page([series("total_search_requests")], now: hour + 3600 + 3 * 3600 + 1)
        #expect(!stale.contains("requests_hourly"))
        #expect(stale.contains("requests_total{"))
    }
}
