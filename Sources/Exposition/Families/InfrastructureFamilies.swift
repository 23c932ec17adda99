public import History
internal import PrometheusModel
public import UsageModel

/// Renders the newest minute of what the Monitoring API reports of servers and
/// clusters as metric families.
public struct InfrastructureFamilies: Sendable {
    private let series: [LatestSeries]
    private let staleness: MetricsOptions.Staleness
    private let now: UnixTime

    public init(_ latest: Latest, staleness: MetricsOptions.Staleness, now: UnixTime) {
        series = latest.series.filter { $0.key.api == .monitoring && $0.minutely != nil }
        self.staleness = staleness
        self.now = now
    }

    /// When the first of the shown values becomes stale.
    public var validUntil: UnixTime {
        series.lazy.compactMap(staleAt).filter { $0 > now }.min() ?? .max
    }

    /// The vendor's probes report the last ten minutes once they are over, so a point of
    /// theirs stands for the twenty minutes from its time; any other for its minute.
    private func staleAt(_ series: LatestSeries) -> UnixTime? {
        guard let point = series.minutely else { return nil }
        let isProbe = StatisticCatalogue.describe(series.key.statistic, api: .monitoring).unit == .milliseconds
        return staleness.staleAt(end: point.time + (isProbe ? 1200 : Granularity.minutely.seconds), .minutely)
    }

    /// Writes every family, in the order of the catalogue, unknown statistics last.
    public func write(to writer: inout ExpositionWriter) {
        let byStatistic = Dictionary(grouping: series, by: \.key.statistic)
        let known = StatisticCatalogue.monitoring
        let unknown = Set(byStatistic.keys).subtracting(known.map(\.name)).sorted()
        // Two unknown names can become the same metric name, or one that is taken; the first keeps it.
        var names: Set = [MetricName.serverInformation.name]
        for statistic in known + unknown.map({ .unknown($0, api: .monitoring) }) {
            let name = MetricName(statistic, perIndex: false)
            guard let series = byStatistic[statistic.name], let metric = name.families.first,
                names.insert(metric).inserted
            else { continue }
            let values = series.compactMap { one -> (SeriesKey, PointValue)? in
                guard let point = one.minutely, let end = staleAt(one), now < end else { return nil }
                return (one.key, point.value)
            }
            guard !values.isEmpty else { continue }
            if statistic.unit == .severity {
                writeStates(values, name, to: &writer)
            } else {
                writer.family(metric, .gauge, help: name.help("Newest minute"))
                for (key, value) in values { writer.sample(.init(key, statistic), name.inBaseUnit(value)) }
            }
        }
    }

    /// A sample for each status that a cluster may have, 1 for the one that it has: a status that
    /// ends is then a series that changes to 0, and not one that disappears.
    private func writeStates(
        _ values: [(SeriesKey, PointValue)], _ name: MetricName, to writer: inout ExpositionWriter
    ) {
        writer.family(
            name.gauge, .gauge,
            help: "Status of the cluster in the newest minute: 1 for the current status, 0 for the others.")
        for (key, value) in values {
            for status in ClusterStatus.allCases {
                var labels = ExpositionWriter.Labels(key, name.statistic)
                labels.append("status", status.name)
                writer.sample(labels, .integer(value == .integer(status.rawValue) ? 1 : 0))
            }
        }
    }
}
