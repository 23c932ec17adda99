internal import History
internal import Presentation
internal import UsageModel

/// The explorer's answer: a chart, what it amounts to, and its newest values.
struct ExploreResult: ViewModel {
    static let rows = 500

    struct Summary: ViewModel {
        var name: String
        var points: Markup
        var sum: Markup
        var mean: Markup
        var lowest: Markup
        var highest: Markup
        var newest: Markup
        var newestTime: Markup
    }

    /// Differs from the other charts' of a page.
    var anchor: String
    /// The statistics by title and name.
    var heading: Markup
    /// The subject of the chart, for the browser's title.
    var subject: String
    var meanings: [String]
    var chart: Markup
    var isEmpty: Bool
    /// The description of the buckets, and of what is missing.
    var note: String
    var hidden: String
    /// `Summary`, and the chart's title where there are several.
    var summaryLabel: String
    var valuesLabel: String
    var unit: String
    var addsUp: Bool
    var summaries: [Summary]
    var names: [String]
    /// Table rows; thousands of cells, which a template would take long for.
    var values: Markup
    var cut: String
    /// Whether the values are shown by default.
    var isShort: Bool

    /// - Parameters:
    ///   - areSeveral: whether the page has other charts.
    ///   - root: the prefix of links.
    init(_ answer: ExploreAnswer, areSeveral: Bool, root: String) {
        let question = answer.question
        let query = question.query
        let titles = question.statistics.map(\.title)
        anchor = question.number == 1 ? "values" : "values-\(question.number)"
        heading = question.statistics.map { "\($0.title) <code>\($0.name)</code>" as Markup }.joined(", ")
        subject =
            "\(titles.joined(separator: ", ")): \(ExploreChart.title(query, width: question.width))"
        meanings = question.statistics.map { statistic in
            let meaning = statistic.meaning.prefix(1).uppercased() + statistic.meaning.dropFirst()
            return question.statistics.count > 1 ? "\(statistic.title): \(statistic.meaning)." : "\(meaning)."
        }
        let series = answer.series.series
        let whole = answer.series.whole
        let labels = answer.series.names(question) { StatisticCatalogue.describe($0).title }
        let suffix = areSeveral ? " of \(titles.joined(separator: ", "))" : ""
        summaryLabel = "Summary\(suffix)"
        valuesLabel = "Values\(suffix)"
        isEmpty = series.isEmpty
        unit = question.unit == .unknown ? "" : question.unit.rawValue.replacing("_", with: " ")
        addsUp = question.isCount && question.statistics.allSatisfy { query.aggregate(for: $0.name) == .sum }
        let drawing = series.isEmpty ? nil : ExploreChart(question, series, whole: whole, labels, root: root)
        let isCut = zip(series, whole).contains { $0.points.count > $1.points.count }
        note = Self.note(question, coverage: answer.coverage) + (isCut ? " Incomplete buckets are not counted." : "")
        hidden =
            answer.series.count > answer.series.shown
            ? "\(answer.series.shown) of \(answer.series.count) series are shown; the links to the API contain all of them."
            : ""
        chart = drawing?.markup ?? .empty
        names = labels
        summaries = zip(zip(whole, labels), answer.series.newest).map { Self.summary($0.0, $0.1, newest: $1) }
        (values, cut) = Self.table(series, whole: whole) { Self.heading($0, question, root: root) }
        isShort = series.allSatisfy { $0.points.count <= 31 }
    }

    private static func note(_ question: ExploreQuestion, coverage: Double) -> String {
        let query = question.query
        let aggregates = Set(question.statistics.map { query.aggregate(for: $0.name).rawValue }).sorted()
        let stored = query.granularity.rawValue
        let buckets =
            question.step > query.granularity.seconds
            ? "Buckets of \(width(question)): \(Phrase.list(aggregates, conjunction: "or")) of \(stored) values."
            : "\(Phrase.capitalized(stored)) values."
        let fetched = coverage < 1 ? " Coverage: \(Figure.percent(coverage))." : ""
        return "\(buckets)\(fetched) Times are bucket starts in UTC."
    }

    private static func width(_ question: ExploreQuestion) -> String {
        switch CalendarStep(question.query) {
        case .week: "weeks from Monday to Sunday"
        case .month: "calendar months"
        default: DurationText.string(question.step)
        }
    }

    /// - Parameter time: where the newest bucket really began.
    private static func summary(_ series: RangeSeries, _ name: String, newest time: UnixTime?) -> Summary {
        let values = series.points.map(\.value)
        let sum = values.isEmpty ? nil : values.reduce(PointValue.integer(0)) { $0.adding($1) }
        return Summary(
            name: name, points: cell(.integer(Int64(values.count))), sum: cell(sum),
            mean: cell(sum.map { .real($0.double / Double(values.count)) }), lowest: cell(values.min()),
            highest: cell(values.max()), newest: cell(series.points.last?.value),
            newestTime: time.map(Markup.time) ?? .empty)
    }

    /// A bucket's start, which leads to its days or hours where there are any.
    private static func heading(_ time: UnixTime, _ question: ExploreQuestion, root: String) -> Markup {
        let (step, day) = (question.step, Granularity.daily.seconds)
        guard step >= day else { return .time(time) }
        let finer: Granularity = step > day ? .daily : .hourly
        let end = question.query.end(ofBucket: time)
        let kept = question.parameters.filter {
            ["statistic", "application", "index", "key", "aggregate", "top"].contains($0.name)
        }
        let query = PercentEncoding.query(
            kept + [
                ("start", RFC3339.string(time)), ("end", RFC3339.string(end)), ("granularity", finer.rawValue),
            ])
        return "<a href=\"\(root)\(PageName.explore.path)?\(query)\">\(Markup.time(time))</a>"
    }

    /// The newest rows, a column for each series.
    /// - Parameter whole: the series without incomplete buckets.
    private static func table(
        _ series: [RangeSeries], whole: [RangeSeries], heading: (UnixTime) -> Markup
    ) -> (rows: Markup, cut: String) {
        var columns = series.map { $0.points[...] }
        var whole = whole.map { $0.points[...] }
        var rows: [Markup] = []
        while rows.count < Self.rows, let time = columns.compactMap(\.last?.time).max() {
            var cells: [Markup] = []
            var isIncomplete = false
            for position in columns.indices {
                var value: PointValue?
                if let last = columns[position].last, last.time == time {
                    value = last.value
                    columns[position].removeLast()
                    if whole[position].last?.time == time {
                        whole[position].removeLast()
                    } else {
                        isIncomplete = true
                    }
                }
                cells.append(cell(value))
            }
            let mark = isIncomplete ? " (incomplete)" : ""
            rows.append("<tr><th scope=\"row\">\(heading(time))\(mark)</th>\(cells.joined())</tr>")
        }
        let isCut = columns.contains { !$0.isEmpty }
        return (
            rows.joined("\n"),
            isCut ? "The newest \(Self.rows) rows are shown; CSV and JSON contain all of them." : ""
        )
    }

    /// A cell with the value for people, and with every digit for the script that sorts tables.
    private static func cell(_ value: PointValue?) -> Markup {
        let exact: Markup = value.map { " data-value=\"\($0.description)\"" } ?? ""
        return "<td class=\"number\"\(exact)>\(text(value))</td>"
    }

    private static func text(_ value: PointValue?) -> String {
        switch value {
        case nil: Figure.missing
        case .integer(let integer)?: Figure.exact(integer)
        // Every digit is in the CSV and JSON that the page links to.
        case .real(let real)?: Figure.rounded(real)
        }
    }
}
