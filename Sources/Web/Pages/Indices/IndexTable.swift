internal import Capacity
internal import Presentation
internal import Reports
internal import UsageModel

/// Indices with what a planner compares, each a link to its page.
struct IndexTable: ViewModel {
    /// The month so far, which is held against the same days of the month before.
    struct Month {
        /// `1 to 14 Jul`.
        var days: String
        var before: String

        /// Nil without a day.
        init?(_ report: IndexReport) {
            guard let month = report.month, let before = report.monthBefore else { return nil }
            days = Self.words(month)
            self.before = Self.words(before)
        }

        private static func words(_ days: Range<Int64>) -> String {
            let last = CalendarText.dayMonth(days.upperBound - 1)
            return days.count == 1 ? last : "\(CalendarText.dayOfMonth(days.lowerBound)) to \(last)"
        }
    }

    /// The headings of the columns of searches.
    var searchesTitle: String
    var shareTitle: String
    var changeTitle: String
    /// The days that records are compared over.
    var span: String
    var label: String
    var summary: String
    /// A sentence on what was not fetched; none where all was.
    var unfetched: [String]
    /// Whether the script may sort it: the rows of one page of many are sorted by the server.
    var isWhole: Bool
    /// Whether indices can be chosen to be compared.
    var isChoice: Bool
    /// A hundred rows, which a template would take long for.
    var rows: Markup

    /// - Parameters:
    ///   - usage: the rows, of those of `report`.
    ///   - root: the prefix of links.
    ///   - month: shows the searches of this month, and not those of the last 28 days.
    init(
        _ usage: [IndexUsage], of report: CapacityReport, root: String, label: String, summary: String,
        isWhole: Bool = true, isChoice: Bool = false, month: Month? = nil
    ) {
        let span = String(IndexReport.span)
        self.span = span
        searchesTitle = "Searches, \(month?.days ?? "\(span) days")"
        shareTitle = month == nil ? "Share" : "Change"
        changeTitle = "Vs. \(month?.before ?? "previous \(span) days")"
        self.label = label
        self.summary = summary
        unfetched = report.indices.unfetched > 0 ? [report.indices.unfetchedWords] : []
        self.isWhole = isWhole
        self.isChoice = isChoice
        rows = usage.map {
            Self.row($0, of: report, root: root, isChoice: isChoice, isMonth: month != nil)
        }.joined("\n")
    }

    private static func row(
        _ usage: IndexUsage, of report: CapacityReport, root: String, isChoice: Bool, isMonth: Bool
    ) -> Markup {
        let name = Markup(text: usage.index.text)
        let link = root + IndexPage.link(usage.index, of: report.application)
        let box: Markup =
            isChoice
            ? "<td><input type=\"checkbox\" name=\"index\" value=\"\(name)\" aria-label=\"Compare \(name)\"></td>" : ""
        let searches = isMonth ? searchesOfMonth(usage) : searchesOfSpan(usage, report.indices)
        let records = cell(usage.records, Figure.compact) + changed(usage.records, from: usage.recordsBefore)
        let newest = usage.weekly.last.flatMap(\.self).map(Figure.compact) ?? Figure.missing
        let sparkline = Sparkline(label: "Searches by week, newest \(newest)", values: usage.weekly)
        return """
            <tr>\(box)<th scope="row" class="name"><a href="\(link)" title="\(name)"><bdi>\(name)</bdi></a></th>\
            \(searches)\(records)<td>\(Markup(trusted: sparkline.svg))</td></tr>
            """
    }

    private static func searchesOfSpan(_ usage: IndexUsage, _ report: IndexReport) -> Markup {
        let isFetched = usage.coverage >= 1
        return cell(usage.searches) { (isFetched ? "" : "≥ ") + Figure.compact($0) }
            + cell(usage.share) { _ in report.share(of: usage) }
            + changed(isFetched ? usage.searches : nil, from: usage.searchesBefore)
    }

    private static func searchesOfMonth(_ usage: IndexUsage) -> Markup {
        cell(usage.monthSearches, Figure.compact)
            + cell(usage.monthGrowth) { ($0 > 0 ? "+" : "") + Figure.compact($0) }
            + changed(usage.monthSearches, from: usage.monthSearchesBefore)
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
