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
    func emptyAnswer(to request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) -> UnstoredAnswer? {
        guard case .notFound(let message) = error else { return nil }
        let empty = UnstoredAnswer(request: request, answer: UsageAnswer(), sentAt: sentAt, isAbsence: true)
        switch request.purpose {
        case .probe, .horizon: return nil
        case .revision, .retry, .isolation: return empty
        case .backfill, .readThrough:
            let isAbsent = planner.reaches.provesAbsence(
                request.scope, request.granularity, request.range, now: sentAt)
            return isAbsent && wasServed(request) ? empty : nil
        case .live: break
        }
        if request.scope.isIndex {
            // The newest window of an index that exists: it has no data yet, or none for long.
            return isListed(request.scope.index) && !mayBeWildcard(request) ? empty : nil
        }
        if wasServed(request) { return empty }
        let offer = planner.offer(request.scope)
        guard offer.doubtsWildcard, !offer.hasProven, request.statistics != .all,
            !StatisticsOffer.names(request.statistics, in: message)
        else { return nil }
        // Names are absent as well as the wildcard: there are no data yet, and nothing is refused.
        planner.offers[EndpointLevel(request.scope)]?.resolveDoubt(isRefused: false)
        var all = empty
        all.request.statistics = .all
        return all
    }

    /// Whether everything that was asked for was answered in a newer range.
    func wasServed(_ request: PlannedRequest) -> Bool {
        guard let track = planner.track(request.scope, request.granularity) else { return false }
        return request.statistics.answeredNames.allSatisfy { track.lastTail($0) != nil }
    }

    /// Takes a refusal of a window of the past for one of its range: looks for the oldest start that is served.
    func refuseRange(
        _ request: PlannedRequest, _ error: AlgoliaError, message: String, sentAt: UnixTime, isAbsence: Bool
    ) async {
        let key = ReachKey(request)
        let age = sentAt - request.range.start
        health.answered(now: clock.seconds, error: error)
        guard age > planner.reaches[key].served else {
            // Older ranges were served, so it is not too old.
            if StatisticsOffer.names(request.statistics, in: message) {
                return await refuse(request, error, message: message)
            }
            return await putAside(request, error, sentAt: sentAt)
        }
        if isAbsence,
            planner.waitsForApplication(request.scope, request.granularity, start: request.range.start, now: sentAt)
        {
            return planner.update(request.scope, request.granularity) {
                $0.notBefore = (clock.seconds + Self.turn).rounded(.up)
            }
        }
        log.debug(
            "\(error); looking for the oldest range that Algolia serves",
            metadata: ["granularity": "\(request.granularity.rawValue)", "range": "\(request.range)"])
        planner.reaches.update(key) {
            $0.noteRefused(
                request.range.start, request.granularity, now: sentAt, reason: error.description, isAbsence: isAbsence)
        }
        planner.continueSearch(request.scope)
        do { try await conclude(request) } catch { _ = pauseForStorage(error) }
    }

    /// Notes that a range was served, and what follows from it for older ones.
    func noteReach(_ request: PlannedRequest, sentAt: UnixTime) async throws {
        let key = ReachKey(request)
        let age = sentAt - request.range.start
        if request.purpose == .horizon, let horizon = planner.reaches.horizon(key), age > horizon.age {
            log.info(
                "Algolia serves older \(request.granularity.rawValue) history again; fetching it",
                metadata: ["level": "\(key.level)"])
            try await history.forgetVendorHorizon(key.level, key.granularity, application: client.application)
            planner.reaches.setHorizon(nil, for: key)
        }
        planner.reaches.update(key) { $0.noteServed(request.range.start, request.granularity, now: sentAt) }
        guard planner.reaches[key].isSearching else { return }
        planner.continueSearch(request.scope)
        try await conclude(request)
    }

    /// Notes that a window of the past has no data. Where the whole past of the application has none, nothing older is
    /// asked for: not for its indices, and where days have none, not for hours.
    func noteAbsence(_ request: PlannedRequest, sentAt: UnixTime) async throws {
        let key = ReachKey(request)
        let reach = planner.reaches[key]
        guard request.purpose == .backfill, !request.scope.isIndex, reach.searched.contains(request.scope) else {
            return
        }
        guard
            request.range.start <= settings.desired(request.granularity, now: sentAt).start
                + request.granularity.seconds
        else { return planner.continueSearch(request.scope) }
        try await limit(key, age: reach.age, reason: reach.reason)
        let hourly = ReachKey(.application, .hourly)
        // The day in which the data begin may have hours.
        let age = reach.age + Granularity.daily.seconds
        guard request.granularity == .daily, planner.reaches.horizon(hourly) == nil, age < settings.horizon else {
            return
        }
        try await limit(hourly, age: age, reason: reach.reason)
    }

    /// Ends the search for the oldest range that is served, if nothing is left to look at.
    private func conclude(_ request: PlannedRequest) async throws {
        let key = ReachKey(request)
        let reach = planner.reaches[key]
        guard reach.isFound else { return }
        if reach.isAbsence {
            planner.reaches.update(key) { $0.noteSearched(request.scope) }
            // Days have told that there is nothing older.
            if !request.scope.isIndex, planner.reaches.horizon(key) != nil {
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
    private func putAside(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        var request = request
        let names = request.statistics.answeredNames
        let known = planner.track(request.scope, request.granularity)?.setAside.filter {
            names.contains($0.statistic) && ($0.isOpen || $0.range.overlaps(request.range))
        }
        // What the live tail goes on without has grown since.
        for open in known ?? [] where open.isOpen { request.range.start = min(request.range.start, open.range.start) }
        note(request, error, "skipping the range, retrying in 24 h")
        await setAside(
            request, reason: error.description, breaksAnswers: known?.contains(where: \.breaksAnswers) ?? false,
            sentAt: sentAt)
    }

    /// Leaves what is only asked for now and then to the next day.
    func putOff(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        health.answered(now: clock.seconds, error: error)
        let key = ReachKey(request)
        switch request.purpose {
        case .retry: await putAside(request, error, sentAt: sentAt)
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
            note(request, error, "retrying revisions of the range in 24 h")
            planner.update(request.scope, request.granularity) { $0.revisionChecked = sentAt }
        case .live, .probe, .backfill, .isolation, .readThrough: break
        }
    }
}
