import Presentation
import Testing
import UsageModel

@Suite("Statistics have names for people")
struct StatisticTitleTests {
    @Test(
        "The words of the name, or better ones",
        arguments: [
            ("billed_search_requests", "Billed searches"), ("total_search_requests", "Search requests"),
            ("records", "Records"), ("99p_processing_time", "Processing time, 99th percentile"),
            ("add_record_operations", "Add record operations"), ("get_api_keys_operations", "Get API keys operations"),
            ("querysuggestions_total_search_requests", "Search requests of Query Suggestions"),
            ("cpu_usage", "Idle CPU"), ("cpu_usage_min", "Idle CPU, lowest minute"),
            ("latency_max", "Latency, highest minute"), ("total_max_qps", "Peak queries per second"),
            ("something_new", "Something new"), ("", ""), ("_", ""), ("é_x", "É x"),
        ] as [(StatisticName, String)])
    func title(name: StatisticName, expected: String) {
        #expect(StatisticCatalogue.describe(name).title == expected)
    }

    @Test("No two statistics have the same")
    func distinct() {
        let titles = StatisticCatalogue.every.map(\.title)
        #expect(Dictionary(grouping: titles) { $0 }.filter { $0.value.count > 1 }.keys.sorted() == [])
    }
}
