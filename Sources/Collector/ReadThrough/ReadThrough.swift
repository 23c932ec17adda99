internal import AlgoliaClient
internal import History
internal import UsageModel

/// The part of a collector that fetching for clients of the proxy needs. It is called with the ``AlternatingLock`` held.
protocol WindowSource: Actor {
    /// Brings settings, state and keys up to date.
    /// - Returns: whether the history can be used.
    func isReady() async -> Bool
    /// Returns what is known of a scope; nil when the history cannot be read.
    func knowledge(_ scope: Scope, _ granularity: Granularity) async -> ReadThroughPlanner.Knowledge?
    /// Makes a request, and stores its answer.
    func perform(_ request: PlannedRequest) async -> RequestOutcome
}

/// The outcome of a request.
enum RequestOutcome: Equatable {
    case stored
    /// The vendor did not answer; `narrowsOffer` when something is left out from now on, and the rest may be had.
    case failed(AlgoliaError, narrowsOffer: Bool = false)
    /// The vendor answered, and the history could not be written.
    case notStored
}

/// Fetches on behalf of clients of the proxy, a window at a time.
///
/// 1. Each window is taken with the lock held, in turn with the collector: what another client has brought meanwhile is no
///    longer missing, so however many ask for the same at once, each window is requested once.
/// 2. What cannot be had of a scope that no track remembers is remembered here for a while.
actor ReadThrough {
    /// Seconds that one question may wait for its windows.
    private static let patience = 120.0

    private let clock: CollectionClock
    private let lock: AlternatingLock
    private var planner = ReadThroughPlanner()

    init(clock: CollectionClock, lock: AlternatingLock) {
        self.clock = clock
        self.lock = lock
    }

    /// Forgets which scopes cannot be had, because the time was set.
    func forgetFailures() { planner.forgetFailures() }

    /// Fetches and stores what is settled, asked for and missing.
    /// - Returns: whether everything that is settled is there now; not when the application is told to wait.
    /// - Throws: why a window cannot be had.
    func fetch(
        _ question: ReadThroughPlanner.Question, from source: some WindowSource
    ) async throws(AlgoliaError) -> Bool {
        let deadline = clock.seconds + Self.patience
        while !Task.isCancelled, clock.seconds < deadline {
            await lock.enter(.reader)
            let progress = await fetchNextMissing(question, from: source)
            await lock.leave()
            switch progress {
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
        _ question: ReadThroughPlanner.Question, from source: some WindowSource
    ) async -> Progress {
        guard !Task.isCancelled, await source.isReady() else { return .pausing }
        let scope = question.scope
        guard let known = await source.knowledge(scope, question.granularity) else { return .pausing }
        guard let request = ReadThroughPlanner.request(question, known, now: clock.now) else { return .complete }
        if let error = planner.failure(of: request, now: clock.seconds) { return .failed(error) }
        guard known.notBefore <= clock.seconds else {
            return known.isUnknown ? .failed(.notFound(message: "Index \(scope.index) does not exist")) : .pausing
        }
        switch await source.perform(request) {
        case .stored, .failed(_, narrowsOffer: true): return .fetched
        case .notStored: return .pausing
        case .failed(let error, _):
            if !known.isCollected { planner.noteFailure(of: request, error, now: clock.seconds) }
            return .failed(error)
        }
    }
}
