public import AlgoliaClient
internal import History
public import UsageModel

/// Fetching on behalf of a client of the proxy.
extension ApplicationCollector {
    /// Seconds that one question may wait for its windows.
    private static let patience = 120.0
    /// Seconds for which a failure is believed where no track remembers it.
    private static let foreignPause = 60.0
    private static let notFoundPause = 600.0
    private static let foreignScopes = 1000

    /// Fetches and stores what is settled, asked for and missing, in windows as backfill's, within the
    /// quota. However many ask for the same at once, each window is requested once: they go one by one,
    /// and what another has brought meanwhile is no longer missing.
    ///
    /// - Returns: whether everything that is settled is there now; not when the application is told to wait.
    /// - Throws: why a window cannot be had.
    public func readThrough(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection
    ) async throws(AlgoliaError) -> Bool {
        let deadline = clock.seconds + Self.patience
        while !Task.isCancelled, clock.seconds < deadline {
            await gate.enter(.reader)
            let outcome = await fetchNextMissing(scope, granularity, range, statistics)
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
    private func fetchNextMissing(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection
    ) async -> Progress {
        guard !Task.isCancelled, await prepare() == nil else { return .pausing }
        let track = planner.track(scope, granularity)
        if let failure = foreignFailures[scope] {
            if failure.until > clock.seconds { return .failed(failure.error) }
            foreignFailures[scope] = nil
        }
        let answered: [StatisticName: TimeRangeSet]
        if let track {
            answered = track.known
        } else {
            do {
                // What is set aside is not asked for by every reader again.
                var foreign = Track(
                    scope: scope, granularity: granularity,
                    answered: try await history.answered(application: scope.application)[scope]?[granularity] ?? [:],
                    tailFetched: [:])
                foreign.setAside = try await history.setAside(application: scope.application).filter {
                    $0.scope == scope && $0.granularity == granularity
                }
                foreign.derive(served: [])
                answered = foreign.known
            } catch {
                _ = pauseForStorage(error)
                return .pausing
            }
        }
        guard let request = missingRequest(scope, granularity, range, statistics, answered) else { return .complete }
        guard health.pausedUntil(now: clock.seconds) == nil, (track?.notBefore ?? 0) <= clock.seconds else {
            return .pausing
        }
        let refused = planner.offer(scope).refused
        switch await perform(request) {
        case .stored: return .fetched
        case .notStored: return .pausing
        // A refused name or wildcard is left out from now on; the others are still to be had.
        case .failed(.refused) where planner.offer(scope).refused != refused: return .fetched
        case .failed(let error):
            if track == nil { noteForeign(scope, error) }
            return .failed(error)
        }
    }

    /// The newest window that is missing of what is asked for, as wide as one request may be.
    private func missingRequest(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection,
        _ answered: [StatisticName: TimeRangeSet]
    ) -> PlannedRequest? {
        let offer = planner.offer(scope)
        let names: [StatisticName] =
            switch statistics {
            case .all: offer.names
            case .names(let names): names.filter { offer.servesWildcard || offer.names.contains($0) }
            }
        guard !names.isEmpty else { return nil }
        let now = clock.now
        let settled = granularity.floor(now - settings.settleDelay)
        let retention = planner.reaches.horizon(ReachKey(EndpointLevel(scope), granularity))?.age
        let oldest = granularity.ceiling(now - min(retention ?? .max, CollectionSettings.longestRetention))
        var asked = TimeRange(
            max(granularity.ceiling(range.start), oldest), min(granularity.ceiling(range.end), settled))
        // Of an index that nobody has asked for yet, only the vendor knows whether it exists.
        if asked.isEmpty, answered.isEmpty { asked = TimeRange(settled - granularity.seconds, settled) }
        let covered = History.fetched(names, in: answered)
        guard let end = TimeRangeSet(asked).subtracting(covered).ranges.last?.end else { return nil }
        // What lies before it will be wanted, too: by backfill, if by nobody else.
        let first = min(asked.start, settings.desired(granularity, now: now).start)
        guard let gap = TimeRangeSet(TimeRange(first, end)).subtracting(covered).ranges.last else { return nil }
        let window = TimeRange(max(gap.start, end - PlannedRequest.longest(granularity)), end)
        let selection: StatisticSelection
        if offer.servesWildcard {
            selection = .all
        } else {
            let lacking = names.filter { name in
                !History.fetched(name, in: answered).contains(window)
            }
            selection = .names(offer.batch(of: lacking))
        }
        return PlannedRequest(
            scope: scope, granularity: granularity, range: window, statistics: selection, purpose: .readThrough)
    }

    private func noteForeign(_ scope: Scope, _ error: AlgoliaError) {
        if foreignFailures.count >= Self.foreignScopes { foreignFailures = [:] }
        let pause: Double
        switch error {
        case .cancelled: return
        case .notFound: pause = Self.notFoundPause
        default: pause = Self.foreignPause
        }
        foreignFailures[scope] = (clock.seconds + pause, error)
    }
}
