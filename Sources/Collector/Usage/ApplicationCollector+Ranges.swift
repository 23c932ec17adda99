internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Failures that are about the range that was asked for, and not about the statistics or the key.
///
/// The vendor answers 404 where it has no data in a range, and refuses a range that begins before its retention with
/// 400, 404 or 422. A statistic that was served for a newer range is never the cause.
extension ApplicationCollector {
    /// Seconds that an index leaves to its application.
    private static let turn = 30.0

    /// The answer that a 404 stands for: nothing was reported. Nil where it may mean something else.
    func emptyAnswer(to work: Work, _ error: AlgoliaError, sentAt: UnixTime) -> UnstoredAnswer? {
        guard case .notFound(let message) = error else { return nil }
        let empty = UnstoredAnswer(work: work, answer: UsageAnswer(), sentAt: sentAt, isAbsence: true)
        switch work.purpose {
        case .probe, .horizon: return nil
        case .revision, .retry, .isolation: return empty
        case .backfill, .readThrough:
            let isAbsent = planner.reaches.provesAbsence(
                work.scope, work.granularity, work.range, now: sentAt)
            return isAbsent && wasServed(work) ? empty : nil
        case .live: break
        }
        if work.scope.isIndex {
            // The newest window of an index that exists: it has no data yet, or none for long.
            return isListed(work.scope.index) && !mayBeWildcard(work) ? empty : nil
        }
        if wasServed(work) { return empty }
        let offer = planner.offer(work.scope)
        guard offer.doubtsWildcard, !offer.hasProven, work.statistics != .all,
            !StatisticsOffer.names(work.statistics, in: message)
        else { return nil }
        // Names are absent as well as the wildcard: there are no data yet, and nothing is refused.
        planner.offers[EndpointLevel(work.scope)]?.resolveDoubt(isRefused: false)
        var all = empty
        all.work.statistics = .all
        return all
    }

    /// Whether everything that was asked for was answered in a newer range.
    func wasServed(_ work: Work) -> Bool {
        guard let track = planner.track(work.scope, work.granularity) else { return false }
        return work.statistics.trackedNames.allSatisfy { track.lastTail($0) != nil }
    }

    /// Takes a refusal of a window of the past for one of its range: looks for the oldest start that is served.
    func refuseRange(
        _ work: Work, _ error: AlgoliaError, message: String, sentAt: UnixTime, isAbsence: Bool
    ) async {
        let key = ReachKey(work)
        let age = sentAt - work.range.start
        health.answered(now: clock.seconds, error: error)
        guard age > planner.reaches[key].served else {
            // Older ranges were served, so it is not too old.
            if StatisticsOffer.names(work.statistics, in: message) {
                return await refuse(work, error, message: message)
            }
            return await putAside(work, error, sentAt: sentAt)
        }
        if isAbsence, planner.waitsForApplication(work.scope, work.granularity, start: work.range.start, now: sentAt) {
            return planner.update(work.scope, work.granularity) {
                $0.notBefore = (clock.seconds + Self.turn).rounded(.up)
            }
        }
        log.debug(
            "\(error); looking for the oldest range that Algolia serves",
            metadata: ["granularity": "\(work.granularity.rawValue)", "range": "\(work.range)"])
        planner.reaches.update(key) {
            $0.noteRefused(
                work.range.start, work.granularity, now: sentAt, reason: error.description, isAbsence: isAbsence)
        }
        planner.continueSearch(work.scope)
        do { try await conclude(work) } catch { _ = pauseForStorage(error) }
    }

    /// Notes that a range was served, and what follows from it for older ones.
    func noteReach(_ work: Work, sentAt: UnixTime) async throws {
        let key = ReachKey(work)
        let age = sentAt - work.range.start
        if work.purpose == .horizon, let horizon = planner.reaches.horizon(key), age > horizon.age {
            log.info(
                "Algolia serves older \(work.granularity.rawValue) history again; fetching it",
                metadata: ["level": "\(key.level)"])
            try await history.forgetVendorHorizon(key.level, key.granularity, application: client.application)
            planner.reaches.setHorizon(nil, for: key)
        }
        planner.reaches.update(key) { $0.noteServed(work.range.start, work.granularity, now: sentAt) }
        guard planner.reaches[key].isSearching else { return }
        planner.continueSearch(work.scope)
        try await conclude(work)
    }

    /// Notes that a window of the past has no data. Where the whole past of the application has none, nothing older is
    /// asked for: not for its indices, and where days have none, not for hours.
    func noteAbsence(_ work: Work, sentAt: UnixTime) async throws {
        let key = ReachKey(work)
        let reach = planner.reaches[key]
        guard work.purpose == .backfill, !work.scope.isIndex, reach.searched.contains(work.scope) else { return }
        guard
            work.range.start <= settings.desired(work.granularity, now: sentAt).start + work.granularity.seconds
        else { return planner.continueSearch(work.scope) }
        try await limit(key, age: reach.age, reason: reach.reason)
        let hourly = ReachKey(.application, .hourly)
        // The day in which the data begin may have hours.
        let age = reach.age + Granularity.daily.seconds
        guard work.granularity == .daily, planner.reaches.horizon(hourly) == nil, age < settings.horizon else { return }
        try await limit(hourly, age: age, reason: reach.reason)
    }

    /// Ends the search for the oldest range that is served, if nothing is left to look at.
    private func conclude(_ work: Work) async throws {
        let key = ReachKey(work)
        let reach = planner.reaches[key]
        guard reach.isFound else { return }
        if reach.isAbsence {
            planner.reaches.update(key) { $0.noteSearched(work.scope) }
            // Days have told that there is nothing older.
            if !work.scope.isIndex, planner.reaches.horizon(key) != nil {
                try await limit(key, age: planner.reaches[key].age, reason: reach.reason)
            }
        } else if reach.isConfirmed(key.granularity) {
            planner.reaches.update(key) { $0.finish() }
            try await limit(key, age: planner.reaches[key].age, reason: reach.reason)
        } else {
            planner.reaches.update(key) { $0.doubt() }
        }
    }

    private func limit(_ key: ReachKey, age: Int64, reason: String) async throws {
        let now = clock.now
        let horizon = VendorHorizon(
            level: key.level, granularity: key.granularity, age: age, reason: reason, triedAt: now)
        try await history.note(horizon, application: client.application)
        planner.reaches.setHorizon(horizon, for: key)
        metrics.remaining(planner, now: now)
        log.notice(
            """
            Algolia serves \(key.granularity.rawValue) history only since \(RFC3339.string(key.granularity.ceiling(now - age))): \
            \(reason); retrying older data every 24 h
            """, metadata: ["level": "\(key.level)"])
    }

    /// Sets a window aside that is refused though older ones are served, or still is what it was set aside for.
    private func putAside(_ work: Work, _ error: AlgoliaError, sentAt: UnixTime) async {
        var work = work
        let names = work.statistics.trackedNames
        let known = planner.track(work.scope, work.granularity)?.setAside.filter {
            names.contains($0.statistic) && ($0.isOpen || $0.range.overlaps(work.range))
        }
        // What the live tail goes on without has grown since.
        for open in known ?? [] where open.isOpen { work.range.start = min(work.range.start, open.range.start) }
        note(work, error, "skipping the range, retrying in 24 h")
        await setAside(
            work, reason: error.description, breaksAnswers: known?.contains(where: \.breaksAnswers) ?? false,
            sentAt: sentAt)
    }

    /// Leaves what is only asked for now and then to the next day.
    func putOff(_ work: Work, _ error: AlgoliaError, sentAt: UnixTime) async {
        health.answered(now: clock.seconds, error: error)
        let key = ReachKey(work)
        switch work.purpose {
        case .retry: await putAside(work, error, sentAt: sentAt)
        case .horizon:
            guard var horizon = planner.reaches.horizon(key) else { return }
            horizon.triedAt = sentAt
            planner.reaches.setHorizon(horizon, for: ReachKey(horizon.level, horizon.granularity))
            do {
                try await history.note(horizon, application: client.application)
            } catch {
                _ = pauseForStorage(error)
            }
        case .revision:
            note(work, error, "retrying revisions of the range in 24 h")
            planner.update(work.scope, work.granularity) { $0.revisionChecked = sentAt }
        case .live, .probe, .backfill, .isolation, .readThrough: break
        }
    }
}
