internal import History
internal import UsageModel

/// Which stored series are sent.
enum RemoteWriteSeries {
    /// How many samples a point becomes: none of what `/metrics` does not have.
    ///
    /// Where unknown statistics share a metric's name, the one that was stored first keeps it:
    /// what comes later never changes what is sent already.
    static let sampleCounts: Outbox.SampleCounts = { stored in
        var counts: [Int64: [Granularity: Int]] = [:]
        for member in HistoricalSeriesSet(stored).members {
            counts[member.stored.id, default: [:]][member.series.granularity, default: 0] += 1
        }
        return stored.map { counts[$0.id] ?? [:] }
    }
}
