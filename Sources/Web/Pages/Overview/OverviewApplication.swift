internal import Capacity
internal import Collector
internal import Forecast
internal import Presentation
internal import Reports
internal import UsageModel

/// One application on the overview: its contract, its week, and whether it is collected.
struct OverviewApplication: ViewModel {
    /// Days of the small drawing, and of the figures beside it.
    private static let sparkline = 90
    private static let week = 7
    /// The most unusual days that are named, and the days for which one is news.
    private static let mostUnusual = 5
    private static let mostIndices = 10
    private static let news: Int64 = 28

    struct Tile: ViewModel {
        var label: String
        var value: String
        var note: String
        var drawing: Markup
    }

    struct Unusual: ViewModel {
        var day: Markup
        var text: String
        /// The day by hours.
        var link: String
    }

    var id: ApplicationID
    var anchor: String
    var state: String
    var stateName: String
    var indexCount: String
    var lastSuccess: Markup?
    var capacity: String
    var explore: String
    /// The last seven days beside the seven before.
    var weeks: String
    /// The indices, those that grew most first.
    var growth: String
    /// Empty without a contract.
    var verdicts: [OverviewVerdict]
    var hasContract: Bool
    var limits: [LimitView]
    var hasTiles: Bool
    var tiles: [Tile]
    /// The most searched; none while nothing is known of them.
    var topIndices: [IndexTable]
    var allIndices: String
    var hasUnusual: Bool
    var unusual: [Unusual]
    var hasRows: Bool
    var rows: [ProgressRow]
    var notes: [Markup]

    /// - Parameter root: the prefix of links within drawings.
    init(_ report: CapacityReport, position: Int, _ facts: CollectorFacts, root: String) {
        let status = facts.statuses.first { $0.application == report.application }
        id = report.application
        anchor = Self.anchor(position)
        state = status?.state.rawValue ?? "not collected"
        stateName = CollectorFacts.name(status?.state)
        let count = max(status?.indices ?? 0, report.indices.usage.count)
        indexCount =
            count == 0 && status?.keys.contains(.search) == false
            ? "no indices: without a search key, name them in the configuration"
            : Figure.count(count, "index", "indices")
        lastSuccess = status?.lastSuccess.map(Markup.time)
        capacity = "/capacity?\(PercentEncoding.query([("application", report.application.text)]))"
        explore = "/explore?\(PercentEncoding.query([("application", report.application.text)]))"
        weeks = explore + "&range=7d&compare=week"
        growth =
            "\(PageName.indices.path)?\(PercentEncoding.query([("application", report.application.text)]))&sort=growth"
        let agreed = OverviewLimits.worstFirst(report)
        verdicts = OverviewVerdict(agreed, report.inventory).map { [$0] } ?? []
        hasContract = !agreed.isEmpty
        limits = agreed.enumerated().map {
            LimitView($0.element, of: report, id: "\(position)-\($0.offset)", root: root)
        }
        // A year has the same days as its months.
        tiles = report.limits.filter { $0.term == nil }
            .compactMap { Self.tile($0, until: report.days.upperBound) }
        hasTiles = !tiles.isEmpty
        let top = report.indices.usage.filter { $0.searches != nil || $0.records != nil }.prefix(Self.mostIndices)
        topIndices =
            top.isEmpty
            ? []
            : [
                IndexTable(
                    Array(top), of: report, root: root, label: "Indices of \(report.application)",
                    summary: "Most searched indices")
            ]
        allIndices =
            "\(PageName.indices.path)?\(PercentEncoding.query([("application", report.application.text)]))"
        let newest = report.unusualDays.filter { $0.day >= report.days.upperBound - Self.news }
            .sorted { ($1.day, $0.statistic) < ($0.day, $1.statistic) }
        unusual = newest.prefix(Self.mostUnusual).map { Self.unusual($0, of: report.application) }
        hasUnusual = !unusual.isEmpty
        rows = facts.progress(of: report.application)
        hasRows = !rows.isEmpty
        notes = status.map(CollectorFacts.notes) ?? []
    }

    /// The identifier of an application's heading.
    static func anchor(_ position: Int) -> String { "application-\(position)" }

    /// The newest week of a limit's statistic beside the one before.
    private static func tile(_ limit: LimitReport, until end: Int64) -> Tile? {
        let days = limit.series.days
        func values(_ range: Range<Int64>) -> [Double?] {
            range.map { day in
                let place = Int(day - days.firstDay)
                return days.values.indices.contains(place) ? days.values[place] : nil
            }
        }
        func figure(_ range: Range<Int64>) -> Double? {
            let known = values(range).compactMap(\.self)
            guard let last = known.last else { return nil }
            switch limit.limit.measure {
            case .sum: return known.reduce(0, +)
            case .fourthHighest, .sumOfFourthHighest: return last
            case .highest: return known.max()
            }
        }
        let week = Int64(Self.week)
        guard let newest = figure((end - week)..<end) else { return nil }
        let before = figure((end - 2 * week)..<(end - week))
        let label =
            switch limit.limit {
            case .searchRequestsPerMonth, .searchRequestsPerYear: "Billed searches, last 7 days"
            case .records, .recordsPerYear: "Records"
            case .maxQPS: "Peak queries per second, last 7 days"
            case .recommendRequestsPerMonth: "Recommend requests, last 7 days"
            }
        let change = before.flatMap { $0 > 0 ? "\(Figure.change(newest / $0 - 1)) vs. the previous 7 days" : nil }
        let drawing = Sparkline(
            label: "\(label.prefix { $0 != "," }) in the last \(Self.sparkline) days, newest \(Figure.compact(newest))",
            values: values((end - Int64(Self.sparkline))..<end))
        return Tile(
            label: label, value: Figure.compact(newest), note: change ?? "", drawing: Markup(trusted: drawing.svg))
    }

    private static func unusual(_ day: UnusualDay, of application: ApplicationID) -> Unusual {
        let statistic = StatisticCatalogue.describe(day.statistic)
        let start = day.day * Granularity.daily.seconds
        let query = [
            (name: "application", value: application.text), ("statistic", day.statistic.text),
            ("start", RFC3339.string(start)), ("end", RFC3339.string(start + Granularity.daily.seconds)),
            ("granularity", Granularity.hourly.rawValue),
        ]
        let date = CalendarText.iso(day.day)
        return Unusual(
            day: "<time datetime=\"\(date)\">\(CalendarText.date(day.day))</time>",
            text: "\(statistic.title): \(day.comparison(statistic.unit))",
            link: "\(PageName.explore.path)?\(PercentEncoding.query(query))")
    }
}

/// One limit of a contract, in a drawing and in words.
struct LimitView: ViewModel {
    struct Answer: ViewModel {
        var question: String
        var answer: String
        var className: String

        init(_ answer: CapacityAnswer) {
            question = answer.question
            self.answer = answer.answer
            className = answer.severity.className
        }
    }

    var title: String
    var meter: Markup
    /// The last year and the coming one by billing period.
    var chart: Markup
    /// The statistic by day.
    var link: String
    /// How often and since when a limit of peaks was reached; empty for others.
    var history: String
    var answers: [Answer]

    /// - Parameters:
    ///   - id: the end of the drawings' identifiers, unique within the page.
    ///   - root: the prefix of links within drawings.
    init(_ limit: LimitReport, of report: CapacityReport, id: String, root: String) {
        title = limit.limit.title
        let charts = CapacityCharts(report, explore: root + PageName.explore.path)
        meter = charts.meter(limit).map { Markup(trusted: $0.svg(id: "meter-\(id)")) } ?? .empty
        chart = charts.periods(limit).map { Markup(trusted: $0.figure(id: "periods-\(id)")) } ?? .empty
        let query = [
            (name: "application", value: report.application.text), ("statistic", limit.limit.statistic.text),
            ("range", ExploreParameters.Preset.year.rawValue),
        ]
        link = "\(PageName.explore.path)?\(PercentEncoding.query(query))"
        history = report.peaks(limit) ?? ""
        answers = report.answers.filter { $0.id.hasPrefix("\(limit.limit.rawValue).") }.map(Answer.init)
    }
}
