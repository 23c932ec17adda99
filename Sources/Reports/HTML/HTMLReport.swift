public import Capacity
private import Mustache
public import Presentation

/// A capacity report as one HTML file that needs nothing else: no script, no address, its style and drawings inside.
///
/// It is HTML in the syntax that XML has too, but for its `meta` elements.
struct HTMLReport {
    let bytes: [UInt8]

    /// - Throws: when a template cannot be parsed.
    init(_ report: CapacityReport, appendix: Bool) throws {
        let document = ReportDocument(report, appendix: appendix)
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
    public let html: Markup

    /// The answers and sections of a report without its appendix.
    /// - Parameter explore: the path of the page that shows any statistic, to which charts and tables lead.
    /// - Throws: when the template cannot be parsed.
    public init(_ report: CapacityReport, explore: String) throws {
        let document = ReportDocument(report, appendix: false, explore: explore)
        try self.init(document.answers, document.sections)
    }

    init(_ answers: [CapacityAnswer], _ sections: [ReportDocument.Section]) throws {
        let view = SectionsView(answers: answers.map(AnswerView.init), sections: sections.map(SectionView.init))
        html = Markup(trusted: try Self.template.get().render(view))
    }

    private static let template = Result {
        try MustacheTemplate(string: String(decoding: PackageResources.sections_html_mustache, as: UTF8.self))
    }
}

private struct SectionsView: ViewModel {
    var answers: [AnswerView]
    var sections: [SectionView]
}

private struct PageView: ViewModel {
    var title: String
    var style = Markup(trusted: Stylesheet.text)
    var facts: [FactView]
    /// A list without items is none.
    var showsTiles: Bool
    var tiles: [TileView]
    var body: Markup

    init(_ document: ReportDocument, body: Markup) {
        title = document.title
        facts = document.facts.map { FactView(name: $0.name, value: $0.value) }
        tiles = document.tiles.map { TileView(label: $0.label, value: $0.value, note: $0.note) }
        showsTiles = !tiles.isEmpty
        self.body = body
    }
}

private struct FactView: ViewModel {
    var name: String
    var value: String
}

private struct TileView: ViewModel {
    var label: String
    var value: String
    var note: String
}

private struct AnswerView: ViewModel {
    var question: String
    var answer: String
    /// Empty for none.
    var details: String
    /// The class in the stylesheet.
    var severity: String
    var label: String?

    init(_ answer: CapacityAnswer) {
        question = answer.question
        self.answer = answer.text
        details = answer.details
        severity = answer.severity.className
        label = answer.state
    }
}

private struct SectionView: ViewModel {
    var id: String
    var heading: String
    var blocks: [BlockView]

    init(_ section: ReportDocument.Section) {
        id = section.id
        heading = section.title
        blocks = section.blocks.map(BlockView.init)
    }
}

/// One of its properties is there.
private struct BlockView: ViewModel {
    var markup: Markup?
    var paragraph: String?
    var list: ListView?
    var table: TableView?

    init(_ block: ReportDocument.Block) {
        switch block {
        case .paragraph(let text): paragraph = text
        case .list(let items): list = ListView(items: items)
        case .table(let table): self.table = TableView(table)
        case .chart(let id, let chart): markup = Markup(trusted: chart.figure(id: id))
        case .charts(let charts):
            let figures = charts.map { Markup(trusted: $0.chart.figure(id: $0.id)) }.joined()
            markup = "<div class=\"figures\">\(figures)</div>"
        case .meter(let id, let meter):
            let svg = Markup(trusted: meter.svg(id: id))
            markup = """
                <figure class="meter-figure"><figcaption>\(meter.label): \(meter.summary)</figcaption>\(svg)</figure>
                """
        case .calendar(let calendar): markup = Markup(trusted: calendar.html + calendar.legend)
        }
    }
}

private struct ListView: ViewModel {
    var items: [String]
}

private struct TableView: ViewModel {
    var caption: String
    var columns: [CellView]
    var rows: [RowView]

    init(_ table: ReportDocument.Table) {
        let attributes: [Markup] = table.columns.map { $0.isNumber ? " class=\"number\"" : "" }
        caption = table.caption
        columns = zip(table.columns, attributes).map { CellView(content: Markup(text: $0.title), attributes: $1) }
        rows = table.rows.map { row in
            let cells = zip(row, attributes).map { CellView(content: Markup($0), attributes: $1) }
            return RowView(head: cells[0].content, cells: Array(cells.dropFirst()))
        }
    }
}

private struct RowView: ViewModel {
    var head: Markup
    var cells: [CellView]
}

private struct CellView: ViewModel {
    var content: Markup
    var attributes: Markup
}

extension Markup {
    fileprivate init(_ cell: ReportDocument.Cell) {
        switch cell {
        case .text(let text): self.init(text: text)
        case .name(let name): self = "<bdi>\(name)</bdi>"
        case .link(let text, let address): self = address.map { "<a href=\"\($0)\">\(text)</a>" } ?? "\(text)"
        case .sparkline(let sparkline): self.init(trusted: sparkline.svg)
        }
    }
}
