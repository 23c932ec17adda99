import TestSupport
import Testing

@testable import Reports

@Suite struct PlainReportTests {
    @Test func `every report is in plain English`() throws {
        let full = ReportFixture.report(days: 400, indices: 40, statistics: 60)
        for (name, report) in [("full", full)] + ReportFixture.edges {
            for format in [ReportFormat.html, .markdown, .json] {
                let text = String(decoding: try format.render(report, appendix: true), as: UTF8.self)
                #expect(PlainEnglish.avoided(in: text).isEmpty, "\(name), \(format)")
                #expect(PlainEnglish.spacedPercentages(in: text).isEmpty, "\(name), \(format)")
            }
        }
    }

    @Test func `an answer begins with its state, or says that the data do not suffice`() {
        for (name, report) in ReportFixture.edges {
            for answer in report.answers where answer.severity != .info {
                let isPlain =
                    answer.severity == .unknown
                    ? answer.state == nil : answer.state.map { answer.answer.hasPrefix("\($0). ") } ?? false
                #expect(isPlain, "\(name): \(answer)")
            }
        }
    }
}
