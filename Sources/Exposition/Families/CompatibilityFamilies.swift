public import History
public import UsageModel

/// Renders the history under the names of the Python exporter that this one descends from: gauges in Algolia's own
/// units, the statistic a label, and every hour and day of a window a series.
///
/// A statistic that is reported by server or region has one value there: the highest, or the mean of means.
public struct CompatibilityFamilies: Sendable {
    package static let total = MetricDeclaration(
        "algolia_usage_total", .gauge, labels: ["app_id", "statistic"],
        help: "Newest complete hour (or day) of the statistic, in Algolia's unit.",
        meaning: "newest complete hour; the newest complete day with `USAGE_GRANULARITY=daily`")
    package static let hourly = MetricDeclaration(
        "algolia_usage_hourly", .gauge, labels: ["app_id", "statistic", "timestamp"],
        help: "Complete hours of the last 48, in Algolia's unit.",
        meaning: "each complete hour of the last 48; `timestamp` is its start, RFC 3339")
    package static let daily = MetricDeclaration(
        "algolia_usage_daily", .gauge, labels: ["app_id", "statistic", "date"],
        help: "Complete days of the last 30, in Algolia's unit.",
        meaning: "each complete day of the last 30; `date` is the day, such as `2026-11-27`")
    package static let byIndex = MetricDeclaration(
        "algolia_usage_by_index", .gauge, labels: ["app_id", "index_name", "statistic"],
        help: "Newest complete hour (or day) of the index's statistic, in Algolia's unit.",
        meaning: "the same as `algolia_usage_total`, of an index")
    package static let infrastructure = MetricDeclaration(
        "algolia_infra_metric", .gauge, labels: ["app_id", "metric", "server"],
        help: "Newest minute of the server's metric, in Algolia's unit.",
        meaning: "newest minute; `metric` is Algolia's name, such as `cpu_usage` (percent idle)")

    /// The metrics that are rendered from the history.
    package static let all = [total, hourly, daily, byIndex, infrastructure]

    /// How far back the buckets of a window go, in seconds.
    private static func window(_ granularity: Granularity) -> Int64 { (granularity == .daily ? 30 : 2) * 86_400 }

    private static let granularities: [Granularity] = [.hourly, .daily]

    private let latest: Latest
    private let recent: [Granularity: [RangeSeries]]
    private let options: MetricsOptions
    private let now: UnixTime

    /// - Parameters:
    ///   - latest: of the series to show.
    ///   - recent: the points of the applications themselves, as ``recent(_:_:now:)`` reads them.
    init(
        _ latest: Latest, recent: [Granularity: [RangeSeries]], options: MetricsOptions, now: UnixTime
    ) {
        self.latest = latest
        self.recent = recent
        self.options = options
        self.now = now
    }

    /// Reads the windows that `options` wants; nothing without ``MetricsOptions/compatibility``.
    public static func recent(
        _ history: History, _ options: MetricsOptions, now: UnixTime
    ) async throws -> [Granularity: [RangeSeries]] {
        guard options.compatibility != nil else { return [:] }
        let stored = try await history.storedSeries().filter { $0.key.api == .usage && $0.key.index.isEmpty }
        var recent: [Granularity: [RangeSeries]] = [:]
        for granularity in Self.granularities where options.compatibilityGranularity ?? granularity == granularity {
            let range = TimeRange(granularity.floor(now) - window(granularity), now)
            recent[granularity] = try await history.range(
                of: stored, RangeQuery(statistics: [], granularity: granularity, range: range))
        }
        return recent
    }

    /// When the oldest bucket leaves its window.
    var validUntil: UnixTime { Granularity.hourly.floor(now) + Granularity.hourly.seconds }

    /// Writes every family.
    /// - Parameter dropped: indices to leave out.
    func write(to writer: inout ExpositionWriter, dropping dropped: Set<Scope>) {
        let newest = newest
        write(newest.filter { $0.key.index.isEmpty }, Self.total, to: &writer) {
            [$0.application.text, $0.statistic.text]
        }
        for granularity in Self.granularities { writeWindow(granularity, to: &writer) }
        write(
            newest.filter { !$0.key.index.isEmpty && !dropped.contains($0.key.scope) }, Self.byIndex, to: &writer
        ) { [$0.application.text, $0.index.text, $0.statistic.text] }
        let servers = latest.series.compactMap { series -> (key: SeriesKey, value: PointValue)? in
            guard series.key.api == .monitoring,
                StatisticCatalogue.describe(series.key.statistic, api: .monitoring).shape == .byServer
            else { return nil }
            return options.staleness.fresh(series.minutely, .minutely, now: now).map { (key: series.key, value: $0) }
        }
        write(servers, Self.infrastructure, to: &writer) { [$0.application.text, $0.statistic.text, $0.key.text] }
    }

    /// How many samples of each index ``write(to:dropping:)`` writes.
    func samplesByIndex(in writer: ExpositionWriter) -> [Scope: Int] {
        guard writer.shows(Self.byIndex.name) else { return [:] }
        return Dictionary(grouping: newest.filter { !$0.key.index.isEmpty }, by: \.key.scope).mapValues(\.count)
    }

    /// The newest value of each statistic, of applications and indices.
    private var newest: [(key: SeriesKey, value: PointValue)] {
        let granularity = options.compatibilityGranularity ?? .hourly
        let values = latest.series.compactMap { series -> (SeriesKey, PointValue)? in
            guard Self.isShown(series.key) else { return nil }
            let point = granularity == .daily ? series.daily : series.hourly
            return options.staleness.fresh(point, granularity, now: now).map { (series.key, $0) }
        }
        return Self.byStatistic(values).map { ($0.key, Self.combined($0.values, $0.key.statistic)) }
    }

    private func writeWindow(_ granularity: Granularity, to writer: inout ExpositionWriter) {
        let metric = granularity == .hourly ? Self.hourly : Self.daily
        let series = (recent[granularity] ?? []).filter { Self.isShown($0.key) && isConfigured($0.key.application) }
        guard !series.isEmpty, writer.shows(metric.name) else { return }
        var complete: [ApplicationID: UnixTime] = [:]
        for tail in latest.freshness where !tail.scope.isIndex && tail.granularity == granularity {
            complete[tail.scope.application] = max(complete[tail.scope.application] ?? .min, tail.completeUntil)
        }
        var hasFamily = false
        for (key, points) in Self.byStatistic(series.map { ($0.key, $0.points) }) {
            let end = complete[key.application] ?? .min
            let start = granularity.floor(now) - Self.window(granularity)
            let inside = points.joined().filter { $0.time >= start && $0.time + granularity.seconds <= end }
            for (time, values) in Dictionary(grouping: inside, by: \.time).sorted(by: { $0.key < $1.key }) {
                if !hasFamily { writer.family(metric) }
                hasFamily = true
                let text = RFC3339.string(time)
                let label = granularity == .hourly ? text : String(text.prefix("2026-11-27".count))
                writer.sample(
                    .init(metric, key.application.text, key.statistic.text, label),
                    Self.combined(values.map(\.value), key.statistic))
            }
        }
    }

    private func write(
        _ values: [(key: SeriesKey, value: PointValue)], _ metric: MetricDeclaration, to writer: inout ExpositionWriter,
        labels: (SeriesKey) -> [String]
    ) {
        guard !values.isEmpty, writer.shows(metric.name) else { return }
        writer.family(metric)
        for (key, value) in values {
            var rendered = ExpositionWriter.Labels()
            for (name, value) in metric.dimensions(labels(key)) { rendered.append(name, value) }
            writer.sample(rendered, value)
        }
    }

    private func isConfigured(_ application: ApplicationID) -> Bool {
        options.applications.map { $0[application] != nil } ?? true
    }

    /// What the exporter computes itself is not Algolia's, and has no name there.
    private static func isShown(_ key: SeriesKey) -> Bool {
        key.api == .usage && StatisticCatalogue.statistic(named: key.statistic)?.derivation == nil
    }

    /// The values of series that differ by server or region alone, together, in the order in which the first of them
    /// came.
    private static func byStatistic<Value>(_ values: [(SeriesKey, Value)]) -> [(key: SeriesKey, values: [Value])] {
        var positions: [SeriesKey: Int] = [:]
        var groups: [(key: SeriesKey, values: [Value])] = []
        for (key, value) in values {
            var whole = key
            whole.key = ""
            if let position = positions[whole] {
                groups[position].values.append(value)
            } else {
                positions[whole] = groups.count
                groups.append((whole, [value]))
            }
        }
        return groups
    }

    /// One value for all servers or regions.
    /// - Parameter values: at least one.
    private static func combined(_ values: [PointValue], _ statistic: StatisticName) -> PointValue {
        guard values.count > 1, StatisticCatalogue.describe(statistic).kind == .mean else {
            return values.dropFirst().reduce(values[0], max)
        }
        return PointValue(values.reduce(0) { $0 + $1.double } / Double(values.count))
    }
}
