import Testing
import UsageModel

@testable import Capacity

/// What every part of a report promises, whatever the days are.
@Suite struct CapacityEdgeTests {
    /// Values of a day; the number of days comes with them.
    private static let shapes: [(name: String, value: @Sendable (Int, Int) -> Double?)] = [
        ("nothing", { _, _ in nil }), ("a constant", { _, _ in 42 }), ("zeros", { _, _ in 0 }),
        ("a point", { day, _ in day == 0 ? 5 : nil }), ("the newest point", { day, days in day == days - 1 ? 5 : nil }),
        ("an early end", { day, days in day < days / 3 ? 9 : nil }),
        ("a gap", { day, days in (days / 3..<days / 2).contains(day) ? nil : Double(day % 7) }),
        ("negative", { day, _ in -Double(day) }), ("huge", { day, _ in 1e15 * (1 + CapacityFixture.noise(day)) }),
        ("tiny", { day, _ in 1e-12 * Double(day) }), ("wild", { day, _ in day.isMultiple(of: 2) ? 1e15 : -1e15 }),
    ]

    /// Those that a part looks at.
    private static let statistics =
        UnusualDay.statistics + ServerTrend.Resource.allCases.flatMap(\.statistics)
        + DegradedQueries.Cause.allCases.map(\.statistic) + [
            "total_search_requests", "avg_processing_time", "90p_processing_time",
            "queries_above_last_ms_processing_time", "total_used_search_capacity", "total_avg_used_search_capacity",
            "used_search_capacity",
        ]

    private func input(_ days: Int, _ value: (Int, Int) -> Double?) -> CapacityInput {
        var fixture = CapacityFixture(from: "2027-12-20", days: days, indices: ["a", "b"])
        for statistic in Self.statistics.map(StatisticCatalogue.describe) {
            let key: ServerName = statistic.shape == .scalar ? "" : "one"
            fixture.add(statistic.name, key: key) { value($0, days) }
            if statistic.perIndex { fixture.add(statistic.name, index: "a") { value($0, days) } }
        }
        return fixture.input
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

    @Test(arguments: [0, 1, 2, 27, 28, 42, 100, 400], shapes.indices)
    func `every number of a report is finite`(days: Int, shape: Int) {
        let input = input(days, Self.shapes[shape].value)
        for section in sections(input) {
            let wrong = CapacityFixture.numbers(in: section).filter { !$0.isFinite }
            #expect(wrong.isEmpty, "\(Self.shapes[shape].name) in \(type(of: section))")
        }
    }

    @Test(arguments: [0, 1, 30, 130], shapes.indices)
    func `every format tells of it, in the same bytes each time and without a number that is none`(
        days: Int, shape: Int
    ) throws {
        var input = input(days, Self.shapes[shape].value)
        input.contract.searchRequestsPerMonth = 1000
        input.contract.records = 1000
        let report = CapacityReport(input)
        for format in ReportFormat.allCases {
            let bytes = try format.render(report)
            #expect(!ReportFixture.hasNoNumber(bytes), "\(format)")
            #expect(try format.render(CapacityReport(input)) == bytes)
        }
        let html = String(decoding: try ReportFormat.html.render(report), as: UTF8.self)
        // The only elements of HTML that XML does not know to be empty.
        try XMLText.check(html.replacing(/<meta ([^>]*)>/) { "<meta \($0.output.1)/>" })
    }

    @Test(arguments: shapes.indices)
    func `the same days give the same report`(shape: Int) {
        func text() -> [String] {
            // The order of a dictionary is another each time, and says nothing.
            sections(input(120, Self.shapes[shape].value)).dropLast().map { String(reflecting: $0) }
        }
        #expect(text() == text())
    }

    @Test func `an application of which nothing is known has a report`() {
        let input = CapacityInput(
            application: "APP", contract: Contract(), days: 0..<0, series: [], covered: [:], indices: [])
        for section in sections(input) {
            let wrong = CapacityFixture.numbers(in: section).filter { !$0.isFinite }
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
