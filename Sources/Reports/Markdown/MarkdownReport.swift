internal import Capacity
internal import Presentation

/// A capacity report in GitHub's Markdown: the same words and tables as the HTML, and what its charts show in a
/// sentence each.
struct MarkdownReport {
    private(set) var text = ""

    init(_ report: CapacityReport, appendix: Bool) {
        let document = ReportDocument(report, appendix: appendix)
        block("# \(MarkdownText.escape(document.title))")
        block(
            document.facts.map { "* \(MarkdownText.escape($0.name)): \(MarkdownText.escape($0.value))" }
                .joined(separator: "\n"))
        block("## Answers")
        for answer in document.answers {
            block("### \(MarkdownText.escape(answer.question))")
            let state = answer.state.map { "**\($0).** " }
            block((state ?? "") + MarkdownText.line(answer.text))
            if !answer.details.isEmpty { block(MarkdownText.line(answer.details)) }
        }
        for section in document.sections {
            block("## \(MarkdownText.escape(section.title))")
            section.blocks.forEach { append($0) }
        }
    }

    private mutating func append(_ block: ReportDocument.Block) {
        switch block {
        case .paragraph(let text): self.block(MarkdownText.line(text))
        case .list(let items): self.block(items.map { "* \(MarkdownText.line($0))" }.joined(separator: "\n"))
        case .chart(_, let chart): self.block(caption(chart.title, chart.summary))
        case .charts(let charts): for one in charts { self.block(caption(one.chart.title, one.chart.summary)) }
        case .meter(_, let meter): self.block(caption(meter.label, meter.summary))
        // A paragraph states what is missing.
        case .calendar: break
        case .table(let table): append(table)
        }
    }

    private mutating func append(_ table: ReportDocument.Table) {
        block("**\(MarkdownText.escape(table.caption))**")
        // A column of drawings has nothing to say here.
        let shown = table.columns.indices.filter { column in
            !table.rows.contains { row in
                if case .sparkline = row[column] { true } else { false }
            }
        }
        func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
        var lines = [
            row(shown.map { MarkdownText.escape(table.columns[$0].title) }),
            row(shown.map { table.columns[$0].isNumber ? "---:" : "---" }),
        ]
        lines += table.rows.map { cells in
            row(
                shown.map { column in
                    switch cells[column] {
                    case .text(let text), .name(let text), .link(let text, _): MarkdownText.escape(text)
                    case .sparkline: ""
                    }
                })
        }
        block(lines.joined(separator: "\n"))
        guard let rest = table.rest else { return }
        let option = rest.place == .otherFile ? " (`--appendix`)" : ""
        block("and \(Figure.exact(rest.count)) more: appendix\(option)")
    }

    private func caption(_ title: String, _ summary: String) -> String {
        "*\(MarkdownText.escape(title)):* \(MarkdownText.escape(summary))"
    }

    private mutating func block(_ block: String) {
        if !text.isEmpty { text += "\n" }
        text += block + "\n"
    }
}
