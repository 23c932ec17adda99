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
    ///   - appendix: whether the table of every statistic follows.
    ///   - explore: the path of the page that shows any statistic; nil in a file.
    init(_ report: CapacityReport, appendix: Bool, explore: String? = nil) {
        let charts = CapacityCharts(report, explore: explore)
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
            [.contract(report, charts), .searches(report, charts)] + Section.levels(report, charts)
            + [Section.inventory(report)].compactMap(\.self) + [
                .indices(report, charts), .searchCapacity(report, charts), .servers(report, charts),
                .latency(report, charts), .unusualDays(report, charts), .quality(report, charts), .method(report),
            ] + (appendix ? [.statistics(report)] : [])
        if !report.hasUsage {
            sections.removeAll { Self.ofUsage.contains($0.id) || $0.id == "servers" && report.servers.isEmpty }
        }
    }

    /// The sections about what only the Usage API says of an application.
    private static let ofUsage: Set<String> = [
        "searches", ContractLimit.maxQPS.identifier, ContractLimit.recommendRequestsPerMonth.identifier,
        "search-capacity", "latency", "unusual-days", "statistics", "quality",
    ]
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
