import Forecast
import TestSupport
import Testing
import UsageModel

@testable import Capacity

/// The promises of every part of a report, whatever the days are.
@Suite struct CapacityEdgeTests {
    private func input(_ days: Int, _ shape: Int) -> CapacityInput {
        CapacityFixture.input(days: days, shape: shape, of: StatisticCatalogue.every.map(\.name))
    }

    private func sections(_ input: CapacityInput) -> [Any] {
        let searches = input.days("billed_search_requests")
        return [
            PeriodUsage.periods(searches, of: .month, aggregate: .sum, in: input),
            PeriodUsage.periods(searches, of: .week, aggregate: .sum, in: input),
            SearchCapacityReport(input), ServerReport.all(input), IndexReport(input), UnusualDay.all(input),
            LatencyReport(input), StatisticUsage.all(input), DataQuality(input),
        ]
    }

    /// Every number in a report, however deep.
    private static func numbers(in report: Any) -> [Double] {
        if let number = report as? Double { return [number] }
        return Mirror(reflecting: report).children.flatMap { numbers(in: $0.value) }
    }

    @Test(arguments: [0, 1, 2, 27, 28, 42, 100, 400], CapacityFixture.shapes.indices)
    func `every number of a report is finite`(days: Int, shape: Int) {
        let input = input(days, shape)
        for section in sections(input) {
            let wrong = Self.numbers(in: section).filter { !$0.isFinite }
            #expect(wrong.isEmpty, "\(CapacityFixture.shapes[shape].name) in \(type(of: section))")
        }
    }

    @Test(arguments: CapacityFixture.shapes.indices)
    func `the same days give the same report`(shape: Int) {
        func text() -> [String] {
            // The order of a dictionary is another each time, and says nothing.
            sections(input(120, shape)).dropLast().map { String(reflecting: $0) }
        }
        #expect(text() == text())
    }

    @Test func `an application of which nothing is known has a report`() {
        let input = CapacityInput(
            application: "APP", contract: Contract(), days: 0..<0, series: [], covered: [:], indices: [])
        for section in sections(input) {
            let wrong = Self.numbers(in: section).filter { !$0.isFinite }
            #expect(wrong.isEmpty)
        }
    }

    @Test func `indices that were never fetched are there`() {
        let input = CapacityInput(
            application: "APP", contract: Contract(), days: 20_000..<20_100, series: [], covered: [:], indices: ["a"])
        #expect(IndexReport(input).usage.map(\.coverage) == [0])
        #expect(DataQuality(input).scopes.map(\.coverage) == [0, 0])
        #expect(DataQuality(input).missing == [20_000..<20_100])
    }

    @Test func `series that are put in later are found`() {
        var fixture = CapacityFixture(days: 3)
        var input = fixture.input
        #expect(input.days("records") == nil)
        fixture.add("records") { Double($0) }
        input.series = fixture.input.series
        #expect(input.days("records")?.values == [0, 1, 2])
        #expect(input.days("records", index: "a") == nil)
        #expect(input.days("records", key: "a") == nil)
    }
}
