internal import History
internal import Presentation
internal import UsageModel

/// The chart of an answer: bars where one series counts something by days, lines otherwise.
struct ExploreChart {
    let markup: Markup

    /// - Parameter whole: the series without incomplete buckets: a line would seem to fall. Bars show these as such.
    init(_ question: ExploreQuestion, _ series: [RangeSeries], whole: [RangeSeries], _ names: [String]) {
        let query = question.query
        let step = question.step
        let statistic = question.statistics[0]
        var chart = Chart(
            title: Self.title(query, width: question.width),
            summary: Self.summary(whole, names, statistic), unit: statistic.unit,
            range: Self.shown(query.range, series, step: step), height: 320,
            startsAtZero: question.isCount)
        if series.count == 1, question.isCount, step >= Granularity.daily.seconds {
            let wholeTimes = Set(whole[0].points.map(\.time))
            chart.bars = [
                Chart.Bars(
                    name: names[0],
                    bars: series[0].points.map { point in
                        Chart.Bars.Bar(
                            range: TimeRange(point.time, query.end(ofBucket: point.time)), value: point.value.double,
                            isPartial: !wholeTimes.contains(point.time))
                    })
            ]
        } else {
            chart.lines = zip(whole, names).enumerated().map { position, one in
                Chart.Line(name: one.1, points: Chart.Line.points(one.0.points, step: step), color: position + 1)
            }
        }
        markup = Markup(trusted: chart.figure(id: question.number == 1 ? "chart" : "chart-\(question.number)"))
    }

    /// The part of the statistic that it shows: `products, by hour`.
    static func title(_ query: RangeQuery, width: String) -> String {
        let scope =
            switch query.indices {
            case .application: "Application as a whole"
            case .all: "The largest indices"
            case .names(let indices): indices.map(\.text).joined(separator: ", ")
            }
        let of = query.applications.map { " of \($0.map(\.text).joined(separator: ", "))" } ?? ""
        return "\(scope)\(of), by \(width)"
    }

    /// From the first bucket to the last, which may begin before and end after what was asked.
    private static func shown(_ range: TimeRange, _ series: [RangeSeries], step: Int64) -> TimeRange {
        let first = series.compactMap(\.points.first?.time).min() ?? range.start
        return TimeRange(min(range.start, first), range.end)
    }

    private static func summary(_ series: [RangeSeries], _ names: [String], _ statistic: Statistic) -> String {
        let parts = zip(series, names).map { one, name in
            let values = one.points.map(\.value.double)
            let highest = values.max().map { Figure.text($0, statistic.unit) } ?? Figure.missing
            let newest = values.last.map { Figure.text($0, statistic.unit) } ?? Figure.missing
            return "\(name): highest \(highest), newest \(newest)"
        }
        return parts.joined(separator: "; ") + "."
    }
}
