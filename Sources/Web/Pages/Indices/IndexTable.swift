internal import Capacity
internal import Presentation
internal import UsageModel

/// Indices with what a planner compares, each a link to its page.
struct IndexTable: ViewModel {
    struct Row: ViewModel {
        var name: String
        var link: String
        var searches: String
        var share: String
        var change: String
        var records: String
        var recordsChange: String
        var drawing: Markup
    }

    /// The days that searches are counted over.
    var span: String
    var label: String
    var summary: String
    var rows: [Row]

    init(_ usage: [IndexUsage], of application: ApplicationID, label: String, summary: String) {
        span = String(IndexReport.span)
        self.label = label
        self.summary = summary
        rows = usage.map { Row($0, of: application) }
    }
}

extension IndexTable.Row {
    init(_ usage: IndexUsage, of application: ApplicationID) {
        name = usage.index.text
        link = IndexPage.link(usage.index, of: application)
        searches = usage.searches.map { (usage.coverage < 1 ? "≥ " : "") + Figure.compact($0) } ?? Figure.missing
        share = usage.share.map(Figure.percent) ?? Figure.missing
        change =
            usage.coverage < 1 ? Figure.missing : Phrase.change(usage.searches, from: usage.searchesBefore)
        records = usage.records.map(Figure.compact) ?? Figure.missing
        recordsChange = Phrase.change(usage.records, from: usage.recordsBefore)
        let newest = usage.weekly.last.flatMap(\.self).map(Figure.compact) ?? Figure.missing
        let sparkline = Sparkline(
            label: "Searches by week, newest \(newest)", values: usage.weekly)
        drawing = Markup(trusted: sparkline.svg)
    }
}
