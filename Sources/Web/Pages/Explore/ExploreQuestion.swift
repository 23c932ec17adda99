internal import Capacity
internal import History
internal import UsageModel

/// A question to the explorer, in the parameters of the API: every default is decided, and the same question may be
/// put to `/api/v1/range`.
struct ExploreQuestion: Sendable {
    /// Points of one series that a chart has room for.
    static let mostPoints: Int64 = 1500
    /// Points of one answer: what a page reads and draws in a moment.
    static let limit = 200_000
    /// How much more of a range must have been fetched in coarser buckets to be shown instead of finer ones.
    private static let noticeable = 0.01

    /// Statistics of one unit, which share a chart.
    let statistics: [Statistic]
    /// The place of the chart on the page, from 1.
    let number: Int
    /// The parameters of `/api/v1/range`.
    var parameters: [(name: String, value: String)]
    var query: RangeQuery
    /// The earlier range that it is compared with.
    var comparison: ExploreParameters.Comparison

    /// The questions that `given` asks, one for each unit.
    /// - Throws: ``Problem`` that names the parameter at fault.
    static func all(_ given: QueryParameters, _ exporter: Exporter, now: UnixTime) async throws -> [ExploreQuestion] {
        let names = try given.lists("statistic") ?? [ExploreParameters.defaultStatistic]
        guard names.count <= ExploreParameters.mostStatistics else {
            throw Problem.parameter(
                "statistic", "\(names.count) statistics are too many for one page",
                accepted: "at most \(ExploreParameters.mostStatistics) names")
        }
        var groups: [[Statistic]] = []
        for name in names {
            let statistic = try await exporter.history.describe(name)
            let shared = groups.firstIndex { $0[0].unit == statistic.unit && statistic.unit != .unknown }
            if let shared { groups[shared].append(statistic) } else { groups.append([statistic]) }
        }
        var questions: [ExploreQuestion] = []
        for (position, group) in groups.enumerated() {
            questions.append(try await ExploreQuestion(group, number: position + 1, given, exporter, now: now))
        }
        return questions
    }

    private init(
        _ statistics: [Statistic], number: Int, _ given: QueryParameters, _ exporter: Exporter, now: UnixTime
    ) async throws {
        self.statistics = statistics
        self.number = number
        comparison = try given.option("compare", of: ExploreParameters.Comparison.allCases, default: .none)
        var values = ["statistic": [statistics.map(\.name.text).joined(separator: ",")]]
        for parameter in ["application", "index", "key", "aggregate", "top", "step"] {
            values[parameter] = given.all(parameter)
        }
        // Names first: the other parameters depend on them.
        var filter = try await SeriesFilter(QueryParameters(values), exporter)
        let indices = filter.indices ?? .application
        filter.indices = indices
        if filter.indices == .all, given["top"] == nil { values["top"] = [String(ExploreParameters.defaultTop)] }

        let keys: [ServerName]? = try given.names("key")
        let series = try await exporter.history.seriesCount(
            statistics: statistics.map(\.name), applications: filter.applications, indices: indices, keys: keys)
        let (start, end) = try await Self.times(given, statistics, filter, exporter, now: now)
        values["start"] = [start]
        values["end"] = [end]
        let range = try QueryParameters(values).range(now: now, length: 0)
        let granularity = try await Self.granularity(given, statistics, filter, range, exporter, now: now)
        values["granularity"] = [granularity.rawValue]
        let most = max(min(Self.mostPoints, Int64(Self.limit / max(series, 1)) - 1), 1)
        if given["step"] == nil {
            let step = PointWidth.fitting(range, granularity, most: most, interval: granularity.seconds).step
            if step > granularity.seconds { values["step"] = [DurationText.string(step)] }
        }
        query = try await RangeParameters.query(QueryParameters(values), exporter, now: now)
        try Self.refuseTooFine(query, most: most)
        if query.isMonthly, comparison == .week {
            throw Problem.parameter(
                "compare", "months cannot be compared with a week earlier", accepted: "year, or a narrower step")
        }
        parameters = RangeParameters.all.flatMap { parameter in
            (values[parameter.name] ?? []).map { (parameter.name, $0) }
        }
    }

    /// What the statistics have in common.
    var unit: StatisticUnit { statistics[0].unit }
    var isCount: Bool { statistics.allSatisfy { $0.kind == .count } }

    /// The same question about the range that it is compared with, of the series that `answer` has; nil without one.
    func earlier(than answer: RangeAnswer) -> RangeQuery? {
        guard let shift = comparison.seconds else { return nil }
        var earlier = query
        let (start, end) =
            query.isMonthly
            ? (Self.year(before: query.range.start), Self.year(before: query.range.end))
            : (query.range.start - shift, query.range.end - shift)
        // A stored bucket that the end cuts would be compared as a whole with a part.
        guard start < query.granularity.floor(end) else { return nil }
        earlier.range = TimeRange(start, query.granularity.floor(end))
        if !query.isMonthly {
            // Each bucket begins so much before the one that it is compared with.
            if let step = query.step, shift % step != 0 { earlier.origin = step - shift % step }
        }
        if query.indices == .all { earlier.indices = .names(answer.series.map(\.key.index)) }
        earlier.top = nil
        return earlier
    }

    /// The bucket that one of the earlier range is compared with.
    func later(than time: UnixTime) -> UnixTime {
        guard query.isMonthly else { return time + (comparison.seconds ?? 0) }
        return CivilTime.month(containing: time + 366 * Granularity.daily.seconds).start
    }

    /// The same day of the year before; of a leap day, the first of March.
    private static func year(before time: UnixTime) -> UnixTime {
        let civil = CivilTime(time)
        let first = CivilTime.daysSinceEpoch(year: civil.year - 1, month: civil.month, day: 1) ?? 0
        return first * Granularity.daily.seconds + time - CivilTime.month(containing: time).start
    }

    /// Seconds of a bucket of the answer; of a month, its longest.
    var step: Int64 { max(query.step ?? 0, query.granularity.seconds) }

    /// The width of a bucket in a word: `hour`, `6h`, `month`.
    var width: String {
        if step == Granularity.minutely.seconds { return "minute" }
        return CalendarStep(query)?.rawValue ?? DurationText.string(step)
    }

    /// Whether a bucket of the answer that begins at `time` is over, and is not cut by the range that was asked for.
    /// One that is not says too little, and counts nowhere.
    func isOver(_ time: UnixTime, now: UnixTime) -> Bool {
        let end = query.end(ofBucket: time)
        guard isCombined else { return end <= now }
        return time >= query.range.start && end <= min(query.range.end, now)
    }

    /// Whether buckets are made of several stored ones, some of which may be missing.
    var isCombined: Bool { step > query.granularity.seconds }

    private static func times(
        _ given: QueryParameters, _ statistics: [Statistic], _ filter: SeriesFilter, _ exporter: Exporter, now: UnixTime
    ) async throws -> (start: String, end: String) {
        let preset = try given.option(
            "range", of: ExploreParameters.Preset.allCases, default: ExploreParameters.defaultPreset)
        let end = given["end"] ?? "now"
        if let start = given["start"] { return (start, end) }
        let until = try TimeParameter.parse(end, name: "end", now: now)
        if preset == .period {
            return (RFC3339.string(periodStart(filter, exporter.capacity.contracts, until: until)), end)
        }
        guard let seconds = preset.seconds else {
            let first = try await firstFetched(statistics, filter, exporter) ?? until - 365 * 86_400
            return (RFC3339.string(min(first, until - 3600)), end)
        }
        // Relative while it may be: the address then shows the newest days tomorrow as well.
        return (given["end"] == nil ? "now-\(DurationText.string(seconds))" : RFC3339.string(until - seconds), end)
    }

    /// Where the billing period began that `end` ends in or at; of several applications', the earliest.
    private static func periodStart(
        _ filter: SeriesFilter, _ contracts: [ApplicationID: Contract], until end: UnixTime
    ) -> UnixTime {
        let shown = contracts.filter { filter.applications?.contains($0.key) ?? true }.map(\.value.periodStartDay)
        let day = Granularity.daily.floor(end - 1) / Granularity.daily.seconds
        let starts = (shown.isEmpty ? [1] : shown).map { BillingPeriod(startDay: $0).containing(day).lowerBound }
        return (starts.min() ?? day) * Granularity.daily.seconds
    }

    private static func firstFetched(
        _ statistics: [Statistic], _ filter: SeriesFilter, _ exporter: Exporter
    ) async throws -> UnixTime? {
        let statistic = statistics[0]
        if statistic.api == .search {
            return try await exporter.history.series(
                statistics: statistics.map(\.name), applications: filter.applications, indices: filter.indices,
                granularity: .daily
            ).map(\.first.time).min()
        }
        let isMonitoring = statistic.api == .monitoring
        return try await exporter.history.coverage().filter { coverage in
            let key = SeriesKey(
                application: coverage.scope.application, statistic: statistic.name, index: coverage.scope.index)
            return (coverage.granularity == .minutely) == isMonitoring && filter.selects(key)
        }.compactMap { $0.ranges.ranges.first?.start }.min()
    }

    /// Fine where the range is short, as far as it was fetched.
    private static func granularity(
        _ given: QueryParameters, _ statistics: [Statistic], _ filter: SeriesFilter, _ range: TimeRange,
        _ exporter: Exporter, now: UnixTime
    ) async throws -> Granularity {
        let width = try given.option("granularity", of: ExploreParameters.Width.allCases, default: .auto)
        if let chosen = width.granularity { return chosen }
        var widths: [[Granularity]] = []
        for statistic in statistics {
            let known = try await exporter.history.granularities(
                of: statistic.name, applications: filter.applications, indices: filter.indices ?? .application,
                among: statistic.api == .monitoring ? Granularity.allCases : [.hourly, .daily])
            if !known.isEmpty { widths.append(known) }
        }
        // What all of them have, or at least one.
        let common = Granularity.allCases.filter { width in widths.allSatisfy { $0.contains(width) } }
        let stored = common.isEmpty || widths.isEmpty ? widths.flatMap(\.self) : common
        if let step = given["step"].flatMap(RangeParameters.seconds) {
            // The buckets that the step can be made of.
            if step % Granularity.hourly.seconds != 0 { return stored.contains(.minutely) ? .minutely : .hourly }
            if step % Granularity.daily.seconds != 0 { return .hourly }
        }
        // Every index is read to find the largest.
        let hourly: Int64 = (filter.indices == .all ? 8 : 31) * 86_400
        let wanted: [Granularity] =
            switch range.seconds {
            case ...(86_400): [.minutely, .hourly, .daily]
            case ...hourly: [.hourly, .daily, .minutely]
            default: [.daily, .hourly, .minutely]
            }
        // What was fetched of the application tells of all its indices.
        var query = RangeQuery(
            statistics: statistics.map(\.name), applications: filter.applications,
            indices: filter.indices == .all ? .application : filter.indices ?? .application, range: range)
        // A running day counts as fetched, whatever is missing of its hours: only what is over for both can be compared.
        let over = wanted.filter(stored.contains).map { $0.floor(now) }.min() ?? now
        if over > range.start { query.range.end = min(range.end, over) }
        var best: (granularity: Granularity, share: Double)?
        // A range of one bucket would be no chart.
        for granularity in wanted
        where stored.contains(granularity) && (best == nil || range.seconds >= 2 * granularity.seconds) {
            query.granularity = granularity
            let share = try await exporter.history.fetchedRanges(of: query, now: now).share
            if share > best.map({ $0.share + noticeable }) ?? -1 { best = (granularity, share) }
        }
        return best?.granularity ?? .hourly
    }

    private static func refuseTooFine(_ query: RangeQuery, most: Int64) throws {
        let width = query.step ?? query.granularity.seconds
        guard query.range.seconds / width > most else { return }
        let fitting = PointWidth.fitting(query.range, query.granularity, most: most, interval: width).step
        throw Problem.parameter(
            "step",
            "\(DurationText.string(width)) makes \(query.range.seconds / width) points per series, more than the "
                + "maximum of \(most) for this chart",
            accepted: "\(DurationText.string(fitting)) or wider, or a shorter range")
    }
}
