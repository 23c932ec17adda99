public import Capacity
private import Mustache
internal import Presentation

/// A capacity report as one HTML file that needs nothing else: no script, no address, its style and drawings inside.
///
/// It is HTML in the syntax that XML has too, but for its `meta` elements.
struct HTMLReport {
    let bytes: [UInt8]

    /// - Throws: when a template cannot be parsed.
    init(_ report: CapacityReport) throws {
        let document = ReportDocument(report)
        let body = try ReportSections(document.answers, document.sections).html
        bytes = Array(try Self.template.get().render(PageView(document, body: body)).utf8)
    }

    private static let template = Result {
        try MustacheTemplate(string: String(decoding: PackageResources.report_html_mustache, as: UTF8.self))
    }
}

/// The answers and sections of a report as HTML, for the report's file and for the page of an application.
public struct ReportSections {
    /// Sections with headings of the second level, each with its own identifier.
    public let html: String

    /// The answers and sections that a page has room for: all but the table of every statistic.
    /// - Throws: when the template cannot be parsed.
    public init(_ report: CapacityReport) throws {
        let document = ReportDocument(report)
        try self.init(document.answers, document.sections.filter { $0.id != "statistics" })
    }

    init(_ answers: [CapacityAnswer], _ sections: [ReportDocument.Section]) throws {
        html = try Self.template.get().render(
            SectionsView(answers: answers.map(AnswerView.init), sections: sections.map(SectionView.init)))
    }

    private static let template = Result {
        try MustacheTemplate(string: String(decoding: PackageResources.sections_html_mustache, as: UTF8.self))
    }
}

/// The values that the templates show; see ``HTMLFragment``.
private struct SectionsView {
    var answers: [AnswerView]
    var sections: [SectionView]
}

private struct PageView {
    var title: HTMLFragment
    var style = HTMLFragment(markup: Stylesheet.text)
    var facts: [FactView]
    /// A list without items is none.
    var showsTiles: Bool
    var tiles: [TileView]
    var body: HTMLFragment

    init(_ document: ReportDocument, body: String) {
        title = HTMLFragment(document.title)
        facts = document.facts.map { FactView(name: HTMLFragment($0.name), value: HTMLFragment($0.value)) }
        tiles = document.tiles.map(TileView.init)
        showsTiles = !tiles.isEmpty
        self.body = HTMLFragment(markup: body)
    }
}

private struct FactView {
    var name: HTMLFragment
    var value: HTMLFragment
}

private struct TileView {
    var label: HTMLFragment
    var value: HTMLFragment
    var note: HTMLFragment

    init(_ tile: ReportDocument.Tile) {
        label = HTMLFragment(tile.label)
        value = HTMLFragment(tile.value)
        note = HTMLFragment(tile.note)
    }
}

private struct AnswerView {
    var question: HTMLFragment
    var answer: HTMLFragment
    var details: HTMLFragment?
    /// The class in the stylesheet.
    var severity: HTMLFragment
    var label: HTMLFragment?

    init(_ answer: CapacityAnswer) {
        question = HTMLFragment(answer.question)
        self.answer = HTMLFragment(answer.text)
        details = answer.details.isEmpty ? nil : HTMLFragment(answer.details)
        severity = HTMLFragment(markup: answer.severity.className)
        label = answer.state.map { HTMLFragment($0) }
    }
}

private struct SectionView {
    var id: HTMLFragment
    var heading: HTMLFragment
    var blocks: [BlockView]

    init(_ section: ReportDocument.Section) {
        id = HTMLFragment(section.id)
        heading = HTMLFragment(section.title)
        blocks = section.blocks.map(BlockView.init)
    }
}

/// One of its properties is there.
private struct BlockView {
    var markup: HTMLFragment?
    var paragraph: HTMLFragment?
    var list: ListView?
    var table: TableView?

    init(_ block: ReportDocument.Block) {
        switch block {
        case .paragraph(let text): paragraph = HTMLFragment(text)
        case .list(let items): list = ListView(items: items.map { HTMLFragment($0) })
        case .table(let table): self.table = TableView(table)
        case .chart(let id, let chart): markup = HTMLFragment(markup: chart.figure(id: id))
        case .meter(let id, let meter):
            markup = HTMLFragment(
                markup: "<figure class=\"meter-figure\"><figcaption>\(HTMLText.escape(meter.label)): "
                    + "\(HTMLText.escape(meter.summary))</figcaption>\(meter.svg(id: id))</figure>")
        case .calendar(let calendar): markup = HTMLFragment(markup: calendar.html + calendar.legend)
        }
    }
}

private struct ListView {
    var items: [HTMLFragment]
}

private struct TableView {
    var caption: HTMLFragment
    var columns: [CellView]
    var rows: [RowView]

    init(_ table: ReportDocument.Table) {
        let attributes = table.columns.map { HTMLFragment(markup: $0.isNumber ? " class=\"number\"" : "") }
        caption = HTMLFragment(table.caption)
        columns = zip(table.columns, attributes).map { CellView(content: HTMLFragment($0.title), attributes: $1) }
        rows = table.rows.map { row in
            let cells = zip(row, attributes).map { CellView(content: HTMLFragment($0), attributes: $1) }
            return RowView(head: cells[0].content, cells: Array(cells.dropFirst()))
        }
    }
}

private struct RowView {
    var head: HTMLFragment
    var cells: [CellView]
}

private struct CellView {
    var content: HTMLFragment
    var attributes: HTMLFragment
}

extension HTMLFragment {
    fileprivate init(_ cell: ReportDocument.Cell) {
        switch cell {
        case .text(let text): self.init(text)
        case .name(let name): self.init(markup: "<bdi>\(HTMLText.escape(name))</bdi>")
        case .sparkline(let sparkline): self.init(markup: sparkline.svg)
        }
    }
}
