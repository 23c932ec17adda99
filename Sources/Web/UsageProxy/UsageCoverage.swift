internal import History
internal import UsageModel

/// The part of the requested range that is in the history.
struct UsageCoverage {
    /// The value of `X-Cache`.
    enum State: String, CaseIterable {
        /// Every settled bucket was there.
        case hit = "HIT"
        case partial = "PARTIAL"
        /// None was.
        case miss = "MISS"
    }

    private let asked: AskedStatistics
    private let stored: StoredUsage
    private let granularity: Granularity
    private let now: UnixTime
    /// The settled buckets and the provisional ones after them, up to now.
    private let settled: TimeRange
    private let tail: TimeRange

    init(_ asked: AskedStatistics, _ parameters: UsageParameters, _ stored: StoredUsage, now: UnixTime, delay: Int64) {
        self.asked = asked
        self.stored = stored
        self.now = now
        granularity = parameters.granularity
        let boundary = granularity.floor(now - delay)
        let buckets = parameters.buckets
        settled = TimeRange(buckets.start, min(buckets.end, boundary))
        tail = TimeRange(max(buckets.start, boundary), min(buckets.end, granularity.ceiling(now)))
    }

    /// Settled buckets decide; without any among what was asked, whether the newest are as fresh as can be.
    var state: State {
        guard !settled.isEmpty else { return tailIsFresh ? .hit : .miss }
        let wanted = TimeRangeSet(settled)
        let whole = History.fetched(asked.required, in: stored.answered)
        if wanted.subtracting(whole).isEmpty { return .hit }
        let any = asked.required.reduce(fetched(.everything)) { $0.union(fetched($1)) }
        return wanted.intersection(any).isEmpty ? .miss : .partial
    }

    /// When the newest bucket was fetched; nil when none ever was.
    var fetchedAt: UnixTime? {
        stored.freshness.filter { $0.statistic == .everything || asked.required.contains($0.statistic) }.map(
            \.fetchedAt
        ).max()
    }

    /// The range that read-through has to fetch: the shortest range with every missing settled bucket, and
    /// the statistics that miss any. Where none is settled, of an index that was never seen the newest buckets: only the
    /// vendor knows whether there is such an index. Nil for nothing.
    var missing: (range: TimeRange, statistics: StatisticSelection)? {
        let wanted = TimeRangeSet(stored.wasFetched || !settled.isEmpty ? settled : tail)
        var names: [StatisticName] = []
        var missing = TimeRangeSet()
        // Statistics that the plan does not include would only spend the quota.
        for name in asked.required where !stored.refused.contains(name) {
            let rest = wanted.subtracting(fetched(name))
            guard !rest.isEmpty else { continue }
            names.append(name)
            missing = missing.union(rest)
        }
        guard let first = missing.ranges.first, let last = missing.ranges.last else { return nil }
        return (TimeRange(first.start, last.end), asked.isEverything ? .all : .names(names))
    }

    private func fetched(_ statistic: StatisticName) -> TimeRangeSet { History.fetched(statistic, in: stored.answered) }

    /// Whether every provisional bucket was fetched after it began. The newest may have begun since the last fetch.
    private var tailIsFresh: Bool {
        (asked.required.isEmpty ? [.everything] : asked.required).allSatisfy { name in
            let fetches = stored.freshness.filter { $0.statistic == .everything || $0.statistic == name }
            guard !fetches.isEmpty else { return false }
            let ranges = fetches.filter(\.isLive).map { TimeRange($0.tailStart, granularity.ceiling($0.fetchedAt)) }
            let open = TimeRange(granularity.floor(now), granularity.ceiling(now))
            return fetched(name).union(TimeRangeSet(ranges + [open])).contains(tail)
        }
    }
}
