public import Capacity
internal import Forecast
public import Presentation
internal import UsageModel

/// The drawings of a report: the same in its forms and on pages.
///
/// A chart is nil where there is nothing to draw.
public struct CapacityCharts: Sendable {
    private let report: CapacityReport
    /// The page that shows any statistic at any times.
    private let explore: String?

    /// Days of the past that charts of days show.
    private static let past: Int64 = 365
    /// Future days in charts by day; more could not be distinguished.
    private static let future: Int64 = 90
    /// The billing periods ahead that are drawn.
    private static let periodsAhead = 12

    /// - Parameter explore: the path of the page that shows any statistic; nil in a file, whose charts lead nowhere.
    public init(_ report: CapacityReport, explore: String? = nil) {
        self.report = report
        self.explore = explore
    }

    /// A closer look at a statistic; nil in a file.
    private func zoom(_ statistic: StatisticName) -> Chart.Zoom? {
        explore.map { path in
            let query = [(name: "application", value: report.application.text), ("statistic", statistic.text)]
            let isMinutely = StatisticCatalogue.describe(statistic).api == .monitoring
            return Chart.Zoom(
                address: "\(path)?\(PercentEncoding.query(query))", finest: isMinutely ? .minutely : .hourly)
        }
    }

    /// The address of a closer look at some days of a statistic; nil in a file.
    func view(_ statistic: StatisticName, _ days: Range<Int64>) -> String? {
        zoom(statistic)?.link(Self.time(days))
    }

    /// A limit's billing periods of the last year and the coming one, against what was agreed: those of an annual
    /// commitment against its twelfth, without what is to come.
    public func periods(_ limit: LimitReport) -> Chart? {
        let measured = limit.periods.compactMap { period in
            period.value.map { value in
                Chart.Bars.Bar(
                    range: Self.time(period.days), value: value,
                    standing: period.isRunning ? .running : period.coverage < 1 ? .partial : .whole)
            }
        }
        guard let first = measured.first, let last = measured.last else { return nil }
        let running =
            limit.term == nil && limit.month.upperBound > report.days.upperBound
            ? limit.projection.map { [(days: limit.month, projection: $0)] } ?? [] : []
        let ahead = (running + limit.comingMonths.prefix(Self.periodsAhead)).map { month in
            let bounds = month.projection.bounds
            return Chart.Bars.Bar(
                range: Self.time(month.days), value: month.projection.mean, standing: .forecast,
                interval: bounds.lower80 < bounds.upper80 ? bounds.lower80...bounds.upper80 : nil)
        }
        let goal = limit.agreed.map { agreed in
            limit.term == nil
                ? Chart.Limit(name: "Limit", value: agreed)
                : Chart.Limit(name: "A twelfth of the commitment", value: agreed / 12)
        }
        let subject = Phrase.capitalized(
            limit.limit.measure == .highest ? "peak \(limit.limit.subject)" : limit.limit.subject)
        let isCalendar = limit.billing.startDay == 1
        var summary = "\(Figure.count(measured.count, "period"))."
        if let highest = measured.max(by: { $0.value < $1.value }) {
            summary += " Highest: \(CalendarText.period(highest.range)) with \(Figure.compact(highest.value))."
        }
        if let final = ahead.last {
            summary += " Projected for \(CalendarText.period(final.range)): \(Figure.compact(final.value))"
            summary +=
                final.interval.map { interval in
                    " (80% interval: \(Figure.compact(interval.lowerBound)) to \(Figure.compact(interval.upperBound)))."
                } ?? "."
        }
        if let goal { summary += " \(goal.name): \(Figure.compact(goal.value))." }
        var bars = [Chart.Bars(name: "Used", bars: measured)]
        if !ahead.isEmpty { bars.append(Chart.Bars(name: "Projected", bars: ahead, color: 2)) }
        return Chart(
            title: "\(subject) by \(isCalendar ? "month" : "billing period")", summary: summary,
            unit: limit.series.unit,
            range: TimeRange(first.range.start, ahead.last?.range.end ?? last.range.end), height: 220,
            boundary: ahead.isEmpty ? nil : boundary, bars: bars, limits: goal.map { [$0] } ?? [],
            addsUp: limit.limit.measure == .sum, zoom: zoom(limit.limit.statistic))
    }

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
        var known: [Chart.Line.Point] = []
        for day in period where day < report.days.upperBound {
            let value = limit.series.days.value(of: day)
            sum += value ?? 0
            known.append(Chart.Line.Point(time: Self.time(day), value: value == nil ? nil : sum))
        }
        var ahead = limit.path.filter { period.contains($0.day) }
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
            limits: Self.limits(limit.agreed), step: Granularity.daily.seconds, zoom: zoom(limit.limit.statistic))
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
            unit: .milliseconds, range: pastTime, lines: lines, step: Granularity.daily.seconds,
            zoom: zoom("99p_processing_time")
        ).fitted()
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
            limits: [Chart.Limit(name: "Saturated", value: 100)], step: Granularity.daily.seconds,
            zoom: zoom("total_used_search_capacity")
        ).fitted()
    }

    /// One resource of all servers that are not gone, those that use most first.
    public func servers(_ resource: ServerTrend.Resource) -> Chart? {
        let shown = report.current(resource).sorted { ($1.recent, $0.server) < ($0.recent, $1.server) }
        let lines = shown.enumerated().compactMap { number, server in
            line(server.server.text, server.trend.days, color: number + 1)
        }
        guard let highest = shown.max(by: { $0.recent < $1.recent }), !lines.isEmpty else { return nil }
        return Chart(
            title: "\(resource.title), by day",
            summary:
                "\(Figure.count(shown.count, "server")). Highest in the last 7 days: \(highest.server) with "
                + "\(Figure.text(highest.recent, resource.unit)).",
            unit: resource.unit, range: knownTime(shown.map(\.trend.days)), height: 200, lines: lines,
            limits: resource == .ssd ? [Chart.Limit(name: "Memory full", value: 100)] : [],
            step: Granularity.daily.seconds, zoom: resource.statistics.first.flatMap(zoom)
        ).fitted()
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
            lines: lines, limits: Self.limits(agreed), step: Granularity.daily.seconds, zoom: zoom(series.key.statistic)
        ).fitted()
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
