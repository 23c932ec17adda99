internal import History
internal import UsageModel

/// One scope and granularity: what is answered, what is due, what is missing.
struct Track {
    let scope: Scope
    let granularity: Granularity
    /// The answered ranges, by statistic or `*`; a copy of the history's.
    var answered: [StatisticName: TimeRangeSet]
    /// Ranges that the vendor was asked for and did not give; a copy of the history's.
    var setAside: [SetAside] = []
    /// The ranges answered or set aside, by statistic or `*`; the planner keeps it in line.
    private(set) var known: [StatisticName: TimeRangeSet] = [:]
    /// Where every statistic that the plan serves is answered or set aside; the planner keeps it in line.
    var covered = TimeRangeSet()
    /// When the live tail was last fetched, by statistic or `*`.
    var tailFetched: [StatisticName: UnixTime]
    /// When the settled newest week was last asked for again.
    var revisionChecked: UnixTime?
    /// Batches that the running revision check has still to ask for.
    var revisionBatches: [StatisticSelection] = []
    /// Failures in a row, and the time before which it is left alone; a whole
    /// second, as the times it is compared with.
    var failures = 0
    var notBefore = 0.0
    /// Whether the vendor knew nothing of the index when it was last asked.
    var isUnknown = false
    /// Requests that fail for no reason that they name.
    var searches = AnswerSearches()
    /// Whether the application's hours are asked for as seldom as those of an index: after ``CollectionSettings/indexInterval``
    /// has turned.
    var followsTurns = false

    /// The statistics (or `*`) without which the live tail goes on, and the start of what each of them lacks; the
    /// planner keeps it in line.
    private(set) var openSince: [StatisticName: UnixTime] = [:]
    /// When the first of the live tails is due, never where there is none; the planner keeps it in line.
    private(set) var firstDue: UnixTime = .max

    /// The parts of `desired` that are not answered for `statistic`, neither by name nor by the wildcard.
    func missing(_ statistic: StatisticName, in desired: TimeRange) -> TimeRangeSet {
        TimeRangeSet(desired).subtracting(History.fetched(statistic, in: known))
    }

    /// Brings ``known``, ``covered`` and ``openSince`` in line with what is answered and set aside.
    /// - Parameter served: the statistics that the plan serves.
    mutating func derive(served: [StatisticName]) {
        known = answered
        for (statistic, rows) in Dictionary(grouping: setAside, by: \.statistic) {
            known[statistic] = (known[statistic] ?? TimeRangeSet()).union(TimeRangeSet(rows.map(\.range)))
        }
        covered = History.fetched(served, in: known)
        openSince = Dictionary(
            setAside.lazy.filter(\.isOpen).map { ($0.statistic, $0.range.start) }, uniquingKeysWith: min)
    }

    /// Brings ``firstDue`` in line with when the live tails of `names` were fetched.
    mutating func deriveDue(tails names: [StatisticName], _ settings: CollectionSettings) {
        firstDue = names.reduce(.max) { min($0, tailDue($1, settings)) }
    }

    /// Where any statistic that the plan serves is still missing.
    func missing(in desired: TimeRange) -> TimeRangeSet { TimeRangeSet(desired).subtracting(covered) }

    /// When the live tail was last fetched for `statistic`, by name or by the wildcard.
    func lastTail(_ statistic: StatisticName) -> UnixTime? {
        tailFetched[statistic] ?? tailFetched[.everything]
    }

    /// The range that has settled since the live tail was last fetched: the next tail brings it.
    /// Nil when no tail was fetched yet, so that all of the past is to come.
    func awaited(_ statistic: StatisticName, _ settings: CollectionSettings) -> TimeRange? {
        lastTail(statistic).map { TimeRange(granularity.floor($0 - settings.settleDelay), .max) }
    }

    /// When the live tail of `statistic` is due; long ago if it was never fetched.
    func tailDue(_ statistic: StatisticName, _ settings: CollectionSettings) -> UnixTime {
        guard let last = lastTail(statistic) else { return .min }
        if granularity == .hourly, !scope.isIndex, !followsTurns { return last + settings.interval }
        let interval = granularity == .daily ? CollectionSettings.dailyInterval : settings.indexInterval
        let turn = last - CollectionSettings.turnDelay
        return (turn / interval + 1) * interval + CollectionSettings.turnDelay
    }

    /// The range of a live fetch: the unsettled tail, and what has settled since the last one.
    /// The first one of hours takes the newest week along; the first year of days is a separate request.
    func tailRange(_ statistic: StatisticName, _ settings: CollectionSettings, now: UnixTime) -> TimeRange {
        let tail = settings.tail(granularity, now: now)
        let unsettled = granularity.floor(now - settings.settleDelay)
        let awaited = awaited(statistic, settings)?.start ?? (granularity == .daily ? unsettled : .min)
        guard let gap = missing(statistic, in: settings.desired(granularity, now: now)).ranges.last,
            gap.end == unsettled
        else { return tail }
        // What makes answers fail is not asked for again; what lies before it is backfill's.
        let failing = setAside.lazy.filter { $0.breaksAnswers && !$0.isOpen }.map(\.range.end).filter {
            $0 <= unsettled
        }
        let start = max(gap.start, awaited, tail.end - PlannedRequest.longest(granularity), failing.max() ?? .min)
        return TimeRange(min(start, tail.start), tail.end)
    }
}
