import Testing

@testable import Capacity
@testable import Presentation
@testable import Reports

@Suite struct MarkdownReportTests {
    private static let full = ReportFixture.report(days: 400, indices: 20, statistics: 60)

    private func lines(_ report: CapacityReport) throws -> [String] {
        String(decoding: try ReportFormat.markdown.render(report, appendix: true), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Cells of a row: bars with a backslash before them are text.
    private func cells(_ row: String) -> Int {
        var count = 0
        var isEscaped = false
        for scalar in row.unicodeScalars {
            if scalar == "|", !isEscaped { count += 1 }
            isEscaped = scalar == "\\" && !isEscaped
        }
        return count - 1
    }

    /// Tables as the number of cells of each row.
    private func tables(_ lines: [String]) -> [[Int]] {
        lines.split { !$0.hasPrefix("|") }.map { $0.map(cells) }
    }

    @Test func `it has the same headings as the page`() throws {
        let lines = try lines(Self.full)
        #expect(lines.filter { $0.hasPrefix("# ") } == ["# Capacity report: DEMOAPP, to 21 Nov 2026"])
        let sections = lines.filter { $0.hasPrefix("## ") }
        #expect(sections.first == "## Answers" && sections.last == "## All statistics")
        #expect(lines.count { $0.hasPrefix("### ") } == Self.full.answers.count)
    }

    @Test func `the rows of a table have as many cells as its heading`() throws {
        for (name, report) in [("full", Self.full)] + ReportFixture.edges {
            for table in tables(try lines(report)) { #expect(Set(table).count == 1, "\(name)") }
        }
    }

    @Test(arguments: ReportFixture.awkwardNames)
    func `names stay literal`(name: String) throws {
        let plain = try lines(ReportFixture.awkward("plain"))
        let awkward = try lines(ReportFixture.awkward(name))
        #expect(awkward.count == plain.count)
        #expect(tables(awkward) == tables(plain))
        #expect(awkward.map { $0.hasPrefix("#") } == plain.map { $0.hasPrefix("#") })
    }

    @Test func `what Markdown would take for a mark is escaped`() {
        #expect(
            MarkdownText.escape("a|b `c` <d> *e* _f_ [g](h) ~i~ &lt; #1 $x$ \\")
                == ##"a\|b \`c\` \<d\> \*e\* \_f\_ \[g\](h) \~i\~ \&lt; \#1 \$x\$ \\"##)
        #expect(MarkdownText.escape("|\u{301}") == "\\|\u{301}")
        #expect(MarkdownText.escape("one\r\ntwo\u{2028}three") == "one  two three")
        #expect(MarkdownText.escape("http://x www.y") == #"http\://x www\.y"#)
        #expect(MarkdownText.line("- a") == #"\- a"#)
        #expect(MarkdownText.line("1. a") == #"1\. a"#)
        #expect(MarkdownText.line("99.4 % of days") == "99.4 % of days")
        #expect(MarkdownText.line("    a") == "a")
    }

    @Test func `no number that is none, and the same bytes twice`() throws {
        for (name, report) in [("full", Self.full)] + ReportFixture.edges {
            let bytes = try ReportFormat.markdown.render(report)
            #expect(!ReportFixture.hasNoNumber(bytes), "\(name)")
            #expect(try ReportFormat.markdown.render(report) == bytes)
        }
    }
}
