import TestSupport
import Testing
import UsageModel

@testable import Capacity
@testable import Reports

/// The promises of every format, whatever the days are.
@Suite struct ReportEdgeTests {
    @Test(arguments: [0, 1, 30, 130], CapacityFixture.shapes.indices)
    func `every format tells of it, in the same bytes each time and without a number that is none`(
        days: Int, shape: Int
    ) throws {
        var input = CapacityFixture.input(days: days, shape: shape, of: StatisticCatalogue.every.map(\.name))
        input.contract.searchRequestsPerMonth = 1000
        input.contract.records = 1000
        let report = CapacityReport(input)
        for format in ReportFormat.allCases {
            let bytes = try format.render(report, appendix: true)
            #expect(!ReportFixture.hasNoNumber(bytes), "\(format)")
            #expect(try format.render(CapacityReport(input), appendix: true) == bytes)
        }
        let html = String(decoding: try ReportFormat.html.render(report, appendix: true), as: UTF8.self)
        // The only elements of HTML that XML does not know to be empty.
        try XMLText.check(html.replacing(/<meta ([^>]*)>/) { "<meta \($0.output.1)/>" })
    }
}
