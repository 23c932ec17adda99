internal import History
internal import Presentation
internal import UsageModel

/// The explorer's answer: a chart, what it amounts to, and its newest values.
struct ExploreResult: ViewModel {
    /// The most series that are compared with an earlier range.
    static let compared = 4
    static let rows = 500

    struct Summary: ViewModel {
        var name: String
        var points: String
        var sum: String
        var mean: String
        var lowest: String
        var highest: String
        var newest: String
        var newestTime: Markup
    }

    var statistic: StatisticName
    var title: String
    /// The subject of the chart, for the browser's title.
    var subject: String
    var meaning: String
    var chart: Markup
    var isEmpty: Bool
    /// The description of the buckets, and of what is missing.
    var note: String
    var hidden: String
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
    ///   - before: the answer that it is compared with.
    ///   - root: the prefix of links.
    init(
        _ question: ExploreQuestion, _ answer: RangeAnswer, _ before: RangeAnswer?, now: UnixTime, root: String
    ) {
        let statistic = question.statistic
        self.statistic = statistic.name
        title = statistic.title
        let query = question.query
        subject = "\(statistic.title): \(ExploreChart.title(query, step: question.step))"
        let shown =
            before == nil ? ExploreChart.largest(answer.series) : Array(answer.series.prefix(Self.compared))
        let earlier = Self.moved(before, of: shown.map(\.key), question.comparison)
        let series = shown + earlier
        let labels =
            Self.names(shown.map(\.key))
            + Self.names(earlier.map(\.key), among: shown.map(\.key)).map { "\($0), \(question.comparison.words)" }
        let whole = series.map { one in
            var one = one
            one.points.removeAll { !question.isWhole($0, now: now) }
            return one
        }
        meaning = statistic.meaning.prefix(1).uppercased() + statistic.meaning.dropFirst()
        isEmpty = series.isEmpty
        unit = statistic.unit == .unknown ? "" : statistic.unit.rawValue.replacing("_", with: " ")
        addsUp = statistic.kind == .count && query.aggregate(for: statistic.name) == .sum
        let drawing = series.isEmpty ? nil : ExploreChart(question, series, whole: whole, labels, root: root)
        let isCut = zip(series, whole).contains { $0.points.count > $1.points.count }
        note =
            Self.note(query, statistic, step: question.step, coverage: answer.coverage)
            + (isCut ? " Incomplete buckets are not counted." : "")
        hidden =
            answer.series.count > shown.count
            ? "\(shown.count) of \(answer.series.count) series are shown; the links contain all of them." : ""
        chart = drawing?.markup ?? .empty
        names = labels
        let shifts = shown.map { _ in 0 as Int64 } + earlier.map { _ in question.comparison.seconds ?? 0 }
        summaries = zip(zip(whole, labels), shifts).map { Self.summary($0.0, $0.1, shift: $1) }
        (values, cut) = Self.table(series, heading: { Self.heading($0, question, root: root) }) {
            question.isWhole($0, now: now)
        }
        isShort = series.allSatisfy { $0.points.count <= 31 }
    }

    private static func note(_ query: RangeQuery, _ statistic: Statistic, step: Int64, coverage: Double) -> String {
        let aggregate = query.aggregate(for: statistic.name).rawValue
        let buckets =
            step > query.granularity.seconds
            ? "Buckets of \(DurationText.string(step)): \(aggregate) of \(query.granularity.rawValue) values."
            : "\(query.granularity.rawValue.prefix(1).uppercased())\(query.granularity.rawValue.dropFirst()) values."
        let fetched = coverage < 1 ? " Coverage: \(Figure.percent(coverage))." : ""
        return "\(buckets)\(fetched) Times are bucket starts in UTC."
    }

    /// The series of `keys` in an earlier answer, at the times that they are compared with.
    private static func moved(
        _ before: RangeAnswer?, of keys: [SeriesKey], _ comparison: ExploreParameters.Comparison
    ) -> [RangeSeries] {
        guard let before, let shift = comparison.seconds else { return [] }
        return keys.compactMap { key in before.series.first { $0.key == key } }.map { series in
            var series = series
            for position in series.points.indices { series.points[position].time += shift }
            return series
        }
    }

    /// The attributes that tell the series apart.
    /// - Parameter all: the keys to tell them from; `keys` themselves by default.
    static func names(_ keys: [SeriesKey], among all: [SeriesKey]? = nil) -> [String] {
        func differs(_ part: (SeriesKey) -> some Hashable) -> Bool { Set((all ?? keys).map(part)).count > 1 }
        let parts: [(Bool, (SeriesKey) -> String)] = [
            (differs(\.application), \.application.text), (differs(\.index), \.index.text),
            (differs(\.key), \.key.text),
        ]
        return keys.map { key in
            let name = parts.filter(\.0).map { $0.1(key) }.filter { !$0.isEmpty }.joined(separator: " / ")
            return name.isEmpty ? key.statistic.text : name
        }
    }

    /// - Parameter shift: how much later than they were the points stand.
    private static func summary(_ series: RangeSeries, _ name: String, shift: Int64) -> Summary {
        let values = series.points.map(\.value)
        let sum = values.isEmpty ? nil : values.reduce(PointValue.integer(0)) { $0.adding($1) }
        let mean = sum.map { $0.double / Double(values.count) }
        let newest = series.points.last
        return Summary(
            name: name, points: Figure.exact(values.count), sum: text(sum),
            mean: mean.map(Figure.rounded) ?? Figure.missing, lowest: text(values.min()),
            highest: text(values.max()), newest: text(newest?.value),
            newestTime: newest.map { .time($0.time - shift) } ?? .empty)
    }

    /// A bucket's start, which leads to its days or hours where there are any.
    private static func heading(_ time: UnixTime, _ question: ExploreQuestion, root: String) -> Markup {
        let (step, day) = (question.step, Granularity.daily.seconds)
        guard step >= day else { return .time(time) }
        let finer: Granularity = step > day ? .daily : .hourly
        let kept = question.parameters.filter {
            ["statistic", "application", "index", "key", "aggregate", "top"].contains($0.name)
        }
        let query = PercentEncoding.query(
            kept + [
                ("start", RFC3339.string(time)), ("end", RFC3339.string(time + step)), ("granularity", finer.rawValue),
            ])
        return "<a href=\"\(root)\(PageName.explore.path)?\(query)\">\(Markup.time(time))</a>"
    }

    /// The newest rows, a column for each series.
    private static func table(
        _ series: [RangeSeries], heading: (UnixTime) -> Markup, isWhole: (Point) -> Bool
    ) -> (rows: Markup, cut: String) {
        var columns = series.map { $0.points[...] }
        var rows: [Markup] = []
        while rows.count < Self.rows, let time = columns.compactMap(\.last?.time).max() {
            var cells: Markup = ""
            var isIncomplete = false
            for position in columns.indices {
                var value: PointValue?
                if let last = columns[position].last, last.time == time {
                    value = last.value
                    isIncomplete = !isWhole(last)
                    columns[position].removeLast()
                }
                cells = cells + "<td class=\"number\">\(text(value))</td>"
            }
            let mark = isIncomplete ? " (incomplete)" : ""
            rows.append("<tr><th scope=\"row\">\(heading(time))\(mark)</th>\(cells)</tr>")
        }
        let isCut = columns.contains { !$0.isEmpty }
        return (
            rows.joined("\n"),
            isCut ? "The newest \(Self.rows) rows are shown; CSV and JSON contain all of them." : ""
        )
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
