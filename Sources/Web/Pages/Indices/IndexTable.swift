internal import Capacity
internal import Presentation
internal import UsageModel

/// Indices with what a planner compares, each a link to its page.
struct IndexTable: ViewModel {
    struct Row: ViewModel {
        var name: String
        var link: String
        /// Cells of numbers.
        var searches: Markup
        var share: Markup
        var change: Markup
        var records: Markup
        var recordsChange: Markup
        var drawing: Markup
    }

    /// The days that searches are counted over.
    var span: String
    var label: String
    var summary: String
    /// Whether the script may sort it: the rows of one page of many are sorted by the server.
    var isWhole: Bool
    /// Whether indices can be chosen to be compared.
    var isChoice: Bool
    var rows: [Row]

    init(
        _ usage: [IndexUsage], of application: ApplicationID, label: String, summary: String, isWhole: Bool = true,
        isChoice: Bool = false
    ) {
        span = String(IndexReport.span)
        self.label = label
        self.summary = summary
        self.isWhole = isWhole
        self.isChoice = isChoice
        rows = usage.map { Row($0, of: application) }
    }
}

extension IndexTable.Row {
    init(_ usage: IndexUsage, of application: ApplicationID) {
        name = usage.index.text
        link = IndexPage.link(usage.index, of: application)
        let isFetched = usage.coverage >= 1
        searches = Self.cell(usage.searches) { (isFetched ? "" : "≥ ") + Figure.compact($0) }
        share = Self.cell(usage.share, Figure.percent)
        change = Self.changed(isFetched ? usage.searches : nil, from: usage.searchesBefore)
        records = Self.cell(usage.records, Figure.compact)
        recordsChange = Self.changed(usage.records, from: usage.recordsBefore)
        let newest = usage.weekly.last.flatMap(\.self).map(Figure.compact) ?? Figure.missing
        let sparkline = Sparkline(
            label: "Searches by week, newest \(newest)", values: usage.weekly)
        drawing = Markup(trusted: sparkline.svg)
    }
    /// A cell with a number for people, and with every digit for the script that sorts tables.
    private static func cell(_ value: Double?, _ text: (Double) -> String) -> Markup {
        guard let value else { return "<td class=\"number\">\(Figure.missing)</td>" }
        return "<td class=\"number\" data-value=\"\(value.description)\">\(text(value))</td>"
    }

    private static func changed(_ value: Double?, from before: Double?) -> Markup {
        let ratio = value.flatMap { value in before.flatMap { $0 > 0 ? value / $0 : nil } }
        return cell(ratio) { _ in Phrase.change(value, from: before) }
    }
}
