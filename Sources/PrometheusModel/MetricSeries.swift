public import UsageModel

/// A stored series as Prometheus sees it when it looks back: the name and labels of `/metrics`,
/// and each bucket one sample, stamped at the bucket's end, when its value became true.
///
/// The counters (`…_total`) begin with the exporter and have no past.
public struct MetricSeries: Sendable {
    /// The series that is stored.
    public let key: SeriesKey
    /// The width of the buckets that become samples.
    public let granularity: Granularity
    /// Ascending; the metric's name is the first.
    public let labels: [Label]
    private let family: MetricFamily
    @usableFromInline let unit: BaseUnit
    /// The severity that this series is 1 for; nil for a plain value.
    @usableFromInline let state: Int64?

    private init(
        _ key: SeriesKey, of family: MetricFamily, state: ClusterStatus?, _ added: [ApplicationLabels.Pair]
    ) {
        self.key = key
        self.family = family
        granularity = family.granularity
        unit = family.unit
        self.state = state?.rawValue
        var labels = Label.all(key, family.name.statistic)
        if let state { labels.append(Label("status", state.name)) }
        labels += added.map { Label($0.name, $0.value) }
        labels.append(Label(Label.metricName, family.metric))
        self.labels = labels.sorted()
    }

    /// The series of Prometheus that the points of `granularity` of one stored series become: a count's hours and days
    /// a series each, hours of any other statistic, minutes of servers and clusters; of a state
    /// set a series for each state. Empty for what `/metrics` does not have.
    /// - Parameter labels: those that are added to each application's metrics.
    public static func all(
        _ key: SeriesKey, _ granularity: Granularity, labels: ApplicationLabels = ApplicationLabels()
    ) -> [MetricSeries] {
        MetricFamily(key.family(granularity)).map { all(key, of: $0, labels) } ?? []
    }

    static func all(_ key: SeriesKey, of family: MetricFamily, _ labels: ApplicationLabels) -> [MetricSeries] {
        let added = labels[key.application]
        return family.states.map { MetricSeries(key, of: family, state: $0, added) }
    }

    /// The metric's name.
    public var metric: String { family.metric }

    /// The HELP text of the family.
    public var help: String { family.help }

    /// When a point's value became true: the bucket's end, in seconds since 1970.
    @inlinable
    @inline(__always)
    public func time(_ point: Point) -> UnixTime { point.time + granularity.seconds }

    /// A point's value in the metric's base unit.
    public func value(_ point: Point) -> PointValue {
        if let state { return .integer(point.value == .integer(state) ? 1 : 0) }
        return unit.value(point.value)
    }

    /// A point's value as the remote protocols carry it; integers beyond 2^53 are rounded.
    @inlinable
    @inline(__always)
    public func double(_ point: Point) -> Double {
        if let state { return point.value == .integer(state) ? 1 : 0 }
        return unit.double(point.value)
    }
}

extension SeriesKey {
    /// The part that the family of the points of `granularity` shows.
    func family(_ granularity: Granularity) -> MetricFamily.Source {
        .init(api: api, statistic: statistic, perIndex: !index.isEmpty, granularity: granularity)
    }
}
