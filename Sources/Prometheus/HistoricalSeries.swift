public import UsageModel

/// A stored series as Prometheus sees it when it looks back: the name and labels of `/metrics`,
/// and each bucket one sample, stamped at the bucket's end, when its value became true.
///
/// The counters (`…_total`) begin with the exporter and have no past.
public struct HistoricalSeries: Sendable {
    /// The series that is stored.
    public let key: SeriesKey
    /// The width of the buckets that become samples.
    public let granularity: Granularity
    public let metric: String
    public let help: String
    /// In the order of `/metrics`.
    public let labels: ExpositionWriter.Labels
    private let name: MetricName
    /// The severity that this series is 1 for; nil for a plain value.
    private let state: Int64?

    /// What the points of `granularity` of one stored series become: a count's hours and days a
    /// series each, hours of any other statistic, minutes of servers and clusters; of a state
    /// set a series for each state. Empty for what `/metrics` does not have.
    public static func all(_ key: SeriesKey, _ granularity: Granularity) -> [HistoricalSeries] {
        let statistic = StatisticCatalogue.describe(key.statistic, api: key.api)
        let name = MetricName(statistic, perIndex: !key.index.isEmpty)
        guard let metric = metric(name, granularity) else { return [] }
        let labels = ExpositionWriter.Labels(key, statistic)
        func series(_ labels: ExpositionWriter.Labels, state: Int64?) -> HistoricalSeries {
            HistoricalSeries(
                key: key, granularity: granularity, metric: metric, help: name.help(Self.what(granularity)),
                labels: labels, name: name, state: state)
        }
        guard statistic.unit == .severity else { return [series(labels, state: nil)] }
        return ClusterStatus.allCases.map { status in
            var labels = labels
            labels.append("status", status.name)
            return series(labels, state: status.rawValue)
        }
    }

    private static func metric(_ name: MetricName, _ granularity: Granularity) -> String? {
        guard !name.families.isEmpty else { return nil }
        let isCount = name.statistic.kind == .count
        switch (name.statistic.api, granularity) {
        case (.monitoring, .minutely): return name.gauge
        case (.usage, .hourly): return isCount ? name.hourly : name.gauge
        case (.usage, .daily): return isCount ? name.daily : nil
        default: return nil
        }
    }

    private static func what(_ granularity: Granularity) -> String {
        switch granularity {
        case .minutely: "Minute"
        case .hourly: "Hour"
        case .daily: "Day"
        }
    }

    /// When a point's value became true: the bucket's end, in seconds since 1970.
    public func time(_ point: Point) -> UnixTime { point.time + granularity.seconds }

    /// A point's value in the metric's base unit.
    public func value(_ point: Point) -> PointValue {
        if let state { return .integer(point.value == .integer(state) ? 1 : 0) }
        return name.inBaseUnit(point.value)
    }
}
