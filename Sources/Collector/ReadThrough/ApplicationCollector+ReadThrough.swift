public import AlgoliaClient
internal import History
public import UsageModel

/// Fetching on behalf of a client of the proxy.
extension ApplicationCollector {
    /// Seconds that one question may wait for its windows.
    private static let patience = 120.0

    /// Fetches and stores what is settled, asked for and missing, in windows as backfill's, within the
    /// quota. However many ask for the same at once, each window is requested once: they go one by one,
    /// and what another has brought meanwhile is no longer missing.
    ///
    /// - Returns: whether everything that is settled is there now; not when the application is told to wait.
    /// - Throws: why a window cannot be had.
    public func readThrough(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection
    ) async throws(AlgoliaError) -> Bool {
        let question = ReadThroughPlanner.Question(
            scope: scope, granularity: granularity, range: range, statistics: statistics)
        let deadline = clock.seconds + Self.patience
        while !Task.isCancelled, clock.seconds < deadline {
            await gate.enter(.reader)
            let outcome = await fetchNextMissing(question)
            await gate.leave()
            switch outcome {
            case .complete: return true
            case .pausing: return false
            case .fetched: continue
            case .failed(let error): throw error
            }
        }
        return false
    }

    private enum Progress {
        /// Nothing is missing.
        case complete
        /// Something is missing that cannot be had now.
        case pausing
        case fetched
        case failed(AlgoliaError)
    }

    /// Requests the newest missing window.
    private func fetchNextMissing(_ question: ReadThroughPlanner.Question) async -> Progress {
        guard !Task.isCancelled, await prepare() == nil else { return .pausing }
        let (scope, granularity) = (question.scope, question.granularity)
        let track = planner.track(scope, granularity)
        if let error = readThroughPlanner.failure(of: scope, now: clock.seconds) { return .failed(error) }
        let answered: [StatisticName: TimeRangeSet]
        do {
            if let track { answered = track.known } else { answered = try await knownOfForeign(scope, granularity) }
        } catch {
            _ = pauseForStorage(error)
            return .pausing
        }
        let offer = planner.offer(scope)
        let request = ReadThroughPlanner.request(
            question, answered: answered, offer: offer, settings: settings,
            retention: planner.reaches.horizon(ReachKey(EndpointLevel(scope), granularity))?.age, now: clock.now)
        guard let request else { return .complete }
        guard health.pausedUntil(now: clock.seconds) == nil, (track?.notBefore ?? 0) <= clock.seconds else {
            return .pausing
        }
        switch await perform(request) {
        case .stored: return .fetched
        case .notStored: return .pausing
        // A refused name or wildcard is left out from now on; the others are still to be had.
        case .failed(.refused) where planner.offer(scope).refused != offer.refused: return .fetched
        case .failed(let error):
            if track == nil { readThroughPlanner.noteFailure(of: scope, error, now: clock.seconds) }
            return .failed(error)
        }
    }

    /// The ranges that need not be asked for in a scope that is not collected, by statistic or `*`.
    private func knownOfForeign(
        _ scope: Scope, _ granularity: Granularity
    ) async throws -> [StatisticName: TimeRangeSet] {
        var foreign = Track(
            scope: scope, granularity: granularity,
            answered: try await history.answered(application: scope.application)[scope]?[granularity] ?? [:],
            tailFetched: [:])
        // What is set aside is not asked for by every reader again.
        foreign.setAside = try await history.setAside(application: scope.application).filter {
            $0.scope == scope && $0.granularity == granularity
        }
        foreign.derive(served: [])
        return foreign.known
    }
}
