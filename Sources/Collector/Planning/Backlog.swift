internal import UsageModel

/// The requests that a planner still has to make.
extension Planner {
    /// Seconds of history that are still to be fetched.
    func remaining(_ granularity: Granularity, now: UnixTime) -> Int64 {
        tracks.lazy.filter { $0.granularity == granularity }.reduce(0) { $0 + backlog(of: $1, now: now).seconds }
    }

    /// How many ranges are set aside.
    func setAsideCount(_ granularity: Granularity) -> Int {
        tracks.lazy.filter { $0.granularity == granularity }.reduce(0) { $0 + $1.setAside.count }
    }

    /// Requests until nothing is missing: live tails that were never fetched, and the windows of backfill. Those that
    /// fail, or that the vendor refuses, come on top.
    func requestsLeft(now: UnixTime) -> Int {
        tracks.reduce(0) { $0 + requestsLeft(for: $1, now: now) }
    }

    private func requestsLeft(for track: Track, now: UnixTime) -> Int {
        guard !track.tailFetched.isEmpty else {
            return requests(of: track) + requests(for: beyondTail(track, now: now), of: track)
        }
        return requests(for: backlog(of: track, now: now), of: track)
    }

    /// Requests that a start makes before it waits: the live tails that are due, and what is missing besides.
    func requestsOfStart(now: UnixTime) -> (newest: Int, missing: Int) {
        tracks.reduce(into: (newest: 0, missing: 0)) { sum, track in
            if track.firstDue <= now {
                sum.newest += requests(of: track)
                sum.missing += requests(for: beyondTail(track, now: now), of: track)
            } else {
                sum.missing += requests(for: backlog(of: track, now: now), of: track)
            }
        }
    }

    /// What a track misses and its next live tail does not bring.
    private func beyondTail(_ track: Track, now: UnixTime) -> TimeRangeSet {
        // A tail that is awaited hides what it does not bring after a long pause.
        let missing =
            track.tailFetched.isEmpty ? backlog(of: track, now: now) : track.missing(in: desired(track, now: now))
        // Most names have the same tail.
        let name = tailNames(track).first ?? .everything
        return missing.subtracting(TimeRangeSet(track.tailRange(name, settings, now: now)))
    }

    private func requests(for missing: TimeRangeSet, of track: Track) -> Int {
        missing.ranges.reduce(0) { $0 + PlannedRequest.windows(in: $1, track.granularity) } * requests(of: track)
    }

    /// Requests for one window: several where the plan refuses the wildcard.
    private func requests(of track: Track) -> Int {
        let offer = tailOffer(track)
        guard !offer.servesWildcard else { return 1 }
        return (offer.names.count + StatisticsOffer.batchSize - 1) / StatisticsOffer.batchSize
    }

    /// Scopes that miss anything, also what their live tail is about to bring.
    /// - Parameter since: what has settled later may be missing; nil for now. With many indices there is always one whose
    ///   newest hours are due.
    func incompleteScopes(now: UnixTime, since: UnixTime? = nil) -> [Scope] {
        tracks.filter { track in
            guard !track.tailFetched.isEmpty, backlog(of: track, now: now).isEmpty else { return true }
            guard track.firstDue <= now else { return false }
            let desired = desired(track, now: now)
            let settled = track.granularity.floor(min(since ?? now, now) - settings.settleDelay)
            return !track.missing(in: TimeRange(desired.start, max(min(desired.end, settled), desired.start))).isEmpty
        }.map(\.scope)
    }

    /// The ranges that one track misses, without those that its next live tail brings.
    func backlog(of track: Track, now: UnixTime) -> TimeRangeSet {
        let offer = offer(track.scope)
        let missing = track.missing(in: desired(track, now: now))
        guard !missing.isEmpty else { return missing }
        if offer.servesWildcard, track.openSince.isEmpty {
            return missing.subtracting(awaited(track, .everything))
        }
        return offer.names.reduce(TimeRangeSet()) { backlog, name in
            backlog.union(self.backlog(of: track, name, now: now))
        }
    }

    /// The same of one statistic.
    func backlog(of track: Track, _ name: StatisticName, now: UnixTime) -> TimeRangeSet {
        let open = track.openSince
        let missing = track.missing(name, in: desired(track, now: now))
        // What the live tail goes on without comes when that can have it again.
        if let start = open[name] { return missing.subtracting(TimeRangeSet(TimeRange(start, .max))) }
        return missing.subtracting(awaited(track, tailName(offer(track.scope), open, name)))
    }

    private func awaited(_ track: Track, _ name: StatisticName) -> TimeRangeSet {
        track.awaited(name, settings).map { TimeRangeSet($0) } ?? TimeRangeSet()
    }

    /// Under which name the live tail of `name` is asked for.
    func tailName(
        _ offer: StatisticsOffer, _ open: [StatisticName: UnixTime], _ name: StatisticName
    ) -> StatisticName {
        offer.servesWildcard && open.isEmpty ? .everything : name
    }
}
