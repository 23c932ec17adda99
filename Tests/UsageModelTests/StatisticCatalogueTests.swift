import Foundation
import Testing
import UsageModel

@Suite("The statistics catalogue")
struct StatisticCatalogueTests {
    @Test("It is the vendor's list: 78 statistics, each as documented")
    func list() throws {
        let url = try #require(
            Bundle.module.url(forResource: "statistics", withExtension: "csv", subdirectory: "Fixtures"))
        let rows = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
        #expect(rows.count == 78)
        #expect(StatisticCatalogue.all.count == 78)
        for (row, statistic) in zip(rows, StatisticCatalogue.all) {
            let columns = row.split(separator: ",", maxSplits: 6).map(String.init)
            // The list says yes; the endpoint answers that there is no such statistic.
            let isListedPerIndex = statistic.perIndex || statistic.name == "insights_operations"
            #expect(
                columns == [
                    statistic.name.text, statistic.group, statistic.kind.rawValue, statistic.unit.rawValue,
                    statistic.shape.rawValue, isListedPerIndex ? "yes" : "no", statistic.meaning,
                ])
        }
    }

    @Test("Groups name their members")
    func groups() {
        #expect(StatisticCatalogue.groups.count == 6)
        #expect(StatisticCatalogue.groups["search_operations"]?.contains("total_search_requests") == true)
        #expect(StatisticCatalogue.groups.values.allSatisfy { !$0.isEmpty })
    }

    @Test("The index endpoint serves no capacity statistic, and not insights_operations")
    func perIndex() {
        let names = StatisticCatalogue.names(perIndex: true)
        #expect(!names.contains("max_qps"))
        #expect(!names.contains("insights_operations"))
        #expect(names.contains("records"))
    }

    @Test("An unknown statistic is described, and never added up")
    func unknown() {
        let statistic = StatisticCatalogue.describe("future_operations")
        #expect(!statistic.isKnown)
        #expect(statistic.defaultAggregate == .last)
    }

    @Test(
        "Shares of time become their mean, capacity peaks and shares of queries their highest",
        arguments: [
            ("degraded_queries_ssd_used_seconds_impacted", .avg),
            ("degraded_queries_max_capacity_seconds_impacted", .avg),
            ("degraded_queries_ssd_used_queries_impacted", .max),
            ("degraded_queries_max_capacity_queries_impacted", .max), ("used_search_capacity", .max),
            ("total_used_search_capacity", .max), ("max_qps", .max), ("avg_used_search_capacity", .avg),
            ("99p_processing_time", .max), ("total_search_requests", .sum), ("records", .last),
            ("cpu_usage_min", .min),
        ] as [(StatisticName, Aggregate)])
    func defaultAggregates(name: StatisticName, aggregate: Aggregate) {
        #expect(StatisticCatalogue.describe(name).defaultAggregate == aggregate)
    }
}
