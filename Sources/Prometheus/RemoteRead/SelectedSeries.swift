internal import History
internal import LinearRegex
internal import UsageModel

/// The series that answer one query.
struct SelectedSeries: Sendable {
    private let everything: HistoricalSeriesSet
    private let positions: [Int]
    /// What to read of each, in the same order.
    let slices: [SeriesSlice]

    init(
        _ query: RemoteReadRequest.Query, of set: HistoricalSeriesSet, now: UnixTime, _ budget: RegexBudget
    ) throws {
        everything = set
        var ranges: [Granularity: TimeRange] = [:]
        for granularity in Granularity.allCases { ranges[granularity] = query.buckets(granularity, now: now) }
        positions = try set.matching(query.matchers, budget)
        slices = positions.map { position in
            let member = set.members[position]
            let granularity = member.series.granularity
            return SeriesSlice(
                series: member.stored.id, granularity: granularity, range: ranges[granularity] ?? TimeRange(0, 0))
        }
    }

    /// The series of a slice.
    subscript(slice: Int) -> HistoricalSeries { everything.members[positions[slice]].series }
}
