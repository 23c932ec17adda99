internal import History
internal import Presentation
internal import UsageModel

/// The chart of an answer: bars where one series counts something by days, lines otherwise.
struct ExploreChart {
    let markup: Markup

    /// - Parameters:
    ///   - whole: the series without incomplete buckets, which are drawn as such and count nowhere else.
    ///   - root: the prefix of links.
    init(
        _ question: ExploreQuestion, _ series: [RangeSeries], whole: [RangeSeries], _ names: [String], root: String
    ) {
        let query = question.query
        let step = question.step
        let statistic = question.statistics[0]
        let addsUp = question.isCount && question.statistics.allSatisfy { query.aggregate(for: $0.name) == .sum }
        var chart = Chart(
            title: Self.title(query, width: question.width),
            summary: Self.summary(whole, names, statistic), unit: statistic.unit,
            range: Self.shown(query, series), height: 320,
            startsAtZero: question.isCount, step: step, addsUp: addsUp,
            zoom: Chart.Zoom(address: Self.address(question, root: root), finest: Self.finest(statistic)))
        chart.isMonthly = query.isMonthly
        let standings = whole.map { one in
            let times = Set(one.points.map(\.time))
            return { (point: Point) -> Chart.Standing in
                if times.contains(point.time) { return .whole }
                return query.end(ofBucket: point.time) > query.range.end ? .running : .partial
            }
        }
        if series.count == 1, question.isCount, step >= Granularity.daily.seconds {
            chart.bars = [
                Chart.Bars(
                    name: names[0],
                    bars: series[0].points.map { point in
                        Chart.Bars.Bar(
                            range: TimeRange(point.time, query.end(ofBucket: point.time)), value: point.value.double,
                            standing: standings[0](point))
                    })
            ]
        } else {
            chart.lines = zip(zip(series, standings), names).enumerated().map { position, one in
                Chart.Line(
                    name: one.1, points: Chart.Line.points(one.0.0.points, step: step, standing: one.0.1),
                    color: position + 1)
            }
        }
        let id = question.number == 1 ? "chart" : "chart-\(question.number)"
        markup = Markup(trusted: chart.fitted().figure(id: id))
    }

    /// The same selection at other times, which the chart adds.
    static func address(_ question: ExploreQuestion, root: String) -> String {
        let kept = question.parameters.filter { !["start", "end", "granularity", "step"].contains($0.name) }
        return "\(root)\(PageName.explore.path)?\(PercentEncoding.query(kept))"
    }

    /// The finest buckets of a statistic: only servers are measured by minutes.
    static func finest(_ statistic: Statistic) -> Granularity { statistic.api == .monitoring ? .minutely : .hourly }

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
    private static func shown(_ query: RangeQuery, _ series: [RangeSeries]) -> TimeRange {
        let range = query.range
        // A stored bucket that began before the range is not in the answer.
        let isCombined = query.step ?? 0 > query.granularity.seconds
        let next = query.granularity.ceiling(range.start)
        let start = isCombined || next >= range.end ? range.start : next
        let first = series.compactMap(\.points.first?.time).min() ?? start
        // The one that is running is drawn in its middle, which may be still to come; a bucket can be as long as all time.
        let last = series.compactMap(\.points.last?.time).max().map { query.end(ofBucket: $0) } ?? range.end
        let isNear = last > range.end && last / 2 - range.end / 2 <= range.seconds / 2
        return TimeRange(min(start, first), isNear ? last : range.end)
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
