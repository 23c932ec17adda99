public import History
internal import PrometheusModel
public import UsageModel

/// Renders the newest values of the Usage API's statistics, of what is derived from them, and of the list of indices,
/// as metric families.
public struct UsageFamilies: Sendable {
    package static let newestBucket = MetricDeclaration(
        "algolia_usage_newest_bucket_timestamp_seconds", .gauge, labels: ["application", "granularity"],
        help: "Unix time at which the newest complete bucket ended.",
        meaning:
            """
            end of the newest complete bucket at application level; `granularity` is `hourly`, `daily`, or \
            `minutely` for servers and clusters; it is shown however old it is
            """)

    private let latest: Latest
    private let staleness: MetricsOptions.Staleness
    private let now: UnixTime
    /// Indices that are no longer collected though their application is: deleted, or no longer selected.
    private let gone: Set<Scope>

    public init(_ latest: Latest, staleness: MetricsOptions.Staleness, now: UnixTime) {
        self.latest = latest
        self.staleness = staleness
        self.now = now
        gone = Self.gone(latest.freshness, staleness)
    }

    /// Indices whose newest hour is stale when the application's newest was fetched. An outage ages both alike: counters
    /// stay through it.
    private static func gone(_ freshness: [Freshness], _ staleness: MetricsOptions.Staleness) -> Set<Scope> {
        var newest: [Scope: UnixTime] = [:]
        for tail in freshness where tail.granularity == .hourly {
            for scope in [tail.scope, Scope(application: tail.scope.application)] {
                newest[scope] = max(newest[scope] ?? .min, tail.completeUntil)
            }
        }
        return Set(
            newest.filter { scope, end in
                let application = newest[Scope(application: scope.application)] ?? end
                return scope.isIndex && application >= staleness.staleAt(end: end, .hourly)
            }.keys)
    }

    /// When the first of the shown values becomes stale; a page that was
    /// rendered before is wrong from then on.
    public var validUntil: UnixTime {
        let listed = latest.series.lazy.filter { $0.key.api == .search }.compactMap(\.hourly)
            .map { staleness.staleAt(end: $0.time + Granularity.hourly.seconds, .hourly) }
        let fetched = latest.freshness.map { staleness.staleAt(end: $0.completeUntil, $0.granularity) }
        return (fetched + listed).filter { $0 > now }.min() ?? .max
    }

    /// Writes every family, in the order of the catalogue, unknown statistics and the list of indices last.
    /// - Parameter dropped: indices to leave out.
    public func write(to writer: inout ExpositionWriter, dropping dropped: Set<Scope> = []) {
        for perIndex in [false, true] {
            for (name, series) in statistics(perIndex: perIndex) {
                let kept = dropped.isEmpty || !perIndex ? series : series.filter { !dropped.contains($0.key.scope) }
                write(kept, name, to: &writer)
            }
        }
        writeFreshness(to: &writer)
    }

    /// How many samples of each index ``write(to:dropping:)`` writes; indices without any are absent.
    func samplesByIndex(in writer: ExpositionWriter) -> [Scope: Int] {
        var samples: [Scope: Int] = [:]
        for (name, series) in statistics(perIndex: true) {
            for family in families(name) where writer.shows(family.metric) {
                for one in series where family.value(one) != nil { samples[one.key.scope, default: 0] += 1 }
            }
        }
        return samples
    }

    /// The statistics that have series, with these.
    private func statistics(perIndex: Bool) -> [(name: MetricName, series: [LatestSeries])] {
        var byStatistic: [StatisticName: [LatestSeries]] = [:]
        for series in latest.series where series.key.api == .usage && series.key.index.isEmpty != perIndex {
            byStatistic[series.key.statistic, default: []].append(series)
        }
        let known = StatisticCatalogue.all + StatisticCatalogue.derived
        let unknown = Set(byStatistic.keys).subtracting(known.map(\.name)).sorted()
        // Two unknown names can become the same metric name; the first keeps it.
        var gauges = Set<String>()
        let reported = (known + unknown.map { Statistic.unknown($0) }).compactMap {
            statistic -> (name: MetricName, series: [LatestSeries])? in
            guard let series = byStatistic[statistic.name] else { return nil }
            let name = MetricName(statistic, perIndex: perIndex)
            return gauges.insert(name.gauge).inserted ? (name, series) : nil
        }
        return reported + (perIndex ? listed : [])
    }

    /// The levels of the list of indices that have series, with these.
    private var listed: [(name: MetricName, series: [LatestSeries])] {
        let byStatistic = Dictionary(
            grouping: latest.series.filter { $0.key.api == .search && !$0.key.index.isEmpty }, by: \.key.statistic)
        return StatisticCatalogue.search.compactMap { statistic in
            byStatistic[statistic.name].map { (name: MetricName(statistic, perIndex: true), series: $0) }
        }
    }

    private struct Family {
        var metric: String
        var type: MetricType
        var what: String
        var value: (LatestSeries) -> PointValue?
    }

    private func families(_ name: MetricName) -> [Family] {
        func newest(_ metric: String, _ what: String, _ granularity: Granularity) -> Family {
            Family(metric: metric, type: .gauge, what: what) {
                staleness.fresh(granularity == .daily ? $0.daily : $0.hourly, granularity, now: now)
            }
        }
        guard name.statistic.kind == .count else {
            let what = name.statistic.api == .search ? "Newest value" : "Newest complete hour"
            return [newest(name.gauge, what, .hourly)]
        }
        return [
            newest(name.hourly, "Newest complete hour", .hourly), newest(name.daily, "Newest complete day", .daily),
            Family(metric: name.total, type: .counter, what: "Total since the exporter first saw the application") {
                $0.key.index.isEmpty || !gone.contains($0.key.scope) ? $0.total : nil
            },
        ]
    }

    private func write(_ series: [LatestSeries], _ name: MetricName, to writer: inout ExpositionWriter) {
        let families = families(name).filter { writer.shows($0.metric) }
        guard !families.isEmpty else { return }
        let labels = series.map { ExpositionWriter.Labels($0.key, name.statistic) }
        for family in families {
            var hasFamily = false
            for (position, one) in series.enumerated() {
                guard let value = family.value(one) else { continue }
                if !hasFamily { writer.family(family.metric, family.type, help: name.help(family.what)) }
                hasFamily = true
                writer.sample(labels[position], name.inBaseUnit(value))
            }
        }
    }

    private func writeFreshness(to writer: inout ExpositionWriter) {
        var newest: [Scope: [Granularity: UnixTime]] = [:]
        for tail in latest.freshness where !tail.scope.isIndex {
            newest[tail.scope, default: [:]][tail.granularity, default: .min] = max(
                newest[tail.scope]?[tail.granularity] ?? .min, tail.completeUntil)
        }
        guard !newest.isEmpty else { return }
        writer.family(Self.newestBucket)
        for (scope, times) in newest.sorted(by: { $0.key.application < $1.key.application }) {
            for granularity in Granularity.allCases {
                guard let time = times[granularity] else { continue }
                writer.sample(
                    .init(Self.newestBucket, scope.application.text, granularity.rawValue), .integer(time))
            }
        }
    }
}

extension SeriesKey {
    /// The application or index of the series.
    var scope: Scope { Scope(application: application, index: index) }
}
