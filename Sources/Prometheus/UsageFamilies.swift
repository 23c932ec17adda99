public import History
public import UsageModel

/// Renders the history's newest values as metric families.
public struct UsageFamilies: Sendable {
    /// After how many seconds a value is left out rather than repeated for ever.
    public struct Staleness: Sendable, Hashable {
        public var hourly: Int64
        public var daily: Int64

        public init(hourly: Int64 = 3 * 3600, daily: Int64 = 50 * 3600) {
            self.hourly = hourly
            self.daily = daily
        }

        func seconds(_ granularity: Granularity) -> Int64 { granularity == .daily ? daily : hourly }
    }

    private let latest: Latest
    private let staleness: Staleness
    private let now: UnixTime

    public init(_ latest: Latest, staleness: Staleness, now: UnixTime) {
        self.latest = latest
        self.staleness = staleness
        self.now = now
    }

    /// When the first of the shown values becomes stale; a page that was
    /// rendered before is wrong from then on.
    public var validUntil: UnixTime {
        latest.freshness.map { $0.completeUntil + staleness.seconds($0.granularity) + 1 }.filter { $0 > now }.min()
            ?? .max
    }

    /// Writes every family of the Usage API, in the order of the catalogue, unknown statistics last.
    public func write(to writer: inout ExpositionWriter) {
        for perIndex in [false, true] {
            var byStatistic: [String: [LatestSeries]] = [:]
            for series in latest.series
            where series.key.api == .usage && series.key.index.isEmpty != perIndex {
                byStatistic[series.key.statistic, default: []].append(series)
            }
            let unknown = byStatistic.keys.filter { StatisticCatalogue.statistic(named: $0) == nil }.sorted()
            // Two unknown names can become the same metric name; the first keeps it.
            var stems = Set<String>()
            for statistic in StatisticCatalogue.all + unknown.map(Statistic.unknown) {
                guard let series = byStatistic[statistic.name] else { continue }
                let name = MetricName(statistic, perIndex: perIndex)
                guard stems.insert(name.gauge).inserted else { continue }
                write(series, name, to: &writer)
            }
        }
        writeFreshness(to: &writer)
    }

    private func write(_ series: [LatestSeries], _ name: MetricName, to writer: inout ExpositionWriter) {
        let labels = series.map { Self.labels($0.key, name.statistic) }
        func family(_ metric: String, _ type: MetricType, _ what: String, _ value: (LatestSeries) -> PointValue?) {
            var hasFamily = false
            for (position, one) in series.enumerated() {
                guard let value = value(one) else { continue }
                if !hasFamily { writer.family(metric, type, help: name.help(what)) }
                hasFamily = true
                writer.sample(labels[position], name.inBaseUnit(value))
            }
        }
        if name.statistic.kind == .count {
            family(name.hourly, .gauge, "Newest complete hour") { fresh($0.hourly, .hourly) }
            family(name.daily, .gauge, "Newest complete day") { fresh($0.daily, .daily) }
            family(name.total, .counter, "Total since the exporter first saw the application") { $0.total }
        } else {
            family(name.gauge, .gauge, "Newest complete hour") { fresh($0.hourly, .hourly) }
        }
    }

    private func fresh(_ point: Point?, _ granularity: Granularity) -> PointValue? {
        guard let point, now - (point.time + granularity.seconds) <= staleness.seconds(granularity) else { return nil }
        return point.value
    }

    private func writeFreshness(to writer: inout ExpositionWriter) {
        var newest: [Scope: [Granularity: UnixTime]] = [:]
        for tail in latest.freshness where !tail.scope.isIndex {
            newest[tail.scope, default: [:]][tail.granularity, default: .min] = max(
                newest[tail.scope]?[tail.granularity] ?? .min, tail.completeUntil)
        }
        guard !newest.isEmpty else { return }
        writer.family(
            "algolia_usage_newest_bucket_timestamp_seconds", .gauge,
            help: "End of the newest complete bucket, in seconds since 1970.")
        for (scope, times) in newest.sorted(by: { $0.key.application < $1.key.application }) {
            for granularity in Granularity.allCases {
                guard let time = times[granularity] else { continue }
                writer.sample(
                    .init(["application": scope.application, "granularity": granularity.rawValue]), .integer(time))
            }
        }
    }

    private static func labels(_ key: SeriesKey, _ statistic: Statistic) -> ExpositionWriter.Labels {
        var labels = ExpositionWriter.Labels(["application": key.application])
        if !key.index.isEmpty { labels.append("index", key.index) }
        if !key.key.isEmpty { labels.append(statistic.shape.label ?? "key", key.key) }
        return labels
    }
}
