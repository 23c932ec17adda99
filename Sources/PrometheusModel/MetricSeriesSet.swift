public import UsageModel

/// Everything that stored series become when Prometheus looks back, in its order: by the labels,
/// name and value in turn, so that a family's series stand together.
public struct MetricSeriesSet: Sendable {
    public struct Member: Sendable {
        /// The position of its key among those that the set was made of.
        public let position: Int
        public let series: MetricSeries
    }

    public let members: [Member]
    /// Where each family's members are, by the metric's name.
    public let families: [String: Range<Int>]

    /// - Parameters:
    ///   - keys: of the stored series; those that `/metrics` does not have are left out.
    ///   - granularities: the widths of buckets that are wanted.
    ///   - labels: those that are added to each application's metrics.
    public init(
        _ keys: [SeriesKey], granularities: [Granularity] = Granularity.allCases,
        labels: ApplicationLabels = ApplicationLabels()
    ) {
        var known: [MetricFamily.Source: MetricFamily?] = [:]
        // Two statistics can become the same metric's name. A known one keeps it, as on /metrics; else the first.
        var owners: [String: SeriesKey] = [:]
        var members: [Member] = []
        func isKnown(_ position: Int) -> Bool {
            StatisticCatalogue.statistic(named: keys[position].statistic)?.api == keys[position].api
        }
        for position in keys.indices.filter(isKnown) + keys.indices.filter({ !isKnown($0) }) {
            let key = keys[position]
            for granularity in granularities {
                let source = key.family(granularity)
                let family = known[source] ?? MetricFamily(source)
                known[source] = .some(family)
                guard let family else { continue }
                let owner = owners[family.metric] ?? key
                owners[family.metric] = owner
                guard owner.api == key.api, owner.statistic == key.statistic else { continue }
                members += MetricSeries.all(key, of: family, labels).map { Member(position: position, series: $0) }
            }
        }
        members.sort { $0.series.labels.lexicographicallyPrecedes($1.series.labels) }
        self.members = members
        var families: [String: Range<Int>] = [:]
        for (position, member) in members.enumerated() {
            families[member.series.metric, default: position..<position] =
                (families[member.series.metric]?.lowerBound ?? position)..<position + 1
        }
        self.families = families
    }
}
