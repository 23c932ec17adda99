internal import History
internal import UsageModel

/// How far the history of one application is complete, for ``ApplicationCollector/runUntilComplete(progress:)``.
struct BackfillProgress {
    /// Failures in a row after which a scope counts as stuck.
    private static let patience = 5
    /// Ranges that are named one by one.
    private static let shownRanges = 20

    private let application: ApplicationID
    private let planner: Planner
    private let now: UnixTime
    private let since: UnixTime
    /// Whether indices are known and every live tail has been fetched once.
    let isComplete: Bool

    /// - Parameters:
    ///   - knowsIndices: whether the list of indices is known, or none can be had.
    ///   - since: when the backfill began: what has settled later is the live tail's.
    init(_ application: ApplicationID, _ planner: Planner, knowsIndices: Bool, since: UnixTime, now: UnixTime) {
        self.application = application
        self.planner = planner
        self.now = now
        self.since = since
        isComplete =
            knowsIndices && planner.incompleteScopes(now: now, since: since).isEmpty
            && [Granularity.hourly, .daily].allSatisfy { planner.remaining($0, now: now) == 0 }
    }

    /// The scopes that keep failing, if nothing else is missing; else none.
    var stuck: [String] {
        let stuck = Set(
            planner.tracks.lazy.filter { $0.failures >= Self.patience && !$0.searches.isRunning }
                .map(\.scope.description))
        let incomplete = Set(planner.incompleteScopes(now: now, since: since).map(\.description))
        return incomplete.isSubset(of: stuck) ? stuck.sorted() : []
    }

    /// The parts of the wanted history that the vendor did not give, as lines for people.
    ///
    /// Days that are older than ``CollectionSettings/usualRetention`` are wanted only as far as the vendor keeps them.
    var shortfall: [String] {
        var lines: [String] = []
        for granularity in [Granularity.hourly, .daily] {
            guard let horizon = planner.reaches.horizon(ReachKey(.application, granularity)) else { continue }
            let wanted = granularity == .daily ? CollectionSettings.usualRetention : planner.settings.horizon
            guard horizon.age < wanted - 2 * granularity.seconds else { continue }
            let start = RFC3339.string(granularity.ceiling(now - horizon.age))
            lines.append("\(application): no \(granularity.rawValue) history before \(start): \(horizon.reason)")
        }
        let setAside = planner.tracks.flatMap(\.setAside)
        lines += setAside.prefix(Self.shownRanges).map {
            "\($0.scope): \($0.granularity.rawValue) \($0.statistic) of \($0.range) skipped: \($0.reason)"
        }
        if setAside.count > Self.shownRanges {
            lines.append("\(application): \(setAside.count - Self.shownRanges) more ranges skipped")
        }
        return lines
    }
}
