internal import AlgoliaClient
internal import History
internal import Transport
internal import UsageModel

/// The requests of one track that fail for no reason that they name, and the searches for what makes them fail.
///
/// One for each purpose of a request: what the live tail cannot have, backfill may never ask for.
struct AnswerSearches {
    /// Between two pieces that fail once another has succeeded.
    private static let pace = Backoff(base: 1, cap: 15)

    private var searches: [PlannedRequest.Purpose: AnswerSearch] = [:]

    /// Whether no request has failed since it was last answered.
    var isEmpty: Bool { searches.isEmpty }

    /// Whether parts of any request are asked for instead of the whole.
    var isRunning: Bool { searches.values.contains(where: \.isRunning) }

    /// Whether parts of a request for `purpose` are asked for instead of the whole.
    func isRunning(_ purpose: PlannedRequest.Purpose) -> Bool { searches[purpose]?.isRunning == true }

    /// A part of a request that fails, to ask for now.
    var nextPiece: PlannedRequest? { searches.values.lazy.compactMap(\.pieces.first).first }

    // MARK: Whole requests

    /// The state of the requests beside the one that failed.
    struct Surroundings {
        /// When any request of the application last succeeded.
        var lastSuccess: Double?
        /// The statistics that stand for `*`.
        var names: [StatisticName]
        /// Statistics that are known to make answers fail.
        var culprits: Set<StatisticName>
        /// Ranges that need not be asked for.
        var setAside: [SetAside]
    }

    /// The consequence of a request that failed.
    enum Consequence {
        /// It is asked for again, later and later.
        case wait
        /// It is asked for in parts.
        case search
        /// It is asked for again tomorrow.
        case putOff
    }

    /// Notes that a whole request failed.
    mutating func failed(_ request: PlannedRequest, _ known: Surroundings, now: Double) -> Consequence {
        var search = searches[request.purpose] ?? AnswerSearch(request, now: now)
        let othersSucceed = known.lastSuccess.map { $0 > search.since } ?? false
        switch request.purpose {
        case .retry, .horizon, .probe:
            // It is asked for once a day as it is.
            search.noteFailure(request)
            if othersSucceed, search.failures > 1 {
                searches[request.purpose] = nil
                return .putOff
            }
        case .live, .backfill, .revision, .isolation, .readThrough:
            search.wholeFailed(
                request, othersSucceed: othersSucceed, names: known.names, culprits: known.culprits,
                setAside: known.setAside)
        }
        searches[request.purpose] = search
        return search.isRunning ? .search : .wait
    }

    /// Ends the search that a whole request which was answered had begun. Another batch says nothing about the one that
    /// fails.
    mutating func succeeded(_ request: PlannedRequest) {
        guard let search = searches[request.purpose] else { return }
        if request.statistics == .all || search.whole.statistics == request.statistics {
            searches[request.purpose] = nil
        }
    }

    // MARK: Pieces

    /// The end of a search.
    struct End: Equatable {
        var purpose: PlannedRequest.Purpose
        /// The request that failed.
        var whole: PlannedRequest
        /// Whether every statistic is answered by name, and all of them at once are not.
        var isWildcard: Bool
    }

    /// The consequence of a piece that failed.
    struct PieceFailure: Equatable {
        /// Pieces that fail alone.
        var culprits: [PlannedRequest]
        /// Whether another piece has succeeded: it is no outage.
        var hasSucceeded: Bool
        /// Seconds to wait before the next piece.
        var delay: Double
        var end: End?
    }

    /// Notes that a piece failed; nil when no search has it.
    /// - Parameter unsettled: where the live tail begins, which fails or not as a whole.
    mutating func pieceFailed(
        _ piece: PlannedRequest, unsettled: UnixTime, now: Double,
        using generator: inout any RandomNumberGenerator & Sendable
    ) -> PieceFailure? {
        guard let (purpose, found) = search(with: piece) else { return nil }
        var search = found
        let verdict = search.failed(piece, unsettled: unsettled, now: now)
        // As long as nothing has succeeded it may be an outage: not faster than the whole would be asked for.
        let delay =
            search.hasSucceeded
            ? Self.pace.delay(failures: search.streak, using: &generator)
            : FailureKind.transient.delay(failures: search.failures + search.streak, using: &generator)
        var culprits: [PlannedRequest] = []
        if case .culprits(let found) = verdict { culprits = found }
        return PieceFailure(
            culprits: culprits, hasSucceeded: search.hasSucceeded, delay: delay, end: finish(search, purpose, now: now))
    }

    /// Notes that a piece was refused, or is unknown to the vendor.
    /// - Returns: the end of its search, if it was the last.
    mutating func pieceRefused(_ piece: PlannedRequest, now: Double) -> End? {
        guard let (purpose, found) = search(with: piece) else { return nil }
        var search = found
        search.refused(piece)
        return finish(search, purpose, now: now)
    }

    /// Notes that a piece was answered.
    /// - Returns: the end of its search, if it was the last.
    mutating func pieceSucceeded(_ piece: PlannedRequest, now: Double) -> End? {
        guard let (purpose, found) = search(with: piece) else { return nil }
        var search = found
        search.succeeded(piece)
        return finish(search, purpose, now: now)
    }

    private func search(with piece: PlannedRequest) -> (purpose: PlannedRequest.Purpose, search: AnswerSearch)? {
        searches.first { $0.value.pieces.contains(piece) }.map { ($0.key, $0.value) }
    }

    /// Keeps a search, unless it has found the culprit.
    private mutating func finish(_ search: AnswerSearch, _ purpose: PlannedRequest.Purpose, now: Double) -> End? {
        var search = search
        let end = search.finish(now: now)
        searches[purpose] = end == .found ? nil : search
        guard end != .open else { return nil }
        return End(purpose: purpose, whole: search.whole, isWildcard: end == .wildcardFails)
    }
}
