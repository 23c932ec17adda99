internal import History
internal import PrometheusModel
internal import UsageModel

/// Renders the newest values of the billing metrics of Usage API v2 as metric families, a gauge of the newest complete hour
/// and one of the newest complete day each.
struct BillingFamilies {
    private let latest: Latest
    private let staleness: MetricsOptions.Staleness
    private let now: UnixTime

    init(_ latest: Latest, staleness: MetricsOptions.Staleness, now: UnixTime) {
        self.latest = latest
        self.staleness = staleness
        self.now = now
    }

    /// When the first of the shown values becomes stale.
    var validUntil: UnixTime {
        latest.billingFreshness.map { staleness.staleAt(end: $0.completeUntil, $0.granularity) }.filter { $0 > now }
            .min() ?? .max
    }

    /// Writes every family, in the order of the statistics' names.
    func write(to writer: inout ExpositionWriter) {
        let series = Dictionary(grouping: latest.series.filter { $0.key.api == .usageV2 }, by: \.key.statistic)
        // Two names can become the same metric name; the first keeps it.
        var written = Set<String>()
        for (statistic, series) in series.sorted(by: { $0.key < $1.key }) {
            let name = MetricName(.billing(statistic, latest.billingMetrics[statistic]), perIndex: false)
            guard written.insert(name.hourly).inserted else { continue }
            for (metric, what, granularity) in [
                (name.hourly, "Newest complete hour", Granularity.hourly),
                (name.daily, "Newest complete day", .daily),
            ] where writer.shows(metric) {
                let samples = series.compactMap { one in
                    staleness.fresh(granularity == .daily ? one.daily : one.hourly, granularity, now: now)
                        .map { (one.key, $0) }
                }
                guard !samples.isEmpty else { continue }
                writer.family(metric, .gauge, help: name.help(what))
                for (key, value) in samples { writer.sample(.init(key, name.statistic), value) }
            }
        }
    }
}
