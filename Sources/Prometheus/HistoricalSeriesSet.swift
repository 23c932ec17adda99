package import History
package import UsageModel

/// Everything that stored series become when Prometheus looks back, in its order: by the labels,
/// name and value in turn, so that a family's series stand together.
package struct HistoricalSeriesSet: Sendable {
    package struct Member: Sendable {
        /// Where the points are.
        package let stored: StoredSeries
        package let series: HistoricalSeries
    }

    package let members: [Member]
    /// Where each family's members are, by the metric's name.
    let families: [String: Range<Int>]

    /// - Parameters:
    ///   - stored: in the order of ``History/History/storedSeries()``; those that `/metrics` does not have are left out.
    ///   - granularities: the widths of buckets that are wanted.
    package init(_ stored: [StoredSeries], granularities: [Granularity] = Granularity.allCases) {
        var known: [HistoricalFamily.Source: HistoricalFamily?] = [:]
        // Two statistics can become the same metric's name. A known one keeps it, as on /metrics; else the first.
        var owners: [String: SeriesKey] = [:]
        var members: [Member] = []
        func isKnown(_ stored: StoredSeries) -> Bool {
            StatisticCatalogue.statistic(named: stored.key.statistic)?.api == stored.key.api
        }
        for stored in stored.filter(isKnown) + stored.filter({ !isKnown($0) }) {
            for granularity in granularities {
                let source = stored.key.family(granularity)
                let family = known[source] ?? HistoricalFamily(source)
                known[source] = .some(family)
                guard let family else { continue }
                let owner = owners[family.metric] ?? stored.key
                owners[family.metric] = owner
                guard owner.api == stored.key.api, owner.statistic == stored.key.statistic else { continue }
                members += HistoricalSeries.all(stored.key, of: family).map { Member(stored: stored, series: $0) }
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
