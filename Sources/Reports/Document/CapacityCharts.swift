public import Capacity
internal import Forecast
public import Presentation
internal import UsageModel

/// The drawings of a report: the same in its forms and on pages.
///
/// A chart is nil where there is nothing to draw.
public struct CapacityCharts: Sendable {
    private let report: CapacityReport

    /// Days of the past that charts of days show.
    private static let past: Int64 = 365
    /// Future days in charts by day; more could not be distinguished.
    private static let future: Int64 = 90
    /// The most lines in one chart that can be distinguished.
    private static let mostLines = 8

    public init(_ report: CapacityReport) { self.report = report }

    /// Days of a limit's statistic with its forecast, intervals and what was agreed: for records and QPS.
    public func limit(_ limit: LimitReport) -> Chart? {
        // Records move slowly: a year of them can be seen, and from zero it could not.
        let isSlow = limit.limit.measure == .fourthHighest
        var chart = days(
            of: limit.series, title: "\(limit.limit.statisticTitle), by day",
            future: isSlow ? Int64(Forecast.longest) : Self.future,
            // A monthly limit does not apply to a day.
            agreed: limit.limit.measure == .sum ? nil : limit.agreed)
        chart?.startsAtZero = !isSlow
        return chart
    }

    /// Billed search requests of each day, and of the next 90.
    public var searches: Chart? {
        guard let limit = report.limits.first(where: { $0.limit == .searchRequestsPerMonth }) else { return nil }
        return days(of: limit.series, title: "Billed search requests, by day", future: Self.future, agreed: nil)
    }

    /// Billed search requests of each month against what was agreed; months that are not whole are marked.
    public var months: Chart? {
        let bars = report.months.compactMap { month in
            month.value.map { value in
                Chart.Bars.Bar(
                    range: Self.time(month.days), value: value, isPartial: month.coverage < 1 || month.isRunning)
            }
        }
        guard let first = bars.first, let last = bars.last else { return nil }
        let highest = report.months.filter { $0.value != nil }.max { ($0.value ?? 0) < ($1.value ?? 0) }
        let agreed = report.limits.first { $0.limit == .searchRequestsPerMonth }?.agreed
        var summary = "\(Figure.count(bars.count, "month"))."
        if let highest, let value = highest.value {
            summary += " Highest: \(Phrase.month(highest.days)) with \(Figure.compact(value))."
        }
        if let agreed { summary += " Limit: \(Figure.compact(agreed))." }
        return Chart(
            title: "Billed search requests, by month", summary: summary, unit: .requests,
            range: TimeRange(first.range.start, last.range.end),
            bars: [Chart.Bars(name: "Billed search requests", bars: bars)], limits: Self.limits(agreed))
    }

    /// The running month's searches, added up, and their projection.
    public var runningMonth: Chart? {
        report.limits.first { $0.limit == .searchRequestsPerMonth }.flatMap(cumulative)
    }

    /// The searches of the running term of a commitment, added up, and their projection.
    var runningTerm: Chart? { report.limits.first { $0.limit == .searchRequestsPerYear }.flatMap(cumulative) }

    /// The searches of a limit's running month or term, added up, and their projection.
    private func cumulative(_ limit: LimitReport) -> Chart? {
        let period = limit.period
        guard let used = limit.used, period.upperBound > report.days.upperBound, !report.days.isEmpty
        else { return nil }
        var sum = 0.0
        var known = [Chart.Line.Point(time: Self.time(period.lowerBound), value: 0)]
        for day in period where day < report.days.upperBound {
            let value = limit.series.days.value(of: day)
            sum += value ?? 0
            // The sum is that of the day's end.
            known.append(Chart.Line.Point(time: Self.time(day + 1), value: value == nil ? nil : sum))
        }
        // A total is that of the day's end.
        var ahead = limit.path.filter { period.contains($0.day) }.map { point in
            ForecastPoint(day: point.day + 1, Outlook(mean: point.mean, bounds: point.bounds))
        }
        // Where days were not fetched, what is expected begins above what is known.
        if let first = ahead.first, case .success(let forecast) = limit.series.forecast {
            let base = limit.usedCoverage < 1 ? first.mean - (forecast.points.first?.mean ?? 0) : used
            ahead.insert(ForecastPoint(day: first.day - 1, Outlook(certain: base)), at: 0)
        }
        var lines = [Chart.Line(name: "Used", points: known)]
        if !ahead.isEmpty { lines.append(Self.expected(ahead)) }
        let over = Int(report.days.upperBound - period.lowerBound)
        var summary = "\(Figure.compact(used)) after \(Figure.count(over, "day"))."
        if let projection = limit.projection {
            summary += " Projected at \(limit.term == nil ? "period" : "term") end: \(Figure.compact(projection.mean))"
            summary += Phrase.interval(projection.bounds).map { " (80% interval: \($0))." } ?? "."
        }
        if let agreed = limit.agreed { summary += " Limit: \(Figure.compact(agreed))." }
        return Chart(
            title: "Billed search requests in \(limit.term?.words ?? Phrase.month(period)), cumulative",
            summary: summary,
            unit: .requests,
            range: Self.time(period), boundary: boundary, bands: Self.bands(ahead), lines: lines,
            limits: Self.limits(limit.agreed))
    }

    /// The 99th percentile and the mean of processing time, by day.
    public var latency: Chart? {
        let series = [("99th percentile", report.latency.percentile99), ("Mean", report.latency.average)]
        let lines = series.enumerated().compactMap { number, line in
            line.1.flatMap { self.line(line.0, $0, color: number + 1) }
        }
        guard !lines.isEmpty else { return nil }
        let newest = report.latency.months.last { $0.percentile99 != nil }
        return Chart(
            title: "Processing time of searches, by day",
            summary: newest.map { month in
                "In \(Phrase.month(month.month.days)) the median daily 99th percentile was "
                    + "\(Figure.text(month.percentile99 ?? 0, .milliseconds))."
            } ?? "Daily processing time.",
            unit: .milliseconds, range: pastTime, lines: lines)
    }

    /// The highest share of search capacity in use, by day.
    public var searchCapacity: Chart? {
        let series = [("Peak", report.searchCapacity.peaks), ("Mean", report.searchCapacity.means)]
        let lines = series.enumerated().compactMap { number, line in
            line.1.flatMap { self.line(line.0, $0, color: number + 1) }
        }
        guard !lines.isEmpty else { return nil }
        return Chart(
            title: "Used search capacity, by day",
            summary: report.searchCapacity.highest.map { highest in
                "Highest peak: \(Figure.percent(highest.value / 100)) on \(CalendarText.date(highest.day))."
            } ?? "The share of search capacity in use.",
            unit: .percent, range: pastTime, lines: lines,
            limits: [Chart.Limit(name: "Saturated", value: 100)])
    }

    /// One resource of all servers that are not gone; of more than eight those that use most.
    public func servers(_ resource: ServerTrend.Resource) -> Chart? {
        let all = report.current(resource)
        let kept = Set(
            all.sorted { ($1.recent, $0.server) < ($0.recent, $1.server) }.prefix(Self.mostLines).map(\.server))
        let shown = all.filter { kept.contains($0.server) }
        let lines = shown.enumerated().compactMap { number, server in
            line(server.server.text, server.trend.days, color: number + 1)
        }
        guard let highest = shown.max(by: { $0.recent < $1.recent }), !lines.isEmpty else { return nil }
        let more = all.count > shown.count ? ", top \(shown.count) servers" : ""
        return Chart(
            title: "\(resource.title)\(more), by day",
            summary:
                "\(Figure.count(shown.count, "server")). Highest in the last 7 days: \(highest.server) with "
                + "\(Figure.text(highest.recent, resource.unit)).",
            unit: resource.unit, range: knownTime(shown.map(\.trend.days)), height: 200, lines: lines,
            limits: resource == .ssd ? [Chart.Limit(name: "Memory full", value: 100)] : [])
    }

    /// Searches of an index by week.
    public func sparkline(_ index: IndexUsage) -> Sparkline {
        let known = index.weekly.compactMap(\.self)
        let label =
            known.isEmpty
            ? "Searches by week"
            : "Searches by week: \(Figure.compact(known.min() ?? 0)) to \(Figure.compact(known.max() ?? 0)), "
                + "last \(Figure.compact(known.last ?? 0))"
        return Sparkline(label: label, values: index.weekly)
    }

    /// The used share of a limit; nil where nothing was agreed or nothing is known.
    public func meter(_ limit: LimitReport) -> Meter? {
        guard let used = limit.utilization, let agreed = limit.agreed else { return nil }
        let bounds = limit.projection?.bounds
        return Meter(
            label: "\(limit.limit.title), share of the contract limit", used: used,
            projected: limit.projectedUtilization,
            interval: bounds.flatMap { bounds in
                bounds.lower80 < bounds.upper80 ? bounds.lower80 / agreed...bounds.upper80 / agreed : nil
            })
    }

    /// The application's days, as far as they were fetched.
    public var coverage: CoverageCalendar {
        var states = [CoverageCalendar.State](repeating: .complete, count: report.days.count)
        for run in report.quality.missing {
            for day in run.clamped(to: report.days) { states[Int(day - report.days.lowerBound)] = .missing }
        }
        return CoverageCalendar(firstDay: report.days.lowerBound, days: states)
    }
}

extension CapacityCharts {
    private func days(of series: ForecastedSeries, title: String, future: Int64, agreed: Double?) -> Chart? {
        guard let line = line("Reported", series.days, color: 1) else { return nil }
        let points = ((try? series.forecast.get())?.points ?? []).prefix(Int(future)).map(\.self)
        let end = points.last.map { $0.day + 1 } ?? report.days.upperBound
        var lines = [line]
        var bands: [Chart.Band] = []
        var summary =
            series.days.newest.map { newest in
                "\(Figure.text(newest.value, series.unit)) on \(CalendarText.date(newest.day))."
            } ?? ""
        if let last = points.last {
            lines.append(Self.expected(points))
            bands = Self.bands(points)
            summary += " Projected for \(CalendarText.date(last.day)): \(Figure.compact(last.mean))"
            summary += Phrase.interval(last.bounds).map { " (80% interval: \($0))." } ?? "."
        }
        if let agreed { summary += " Limit: \(Figure.compact(agreed))." }
        return Chart(
            title: title, summary: summary, unit: series.unit,
            range: TimeRange(pastTime.start, Self.time(end)), boundary: points.isEmpty ? nil : boundary, bands: bands,
            lines: lines, limits: Self.limits(agreed))
    }

    private static func expected(_ points: [ForecastPoint]) -> Chart.Line {
        Chart.Line(
            name: "Projected", points: points.map { .init(time: time($0.day), value: $0.mean) }, style: .forecast)
    }

    private static func bands(_ points: [ForecastPoint]) -> [Chart.Band] {
        guard !points.isEmpty else { return [] }
        return [
            Chart.Band(
                name: "80% interval",
                points: points.map {
                    .init(time: time($0.day), lower: $0.bounds.lower80, upper: $0.bounds.upper80)
                }, level: .eighty),
            Chart.Band(
                name: "95% interval",
                points: points.map {
                    .init(time: time($0.day), lower: $0.bounds.lower95, upper: $0.bounds.upper95)
                }, level: .ninetyFive),
        ]
    }

    /// The newest year of a series; nil when nothing of it was reported.
    private func line(_ name: String, _ series: DailySeries, color: Int) -> Chart.Line? {
        let first = max(series.firstDay, report.days.upperBound - Self.past)
        guard first < series.endDay else { return nil }
        let points = (first..<series.endDay).map { day in
            Chart.Line.Point(time: Self.time(day), value: series.value(of: day))
        }
        guard points.contains(where: { $0.value != nil }) else { return nil }
        return Chart.Line(name: name, points: points, color: color)
    }

    private var pastTime: TimeRange {
        let first = max(report.days.lowerBound, report.days.upperBound - Self.past)
        return TimeRange(Self.time(first), Self.time(max(report.days.upperBound, first + 1)))
    }

    /// From the first day that any of `series` was reported on, at least four weeks: servers are often known
    /// for a short time only.
    private func knownTime(_ series: [DailySeries]) -> TimeRange {
        let first = series.map(\.firstDay).min() ?? report.days.lowerBound
        let start = max(Self.time(first), pastTime.start)
        return TimeRange(min(start, pastTime.end - 28 * Granularity.daily.seconds), pastTime.end)
    }

    private var boundary: Chart.Boundary {
        Chart.Boundary(
            time: Self.time(report.days.upperBound), label: CalendarText.dayMonth(report.days.upperBound - 1))
    }

    fileprivate static func limits(_ agreed: Double?) -> [Chart.Limit] {
        agreed.map { [Chart.Limit(name: "Limit", value: $0)] } ?? []
    }

    fileprivate static func time(_ day: Int64) -> UnixTime { day * Granularity.daily.seconds }

    fileprivate static func time(_ days: Range<Int64>) -> TimeRange {
        TimeRange(time(days.lowerBound), time(days.upperBound))
    }
}
