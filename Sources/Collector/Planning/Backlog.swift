internal import UsageModel

/// What a planner still has to fetch.
extension Planner {
    /// Seconds of history that are still to be fetched.
    func remaining(_ granularity: Granularity, now: UnixTime) -> Int64 {
        tracks.filter { $0.granularity == granularity }.reduce(0) { $0 + backlog(of: $1, now: now).seconds }
    }

    /// Requests until nothing is missing: live tails that were never fetched, and the windows of backfill. Those that
    /// fail, or that the vendor refuses, come on top.
    func requestsLeft(now: UnixTime) -> Int {
        tracks.reduce(0) { $0 + requestsLeft(for: $1, now: now) }
    }

    private func requestsLeft(for track: Track, now: UnixTime) -> Int {
        var backlog = backlog(of: track, now: now)
        var windows = 0
        if track.tailFetched.isEmpty {
            windows = 1
            backlog = backlog.subtracting(TimeRangeSet(track.tailRange(.everything, settings, now: now)))
        }
        windows += backlog.ranges.reduce(0) { $0 + PlannedRequest.windows(in: $1, track.granularity) }
        let offer = tailOffer(track)
        guard !offer.servesWildcard else { return windows }
        return windows * ((offer.names.count + StatisticsOffer.batchSize - 1) / StatisticsOffer.batchSize)
    }

    /// Scopes that miss anything.
    func incompleteScopes(now: UnixTime) -> [Scope] {
        tracks.filter { $0.tailFetched.isEmpty || !backlog(of: $0, now: now).isEmpty }.map(\.scope)
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
