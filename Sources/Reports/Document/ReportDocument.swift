internal import Capacity
internal import Presentation
internal import UsageModel

/// The content of a report for people, before it becomes HTML or Markdown.
///
/// Every string is plain text, names of indices and servers included; each output format escapes it once.
struct ReportDocument: Sendable {
    var title: String
    /// The subject of the report, such as the days; name and value.
    var facts: [(name: String, value: String)]
    /// The most important numbers, said again below.
    var tiles: [Tile]
    var answers: [CapacityAnswer]
    /// The sections after the answers.
    var sections: [Section]

    struct Tile: Sendable {
        var label: String
        var value: String
        var note: String
    }

    struct Section: Sendable {
        /// An identifier within the page.
        var id: String
        var title: String
        var blocks: [Block]
    }

    enum Block: Sendable {
        case paragraph(String)
        case list([String])
        case table(Table)
        case chart(id: String, Chart)
        /// Charts side by side where there is room.
        case charts([(id: String, chart: Chart)])
        case meter(id: String, Meter)
        case calendar(CoverageCalendar)
    }

    struct Table: Sendable {
        var caption: String
        var columns: [Column]
        /// The first cell of each is its heading.
        var rows: [[Cell]]
        /// Nil for a table that is whole.
        var rest: Rest?

        /// The rows that a table of many leaves out.
        struct Rest: Sendable {
            var count: Int
            /// As many of them as can be shown elsewhere.
            var rows: [[Cell]]
            /// The caption of the whole table.
            var caption: String
            var place: RestPlace
        }
    }

    /// The place of what a long table leaves out.
    enum RestPlace: Sendable {
        /// Folded below the table, no more than 100 rows.
        case folded
        /// In the appendix of the same file.
        case appendix
        /// In a file that is asked for with an appendix.
        case otherFile

        /// The most rows that are shown there.
        var most: Int {
            switch self {
            case .folded: 100
            case .appendix: .max
            case .otherFile: 0
            }
        }
    }

    struct Column: Sendable {
        var title: String
        var isNumber: Bool

        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    enum Cell: Sendable {
        case text(String)
        /// A name that may be written from right to left, or be anything.
        case name(String)
        /// A text that leads to a closer look; nil leads nowhere.
        case link(String, String?)
        case sparkline(Sparkline)

        static let none = Cell.text(Figure.missing)
    }
}

extension ReportDocument {
    /// - Parameters:
    ///   - appendix: whether long tables follow in full, and one of every statistic.
    ///   - explore: the path of the page that shows any statistic; nil in a file.
    init(_ report: CapacityReport, appendix: Bool, explore: String? = nil) {
        let charts = CapacityCharts(report, explore: explore)
        let rest: RestPlace = explore != nil ? .folded : appendix ? .appendix : .otherFile
        let last = report.days.isEmpty ? nil : report.days.upperBound - 1
        title = "Capacity report: \(report.application)" + (last.map { ", to \(CalendarText.date($0))" } ?? "")
        facts = [("Application", report.application.text)]
        if let last {
            facts.append(
                (
                    "Days",
                    "\(CalendarText.date(report.days.lowerBound)) to \(CalendarText.date(last)) (\(Figure.count(report.days.count, "day")))"
                ))
        }
        facts.append(("Time zone", report.timeZone))
        if let newest = report.quality.scopes.first(where: { $0.index.isEmpty })?.newest {
            facts.append(("Data through", CalendarText.date(newest)))
        }
        tiles = report.limits.compactMap(Tile.init)
        answers = report.answers
        sections =
            [.contract(report, charts), .searches(report, charts, rest)] + Section.levels(report, charts)
            + [Section.inventory(report, rest)].compactMap(\.self) + [
                .indices(report, charts, rest), .searchCapacity(report, charts, rest), .servers(report, charts, rest),
                .latency(report, charts, rest), .unusualDays(report, charts, rest), .quality(report, charts, rest),
                .method(report),
            ]
        if !report.hasUsage {
            sections.removeAll { Self.ofUsage.contains($0.id) || $0.id == "servers" && report.servers.isEmpty }
        }
        guard appendix else { return }
        sections += [Section.appendix(of: sections)].compactMap(\.self)
        if report.hasUsage { sections.append(.statistics(report)) }
    }

    /// The sections about what only the Usage API says of an application.
    private static let ofUsage: Set<String> = [
        "searches", ContractLimit.maxQPS.identifier, ContractLimit.recommendRequestsPerMonth.identifier,
        "search-capacity", "latency", "unusual-days", "quality",
    ]
}

extension ReportDocument.Table {
    /// The rows of a long table.
    private static let usual = 10
    /// A table that is cut leaves out more than this: a line about two rows is no shorter than they are.
    private static let fewestLeftOut = 3

    /// The first rows of a table of many; the others stand elsewhere.
    /// - Parameters:
    ///   - rows: the rows of the items that are shown somewhere, made only then.
    ///   - most: the rows that the table has where there are many more.
    init<Item>(
        _ caption: String, _ columns: [ReportDocument.Column], of items: [Item], rest place: ReportDocument.RestPlace,
        most: Int = Self.usual, row: (Item) -> [ReportDocument.Cell]
    ) {
        let isCut = items.count >= most + Self.fewestLeftOut
        let shown = isCut ? most : items.count
        self.init(
            caption: isCut ? "\(caption) (\(shown) of \(Figure.exact(items.count)))" : caption, columns: columns,
            rows: items.prefix(shown).map(row))
        guard isCut else { return }
        rest = Rest(
            count: items.count - shown, rows: items.dropFirst(shown).prefix(place.most).map(row), caption: caption,
            place: place)
    }

    /// The table with all rows; nil for one that has them already.
    var whole: ReportDocument.Table? {
        rest.map { ReportDocument.Table(caption: $0.caption, columns: columns, rows: rows + $0.rows) }
    }
}

extension ReportDocument.Section {
    /// The identifier of the section that has long tables in full.
    static let wholeTables = "whole-tables"

    /// Long tables in full; nil where no table is long.
    fileprivate static func appendix(of sections: [Self]) -> Self? {
        let blocks = sections.flatMap(\.blocks).compactMap { block -> ReportDocument.Block? in
            guard case .table(let table) = block else { return nil }
            return table.whole.map(ReportDocument.Block.table)
        }
        return blocks.isEmpty ? nil : Self(id: wholeTables, title: "Whole tables", blocks: blocks)
    }
}

extension ReportDocument.Tile {
    /// Nil where nothing is known.
    init?(_ limit: LimitReport) {
        guard let used = limit.used else { return nil }
        let partial = limit.usedCoverage < 1 ? "≥ " : ""
        let title = limit.limit.title.replacing(" per month", with: "").replacing(" per year", with: "")
        label = "\(title), \(limit.term?.words ?? Phrase.month(limit.month))"
        value = partial + Figure.compact(used)
        let share = limit.utilization.flatMap { share in
            limit.agreed.map { "\(Figure.percent(share)) of \(Figure.compact($0))" }
        }
        let expected =
            limit.projectedUtilization.map { "\(Figure.percent($0)) projected" }
            ?? limit.projection.map { "\(Figure.compact($0.mean)) projected" }
        note = [share ?? "no limit configured", expected].compactMap(\.self).joined(separator: "; ")
    }
}
