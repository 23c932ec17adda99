internal import AlgoliaClient
internal import History
internal import UsageModel

/// The meaning of a failed request: a function of the request, its error and what is known of the application.
///
/// ``FailureKind`` says who waits. Where the vendor rejects a request, the meaning depends on what it was for:
///
/// | answer | live, probe | backfill | retry, horizon, revision | isolation | read-through |
/// |---|---|---|---|---|---|
/// | 403, the first where nothing of it was ever served | the statistics | the statistics | the statistics | the piece | the statistics |
/// | 403 for an index, where another has it or is still to be asked | the index | the index | the index | the index | the index |
/// | 403 for several indices in a row | unknown | unknown | unknown | unknown | unknown |
/// | 404 | the index, the wildcard or the statistics | the range | put off | the piece | nothing |
/// | 400, 422 | the statistics; the index, where another has them or is still to be asked | the range | put off | the piece | the statistics, if it names one that was never served |
///
/// A 404 is no failure where it proves that there are no data (``absence(_:_:)``).
enum Diagnosis: Equatable {
    /// It says nothing about the vendor.
    case nothing
    /// The application has to wait.
    case throttled
    /// The key is refused, or missing.
    case keyRefused
    /// Indices are refused in a row: the application itself will tell whether it is the key.
    case keyDoubted
    /// The wildcard may be refused, or the key, or there are no data: a request by names will tell. `isForbidden` for a 403,
    /// which is believed once.
    case wildcardDoubted(isForbidden: Bool = false)
    /// The plan lacks statistics of the request.
    case statisticsRefused(message: String, isForbidden: Bool = false)
    /// The vendor knows nothing of the index.
    case indexUnknown
    /// The index is refused, and neither the statistics nor the key. `isForbidden` for a 403.
    case indexRefused(isForbidden: Bool = false)
    /// The range may begin before the vendor's retention.
    case rangeRefused(isAbsence: Bool)
    /// The range is refused though older ones are served.
    case windowRefused
    /// The application itself will soon ask for something as old, which tells more.
    case leftToApplication
    /// Another attempt tomorrow is soon enough.
    case putOff
    /// One piece of a search is refused (``AnswerSearch``).
    case pieceRefused(message: String, isForbidden: Bool = false)
    /// No reason is named: it may pass, or lie in the data.
    case silent

    /// The state of the application when the request failed.
    struct Knowledge {
        var planner: Planner
        var discovery: IndexDiscovery

        /// Whether everything that was asked for was answered in a newer range.
        func wasServed(_ request: PlannedRequest) -> Bool {
            guard let track = planner.track(request.scope, request.granularity) else { return false }
            if request.statistics.answeredNames.allSatisfy({ track.lastTail($0) != nil }) { return true }
            // The wildcard is all names, and their tails may have been fetched by name.
            let names = planner.offer(request.scope).names
            return request.statistics == .all && !names.isEmpty && names.allSatisfy { track.lastTail($0) != nil }
        }

        /// Whether what was asked for was served for this scope, by the hour or by the day, or for another of its level.
        fileprivate func isServed(_ request: PlannedRequest) -> Bool {
            if planner.offer(request.scope).isProven(request.statistics) { return true }
            return [Granularity.hourly, .daily].contains { granularity in
                var request = request
                request.granularity = granularity
                return wasServed(request)
            }
        }

        /// Whether another index, which does not fail itself, has what was asked for of one.
        fileprivate func isServedElsewhere(_ request: PlannedRequest) -> Bool {
            let names = request.statistics.answeredNames
            return planner.tracks.contains { track in
                track.scope.isIndex && track.scope != request.scope && track.failures == 0
                    && names.allSatisfy { track.lastTail($0) != nil }
            }
        }

        /// Whether a refusal may be about one index alone: another is left that has not failed, and those that have are few.
        /// - Parameter isForbidden: whether it may be the key's restriction to some indices, which may leave few.
        fileprivate func maySingleOut(_ request: PlannedRequest, isForbidden: Bool = false) -> Bool {
            var (failed, others): (Set<Scope>, Set<Scope>) = ([], [])
            for track in planner.tracks where track.scope.isIndex && track.scope != request.scope {
                others.insert(track.scope)
                if track.failures > 0 { failed.insert(track.scope) }
            }
            let most = isForbidden ? max(Self.fewIndices, others.count / 2) : Self.fewIndices
            return failed.count < min(most, others.count)
        }

        /// The indices that may be refused with a 403 in a row before the key is doubted.
        fileprivate var mostForbidden: Int { planner.canAskApplication ? 2 : Self.fewIndices }

        private static let fewIndices = 10

        /// Whether a 404 for an index may be about the wildcard: where the application's was refused, too.
        fileprivate func mayBeWildcard(_ request: PlannedRequest) -> Bool {
            request.statistics == .all && !planner.offer(request.scope).isProven(.all)
                && planner.offers[.application]?.servesWildcard == false
        }

        /// Whether nothing of what was asked for was ever served.
        fileprivate func isUnproven(_ request: PlannedRequest) -> Bool {
            guard !planner.offer(request.scope).isProven(request.statistics) else { return false }
            let answered = planner.track(request.scope, request.granularity)?.answered ?? [:]
            return request.statistics.answeredNames.allSatisfy { answered[$0] == nil }
        }
    }

    /// - Parameter forbidden: what was refused since the last answer with a 403 that was not taken for the key's.
    init(_ failed: FailedRequest, _ known: Knowledge, forbidden: Set<Scope>) {
        self =
            switch FailureKind(failed.error) {
            case .cancelled, .storage: .nothing
            case .throttled: .throttled
            case .unauthorized: Self.unauthorized(failed, known, forbidden: forbidden)
            case .rejected: Self.rejected(failed, known)
            case .transient: .silent
            }
    }

    /// A key that is refused, or a plan that lacks what was asked for: that only where nothing of it was ever served, and
    /// not twice in a row.
    private static func unauthorized(_ failed: FailedRequest, _ known: Knowledge, forbidden: Set<Scope>) -> Self {
        let request = failed.request
        guard case .unauthorized(403, let message) = failed.error, forbidden.allSatisfy(\.isIndex) else {
            return .keyRefused
        }
        if request.scope.isIndex { return forbiddenIndex(request, message, known, forbidden: forbidden) }
        guard forbidden.isEmpty, known.isUnproven(request) else { return .keyRefused }
        return forbiddenStatistics(request, message)
    }

    /// A 403 for an index: keys may be restricted to some. Neither key nor plan is blamed while another index has what was
    /// asked for, or is still to be asked.
    private static func forbiddenIndex(
        _ request: PlannedRequest, _ message: String, _ known: Knowledge, forbidden: Set<Scope>
    ) -> Self {
        let doubt = known.planner.canAskApplication ? Self.keyDoubted : .keyRefused
        guard forbidden.union([request.scope]).count <= known.mostForbidden else { return doubt }
        if known.isServedElsewhere(request)
            || request.purpose == .live && known.maySingleOut(request, isForbidden: true)
        {
            return .indexRefused(isForbidden: true)
        }
        guard !forbidden.contains(request.scope), known.isUnproven(request) else { return doubt }
        // Names will tell whether it is the wildcard, and one name after the application whether it is the statistics.
        return forbidden.isEmpty || request.statistics == .all ? forbiddenStatistics(request, message) : doubt
    }

    private static func forbiddenStatistics(_ request: PlannedRequest, _ message: String) -> Self {
        if request.purpose == .isolation { return .pieceRefused(message: message, isForbidden: true) }
        return request.statistics == .all
            ? .wildcardDoubted(isForbidden: true) : .statisticsRefused(message: message, isForbidden: true)
    }

    /// The meaning of what the vendor says about the statistics, the range or the index.
    private static func rejected(_ failed: FailedRequest, _ known: Knowledge) -> Self {
        let request = failed.request
        let (message, isAbsence): (String, Bool)
        switch failed.error {
        case .notFound(let text): (message, isAbsence) = (text, true)
        case .refused(_, let text): (message, isAbsence) = (text, false)
        default: return .nothing
        }
        switch request.purpose {
        case .live, .probe:
            guard isAbsence else {
                let mayBeIndex =
                    request.purpose == .live && request.scope.isIndex
                    && !StatisticsOffer.names(request.statistics, in: message)
                return mayBeIndex && (known.isServedElsewhere(request) || known.maySingleOut(request))
                    ? .indexRefused() : .statisticsRefused(message: message)
            }
            if request.scope.isIndex, !known.mayBeWildcard(request) { return .indexUnknown }
            // Either the wildcard is refused, or there are no data: names will tell.
            return request.statistics == .all ? .wildcardDoubted() : .statisticsRefused(message: message)
        case .readThrough:
            // What a client asks for may be refused for itself, and says nothing about the plan
            // unless the vendor names a statistic that it never served.
            guard !isAbsence, StatisticsOffer.names(request.statistics, in: message), !known.wasServed(request) else {
                return .nothing
            }
            return .statisticsRefused(message: message)
        case .backfill: return range(failed, known, message: message, isAbsence: isAbsence)
        case .retry, .horizon, .revision: return .putOff
        case .isolation: return .pieceRefused(message: message)
        }
    }

    /// The meaning of a refused window of the past.
    private static func range(
        _ failed: FailedRequest, _ known: Knowledge, message: String, isAbsence: Bool
    ) -> Self {
        let (request, sentAt) = (failed.request, failed.sentAt)
        guard sentAt - request.range.start > known.planner.reaches[ReachKey(request)].served else {
            // Older ranges were served, so it is not too old.
            return StatisticsOffer.names(request.statistics, in: message)
                ? .statisticsRefused(message: message) : .windowRefused
        }
        let waits =
            isAbsence
            && known.planner.waitsForApplication(
                request.scope, request.granularity, start: request.range.start, now: sentAt)
        return waits ? .leftToApplication : .rangeRefused(isAbsence: isAbsence)
    }

    /// The proof that a 404 gives.
    enum Absence: Equatable {
        /// Nothing was reported for what was asked.
        case ofRequest
        /// Names are absent as well as the wildcard: there are no data yet, and nothing is refused.
        case ofEverything
    }

    /// Whether a 404 proves that there are no data, and of what; nil where it may mean something else.
    static func absence(_ failed: FailedRequest, _ known: Knowledge) -> Absence? {
        guard case .notFound(let message) = failed.error else { return nil }
        let request = failed.request
        switch request.purpose {
        case .probe, .horizon: return nil
        case .revision, .retry, .isolation: return .ofRequest
        case .backfill, .readThrough:
            let isAbsent = known.planner.reaches.provesAbsence(
                request.scope, request.granularity, request.range, now: failed.sentAt)
            return isAbsent && known.wasServed(request) ? .ofRequest : nil
        case .live: break
        }
        if request.scope.isIndex {
            // The newest window of an index that exists: it has no data yet, or none for long.
            return known.discovery.isListed(request.scope.index) && !known.mayBeWildcard(request) ? .ofRequest : nil
        }
        if known.isServed(request) { return .ofRequest }
        let offer = known.planner.offer(request.scope)
        guard offer.doubtsWildcard, !offer.hasProven, request.statistics != .all,
            !StatisticsOffer.names(request.statistics, in: message)
        else { return nil }
        return .ofEverything
    }
}
