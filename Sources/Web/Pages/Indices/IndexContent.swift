internal import Capacity
internal import History
internal import Presentation
internal import UsageModel

/// One index in charts of its last days, and its months.
struct IndexContent: ViewModel {
    struct Month: ViewModel {
        var name: String
        /// The month by days.
        var link: String
        var searches: String
        var records: String
    }

    var name: String
    var application: ApplicationID
    var explore: String
    var hasCharts: Bool
    var charts: [Markup]
    var hasMonths: Bool
    var months: [Month]
    /// Whether a sum of ``months`` is a lower bound.
    var lacksDays: Bool

    /// - Parameters:
    ///   - query: the question that `answer` answers: from the first of a month to the last day that is over.
    ///   - fetched: the days that were fetched of ``searches``.
    ///   - root: the prefix of links.
    init(
        _ index: IndexName, of application: ApplicationID, _ query: RangeQuery, _ answer: RangeAnswer,
        fetched: FetchedRanges, root: String
    ) {
        name = index.text
        self.application = application
        let scope = [(name: "application", value: application.text), ("index", index.text)]
        explore = Self.explore(scope)
        let found = IndexPage.statistics.compactMap { name in answer.series.first { $0.key.statistic == name } }
        charts = found.enumerated().compactMap { number, series in
            Self.chart(
                series, id: "chart-\(number + 1)",
                address: root + Self.explore(scope + [("statistic", series.key.statistic.text)]))
        }
        hasCharts = !charts.isEmpty
        months = Self.months(found, scope, query, fetched)
        hasMonths = !months.isEmpty
        lacksDays = months.contains { $0.searches.hasPrefix(Self.atLeast) }
    }

    private static func explore(_ parameters: [(name: String, value: String)]) -> String {
        "\(PageName.explore.path)?\(PercentEncoding.query(parameters))"
    }

    /// Nil where nothing was reported in the days of the chart.
    private static func chart(_ series: RangeSeries, id: String, address: String) -> Markup? {
        let day = Granularity.daily.seconds
        guard let newest = series.points.last?.time else { return nil }
        let range = TimeRange(newest + day - IndexPage.charted * day, newest + day)
        let points = series.points.filter { $0.time >= range.start }
        let statistic = StatisticCatalogue.describe(series.key.statistic)
        let highest = points.map(\.value.double).max() ?? 0
        let newestValue = points.last?.value.double ?? 0
        var chart = Chart(
            title: "\(statistic.title), by day",
            summary:
                "Highest \(Figure.text(highest, statistic.unit)), newest \(Figure.text(newestValue, statistic.unit)).",
            unit: statistic.unit, range: range, height: 220, startsAtZero: statistic.kind == .count, step: day,
            addsUp: statistic.kind == .count,
            zoom: Chart.Zoom(address: address, finest: ExploreChart.finest(statistic)))
        if statistic.kind == .count {
            chart.bars = [
                Chart.Bars(
                    name: statistic.title,
                    bars: points.map {
                        Chart.Bars.Bar(range: TimeRange($0.time, $0.time + day), value: $0.value.double)
                    })
            ]
        } else {
            chart.lines = [
                Chart.Line(
                    name: statistic.title, points: Chart.Line.points(points, step: day))
            ]
        }
        return Markup(trusted: chart.fitted().figure(id: id))
    }

    /// The statistic of the months' searches.
    static let searches: StatisticName = "billed_search_requests"
    private static let atLeast = "≥ "

    /// The calendar months of the searches and records, newest first. A sum that lacks days is marked.
    private static func months(
        _ series: [RangeSeries], _ scope: [(name: String, value: String)], _ query: RangeQuery,
        _ fetched: FetchedRanges
    ) -> [Month] {
        let day = Granularity.daily.seconds
        let today = query.range.end / day
        func isWhole(_ month: Range<Int64>, _ key: SeriesKey) -> Bool {
            let days = TimeRange(month.lowerBound * day, min(month.upperBound, today) * day)
            return fetched.contains(days, of: key)
        }
        func values(_ name: StatisticName) -> [Range<Int64>: [Double]] {
            let points = series.first { $0.key.statistic == name }?.points ?? []
            return Dictionary(grouping: points) { BillingPeriod().containing($0.time / day) }
                .mapValues { $0.map(\.value.double) }
        }
        let (searches, records) = (values(Self.searches), values("records"))
        let searchKey = series.first { $0.key.statistic == Self.searches }?.key
        return Set(searches.keys).union(records.keys).sorted { $0.lowerBound > $1.lowerBound }.map { month in
            let times = [("start", month.lowerBound), ("end", month.upperBound)].map { name, number in
                (name: name, value: RFC3339.string(number * day))
            }
            return Month(
                name: Phrase.month(month) + (month.contains(today) ? ", so far" : ""),
                link: explore(scope + times + [("granularity", "daily")]),
                searches: searches[month].map { values in
                    let isSum = searchKey.map { isWhole(month, $0) } ?? true
                    return (isSum ? "" : atLeast) + Figure.exact(values.reduce(0, +).rounded())
                } ?? Figure.missing,
                records: records[month]?.last.map(Figure.compact) ?? Figure.missing)
        }
    }
}
