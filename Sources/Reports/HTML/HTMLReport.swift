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

    init(_ block: ReportDocument.Block) {
        switch block {
        case .paragraph(let text): paragraph = text
        case .list(let items): list = ListView(items: items)
        case .table(let table): markup = Markup(table)
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

extension Markup {
    /// Columns of a table that takes half of a sheet of paper.
    private static let mostNarrow = 5

    /// A table, and what it leaves out. A template would take long for thousands of cells.
    fileprivate init(_ table: ReportDocument.Table) {
        let after: Markup =
            switch table.rest?.place {
            case nil, .folded?: .empty
            case .appendix?:
                """
                <p class="note">and \(Figure.exact(table.rest?.count ?? 0)) more: \
                <a href="#\(ReportDocument.Section.wholeTables)">appendix</a></p>
                """
            case .otherFile?:
                """
                <p class="note">and \(Figure.exact(table.rest?.count ?? 0)) more: appendix \
                (<code>--appendix</code>)</p>
                """
            }
        let shown = Self.table(table.caption, table.columns, table.rows, after: after)
        guard let rest = table.rest, rest.place == .folded else {
            self = shown
            return
        }
        let isCut = rest.rows.count < rest.count
        let count = Figure.exact(rest.rows.count)
        let summary = isCut ? "the next \(count) of \(Figure.exact(rest.count))" : count
        let elsewhere: Markup =
            isCut ? "<p class=\"note\">All of them are in <a href=\"#elsewhere\">the JSON</a>.</p>" : .empty
        let others = Self.table("\(rest.caption), continued", table.columns, rest.rows, after: elsewhere)
        self = "\(shown)\n<details><summary>and \(summary) more</summary>\n\(others)\n</details>"
    }

    /// - Parameter after: the markup below the rows.
    private static func table(
        _ caption: String, _ columns: [ReportDocument.Column], _ rows: [[ReportDocument.Cell]], after: Markup
    ) -> Markup {
        let attributes: [Markup] = columns.map { $0.isNumber ? " class=\"number\"" : "" }
        let head = zip(columns, attributes).map { "<th scope=\"col\"\($1)>\($0.title)</th>" as Markup }.joined()
        let body = rows.map { row in
            let cells = zip(row, attributes).dropFirst().map { "<td\($1)>\(Markup($0))</td>" as Markup }.joined()
            return "<tr><th scope=\"row\">\(Markup(row[0]))</th>\(cells)</tr>" as Markup
        }.joined("\n")
        let narrow: Markup = columns.count <= mostNarrow ? " narrow" : ""
        return """
            <div class="scroll\(narrow)" tabindex="0" role="region" aria-label="\(caption)">
            <table>
            <caption>\(caption)</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(body)
            </tbody>
            </table>
            \(after)</div>
            """
    }
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
