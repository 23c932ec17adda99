internal import History
internal import PrometheusModel
internal import UsageModel

/// Which stored series are sent.
enum RemoteWriteSeries {
    /// How many samples a point becomes: none of what `/metrics` does not have.
    ///
    /// Where unknown statistics share a metric's name, the one that was stored first keeps it:
    /// what comes later never changes what is sent already.
    static let sampleCounts: Outbox.SampleCounts = { stored in
        var counts = [[Granularity: Int]](repeating: [:], count: stored.count)
        for member in MetricSeriesSet(stored.map(\.key)).members {
            counts[member.position][member.series.granularity, default: 0] += 1
        }
        return counts
    }
}
