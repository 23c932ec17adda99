internal import UsageModel

/// Which buckets of a series are settled, and how far they may be sent.
///
/// Receivers want samples in time order, so a gap that will still be filled holds
/// back what comes after it; one that is too old for that is passed over.
struct Settlement: Hashable {
    var settled = TimeRangeSet()
    /// The end of the last bucket that may be sent now.
    var frontier: UnixTime = .min

    init() {}

    /// - Parameter repairedSince: from where on what is missing will still be fetched.
    init(_ settled: TimeRangeSet, repairedSince: UnixTime) {
        self.settled = settled
        for range in settled.ranges {
            guard range.start <= repairedSince else { break }
            frontier = range.end
        }
    }
}

/// Whose answers settle the buckets of a statistic.
struct SettlementRule {
    private let statistic: StatisticName
    private let derivation: Difference?
    /// The buckets of a statistic that can only be asked for now; nil for any other.
    private let momentary: Granularity?
    /// Whether an answer to `*` is one to it.
    private let acceptsEverything: Bool
    /// Whether it is a billing metric, which may be served less far back than the other statistics.
    let isBilling: Bool

    init(_ key: SeriesKey) {
        let described = StatisticCatalogue.describe(key.statistic)
        statistic = key.statistic
        derivation = described.derivation
        momentary = described.isMomentary ? key.api == .search ? .hourly : .minutely : nil
        // At the Monitoring API, "everything" is everything about servers; clusters are asked for by name.
        isBilling = key.api == .usageV2
        acceptsEverything = key.api == .usage || (described.group != "cluster" && !isBilling)
    }

    /// The settled ranges.
    /// - Parameters:
    ///   - answered: by statistic or `*`.
    ///   - refused: what the plan does not serve at the series' level.
    func settled(_ answered: [StatisticName: TimeRangeSet], refused: Set<StatisticName>, now: UnixTime) -> TimeRangeSet
    {
        // No answer to a later question says anything about that bucket.
        if let momentary { return TimeRangeSet(TimeRange(0, momentary.floor(now))) }
        if let derivation {
            // A subtrahend that the plan refuses is not waited for.
            let operands = derivation.operands.filter { $0 == derivation.minuend || !refused.contains($0) }
            return History.fetched(operands, in: answered)
        }
        return acceptsEverything ? History.fetched(statistic, in: answered) : answered[statistic] ?? TimeRangeSet()
    }
}
