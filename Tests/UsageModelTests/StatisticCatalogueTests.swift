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
            #expect(
                columns == [
                    statistic.name.text, statistic.group, statistic.kind.rawValue, statistic.unit.rawValue,
                    statistic.shape.rawValue, statistic.perIndex ? "yes" : "no", statistic.meaning,
                ])
        }
    }

    @Test("Groups name their members")
    func groups() {
        #expect(StatisticCatalogue.groups.count == 6)
        #expect(StatisticCatalogue.groups["search_operations"]?.contains("total_search_requests") == true)
        #expect(StatisticCatalogue.groups.values.allSatisfy { !$0.isEmpty })
    }

    @Test("The index endpoint serves no capacity statistic")
    func perIndex() {
        let names = StatisticCatalogue.names(perIndex: true)
        #expect(!names.contains("max_qps"))
        #expect(names.contains("records"))
    }

    @Test("An unknown statistic is described, and never added up")
    func unknown() {
        let statistic = StatisticCatalogue.describe("future_operations")
        #expect(!statistic.isKnown)
        #expect(statistic.kind.defaultAggregate == .last)
    }
}
