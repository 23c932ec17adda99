internal import UsageModel

/// The statistics of an ``Outbox``, each once for applications and once for indices.
struct OutboxStatistics {
    private struct Identity: Hashable {
        var api: API
        var statistic: StatisticName
        var isIndex: Bool

        init(_ key: SeriesKey) {
            api = key.api
            statistic = key.statistic
            isIndex = !key.index.isEmpty
        }
    }

    private var positions: [Identity: Int32] = [:]
    /// The series of each statistic that was stored first.
    private var first: [StoredSeries] = []
    private(set) var weights: [[Granularity: Int]] = []
    private(set) var rules: [SettlementRule] = []

    /// Adds the statistics of new series.
    mutating func add(_ series: [StoredSeries], _ sampleCounts: Outbox.SampleCounts) {
        for one in series {
            let identity = Identity(one.key)
            guard positions[identity] == nil else { continue }
            positions[identity] = Int32(first.count)
            first.append(one)
            rules.append(SettlementRule(one.key))
        }
        if weights.count < first.count { weights = sampleCounts(first) }
    }

    /// The position of a series' statistic, which was added.
    func position(of key: SeriesKey) -> Int32? { positions[Identity(key)] }
}
