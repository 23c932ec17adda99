internal import History
internal import LinearRegex
internal import PrometheusModel
internal import UsageModel

/// The series that answer one query.
struct SelectedSeries: Sendable {
    private let everything: MetricSeriesSet
    private let positions: [Int]
    /// The slice to read of each, in the same order.
    let slices: [SeriesSlice]

    init(
        _ query: RemoteReadRequest.Query, of all: MetricSeriesCache.Content, now: UnixTime, _ budget: RegexBudget
    ) throws {
        everything = all.set
        var ranges: [Granularity: TimeRange] = [:]
        for granularity in Granularity.allCases { ranges[granularity] = query.buckets(granularity, now: now) }
        positions = try all.set.matching(query.matchers, budget)
        slices = positions.map { position in
            let member = all.set.members[position]
            let granularity = member.series.granularity
            return SeriesSlice(
                series: all.stored[member.position].id, granularity: granularity,
                range: ranges[granularity] ?? TimeRange(0, 0))
        }
    }

    /// The series of a slice.
    subscript(slice: Int) -> MetricSeries { everything.members[positions[slice]].series }
}
