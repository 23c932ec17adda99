import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite struct StatisticUsageTests {
    @Test func `statistics come in the catalogue's order, those that it does not know last`() {
        var fixture = CapacityFixture(days: 30, indices: ["products"])
        for name in ["zebra", "records", "aardvark", "total_search_requests", "billed_search_requests"]
            as [StatisticName]
        {
            fixture.add(name) { _ in 1 }
        }
        fixture.add("cpu_usage", key: "c1-de-1") { _ in 50 }
        fixture.add("max_qps", key: "c1-de-2") { _ in 5 }
        fixture.add("max_qps", key: "c1-de-1") { _ in 5 }
        fixture.add("records", index: "products") { _ in 1 }
        let usage = StatisticUsage.all(fixture.input)
        #expect(
            usage.map { $0.statistic.name.text + $0.key.key.text } == [
                "total_search_requests", "records", "max_qpsc1-de-1", "max_qpsc1-de-2", "billed_search_requests",
                "cpu_usagec1-de-1", "aardvark", "zebra",
            ])
        #expect(usage.map(\.statistic.isKnown).suffix(3) == [true, false, false])
    }

    @Test(arguments: [
        ("total_operations", 465.0), ("records", 30), ("total_max_qps", 30), ("99p_processing_time", 30),
        ("avg_processing_time", 15), ("unheard_of", 30), ("degraded_queries_ssd_used_seconds_impacted", 15),
        ("degraded_queries_ssd_used_queries_impacted", 30), ("used_search_capacity", 30),
    ])
    func `months are combined as the kind of the statistic demands`(statistic: StatisticName, expected: Double) {
        var fixture = CapacityFixture(from: "2026-12-01", days: 31)
        fixture.add(statistic) { Double($0) }
        #expect(StatisticUsage.all(fixture.input).map { $0.months.map(\.value) } == [[expected]])
    }

    @Test func `every month of the report is there`() {
        var fixture = CapacityFixture(from: "2027-12-31", days: 62)
        fixture.add("records") { $0 == 60 ? 5 : nil }
        let months = StatisticUsage.all(fixture.input).first?.months ?? []
        #expect(months.map(\.value) == [nil, nil, 5, nil])
        #expect(months.map(\.days.count) == [31, 31, 29, 31])
        #expect(months.map(\.isRunning) == [false, false, false, true])
    }

    @Test func `nothing reported is nothing`() {
        #expect(StatisticUsage.all(CapacityFixture(days: 30, indices: ["a"]).input).isEmpty)
    }
}
