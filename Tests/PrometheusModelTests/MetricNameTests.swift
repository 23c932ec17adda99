import Testing
import UsageModel

@testable import PrometheusModel

@Suite("Names of metrics")
struct MetricNameTests {
    private func name(_ statistic: StatisticName, perIndex: Bool = false) -> MetricName {
        MetricName(StatisticCatalogue.describe(statistic), perIndex: perIndex)
    }

    @Test("Counts have three families, others one with its unit")
    func examples() {
        #expect(name("total_search_requests").hourly == "algolia_usage_total_search_requests_hourly")
        #expect(name("total_search_requests").daily == "algolia_usage_total_search_requests_daily")
        #expect(
            name("total_search_requests", perIndex: true).total == "algolia_index_usage_total_search_requests_total")
        #expect(name("records").gauge == "algolia_usage_records")
        #expect(name("max_qps").gauge == "algolia_usage_max_qps")
        #expect(name("90p_processing_time").gauge == "algolia_usage_processing_time_p90_seconds")
        #expect(name("avg_processing_time").gauge == "algolia_usage_avg_processing_time_seconds")
        #expect(name("total_used_search_capacity").gauge == "algolia_usage_total_used_search_capacity_ratio")
        #expect(name("data_size").gauge == "algolia_usage_data_size_bytes")
    }

    @Test("Billing metrics have two families each, of hours and days, and no total")
    func billing() {
        #expect(
            name("billing_search_requests").families == [
                "algolia_billing_search_requests_hourly", "algolia_billing_search_requests_daily",
            ])
        #expect(name("billing_a-b.c").hourly == "algolia_billing_a_b_c_hourly")
        let key = SeriesKey(application: "APP", api: .usageV2, statistic: "billing_x")
        #expect(MetricSeries.all(key, .hourly).map(\.metric) == ["algolia_billing_x_hourly"])
        #expect(MetricSeries.all(key, .daily).map(\.metric) == ["algolia_billing_x_daily"])
        #expect(MetricSeries.all(key, .minutely).isEmpty)
        let usage = SeriesKey(application: "APP", statistic: "billing_x")
        #expect(MetricSeries.all(usage, .hourly).map(\.metric) == ["algolia_usage_billing_x"], "it is another's")
    }

    @Test("Values are in the base unit")
    func units() {
        #expect(name("avg_processing_time").inBaseUnit(.integer(7)) == .real(0.007))
        #expect(name("total_used_search_capacity").inBaseUnit(.integer(100)) == .integer(1))
        #expect(name("data_size").inBaseUnit(.integer(7)) == .integer(7))
    }

    @Test("Every name of the catalogue is valid, unique and spelled out")
    func catalogue() {
        var seen = Set<String>()
        for statistic in StatisticCatalogue.every {
            for perIndex in statistic.perIndex ? [false, true] : [false] {
                for name in MetricName(statistic, perIndex: perIndex).families {
                    #expect(seen.insert(name).inserted)
                    #expect(name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil)
                    #expect(!name.contains("_ms_"), "promtool refuses abbreviated units")
                }
            }
        }
    }

    @Test("Servers and clusters have families of their own; hourly extremes have none")
    func monitoring() {
        #expect(name("cpu_usage").families == ["algolia_infrastructure_cpu_idle_ratio"])
        #expect(name("ram_search_usage").families == ["algolia_infrastructure_ram_search_usage_bytes"])
        #expect(name("latency").families == ["algolia_cluster_latency_seconds"])
        #expect(name("cluster_status").families == ["algolia_cluster_status"])
        #expect(name("latency_max").families.isEmpty)
        #expect(name("cpu_usage_min").families.isEmpty)
        let unknown = MetricName(.unknown("disk_max", api: .monitoring), perIndex: false)
        #expect(unknown.families == ["algolia_infrastructure_disk_max"])
        #expect(name("ram_search_usage").inBaseUnit(.integer(3)) == .integer(3_000_000))
    }

    @Test("What is derived has the families of what Algolia reports")
    func derived() {
        #expect(
            name("billed_search_requests", perIndex: true).families == [
                "algolia_index_usage_billed_search_requests_hourly",
                "algolia_index_usage_billed_search_requests_daily",
                "algolia_index_usage_billed_search_requests_total",
            ])
    }

    @Test("A name with characters that no metric has is made fit")
    func unfit() {
        #expect(name("50p_queue time-é").gauge == "algolia_usage_queue_time___p50")
    }
}
