import TestSupport
import Testing
import UsageModel

@testable import Capacity
@testable import Reports

/// What every format promises, whatever the days are.
@Suite struct ReportEdgeTests {
    /// Those that a part looks at.
    private static let statistics =
        UnusualDay.statistics + ServerTrend.Resource.allCases.flatMap(\.statistics)
        + DegradedQueries.Cause.allCases.map(\.statistic) + [
            "total_search_requests", "avg_processing_time", "90p_processing_time",
            "queries_above_last_ms_processing_time", "total_used_search_capacity", "total_avg_used_search_capacity",
            "used_search_capacity",
        ]

    @Test(arguments: [0, 1, 30, 130], CapacityFixture.shapes.indices)
    func `every format tells of it, in the same bytes each time and without a number that is none`(
        days: Int, shape: Int
    ) throws {
        var input = CapacityFixture.input(days: days, shape: shape, of: Self.statistics)
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
}
