public import AlgoliaClient
public import CoreMetrics
public import History
public import Logging
public import Transport
public import UsageModel

/// Keeps one application's history complete: asks for what is missing, one
/// request at a time, for as long as it runs.
///
/// It may be stopped at any instant: everything that matters is in the history. Backoffs and turns are not, and
/// begin anew at the next start.
///
/// It makes the requests and writes the history. What to ask for, and what follows from an answer or a failure, is
/// ``CollectionState``'s to say.
public actor ApplicationCollector {
    var client: AlgoliaClient { didSet { known = nil } }
    let history: History
    let clock: CollectionClock
    private let metrics: CollectorMetrics
    private let compaction: Compaction
    let log: Logger

    var state: CollectionState { didSet { known = nil } }
    private var clockCheck: ClockCheck
    /// Whether the history has been read.
    private(set) var isLoaded = false { didSet { known = nil } }
    /// The newest status and the second it was computed in; nil after a change.
    var known: (time: UnixTime, status: ApplicationStatus)?
    /// Settings and client that the next step takes over.
    private var replacement: (settings: CollectionSettings, client: AlgoliaClient)?
    private var isStopped = false
    /// One request at a time: what is missing is decided on with nothing under way.
    private let lock = AlternatingLock()
    /// Fetching on behalf of clients.
    private let reader: ReadThrough
    /// An answer that could not be stored yet: it is kept, so that trying again spends no quota.
    private var unstored: UnstoredAnswer?
    /// Whether indices were listed that could not be set up yet.
    var hasUnselected = false
    /// A list of indices that could not be stored yet.
    var unstoredList: IndexSnapshot?
    /// Work that begins once a milestone is reached.
    private var waiting: [Milestone: [@Sendable () -> Void]] = [:]

    /// - Parameters:
    ///   - compaction: shared by all collectors of one history; by default a new one.
    ///   - generator: the source of jitter.
    public init(
        settings: CollectionSettings, client: AlgoliaClient, history: History, clock: any WallClock,
        metrics: any MetricsFactory, logger: Logger, compaction: Compaction? = nil,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        var log = logger
        log[metadataKey: "application"] = "\(client.application)"
        let clock = CollectionClock(clock)
        let metrics = CollectorMetrics(application: client.application, factory: metrics)
        self.client = client
        self.history = history
        self.clock = clock
        self.metrics = metrics
        self.compaction = compaction ?? Compaction(history: history, logger: logger)
        self.log = log
        state = CollectionState(
            client.application, settings, IndexDiscovery(canList: client.canListIndices),
            collectsUsage: client.key(.usage) != nil, clock: clock,
            metrics: metrics, log: log, generator: generator)
        clockCheck = ClockCheck(clock, metrics)
        reader = ReadThrough(clock: clock, lock: lock)
    }

    /// Collects until the task is cancelled or ``stop()`` is called.
    public func run() async {
        await StepLoop(clock: clock).run(
            step: { await self.step() }, isStopped: { self.isStopped },
            isRoused: { self.replacement != nil || self.hasNewKey(.usage) || self.hasNewKey(.search) })
        guard isStopped else { return }
        metrics.forget([.usage, .search])
        await noteComplete()
    }

    /// Whether a key that was refused has been replaced.
    private func hasNewKey(_ api: API) -> Bool {
        let isRefused = api == .search ? state.discovery.isUnauthorized : state.health.isUnauthorized
        return isRefused && client.key(api)?.hasReplacement == true
    }

    /// Goes on with other settings after the request that is under way, which is neither dropped nor repeated.
    public func reconfigure(_ settings: CollectionSettings, client: AlgoliaClient) {
        replacement = (settings, client)
    }

    /// The usage key that the next request would send; nil when there is none.
    public var usageKey: SecretText? { try? (replacement?.client ?? client).key(.usage)?.current() }

    /// Ends ``run()`` after the request that is under way.
    public func stop() { isStopped = true }

    /// Whether an answer has been stored since the start: the live tail comes first.
    var hasAnswered: Bool { state.health.lastSuccess != nil }

    /// A point of a start that the work of others waits for, because it shares the quota.
    enum Milestone {
        /// The opening (``Planner/isOpening(now:)``) has ended, by success or by failure.
        case opening
        /// An answer has been stored.
        case firstAnswer
    }

    /// Calls `begin` once `milestone` is reached; after the next step if the opening has long ended.
    func after(_ milestone: Milestone, _ begin: @escaping @Sendable () -> Void) {
        waiting[milestone, default: []].append(begin)
        if milestone == .firstAnswer, hasAnswered { reach(milestone) }
    }

    private func reach(_ milestone: Milestone) {
        for begin in waiting.removeValue(forKey: milestone) ?? [] { begin() }
    }

    private func isOpening(after step: Step) -> Bool {
        if case .idle = step { return false }
        return isLoaded && state.isOpening(now: clock.now)
    }

    // MARK: Steps

    /// Makes the next request, if there is one to make now.
    public func step() async -> Step {
        await lock.enter(.collector)
        let step = await takeStep()
        await lock.leave()
        if waiting[.opening] != nil, !isOpening(after: step) { reach(.opening) }
        return step
    }

    private func takeStep() async -> Step {
        if let paused = await prepare() { return paused }
        let now = clock.now
        if let until = state.health.pausedUntil(now: clock.seconds) {
            if state.collectsUsage { metrics.remaining(state.planner, now: now) }
            return .idle(until: until)
        }
        let isListDue = state.discovery.isDue(now: now, interval: state.settings.indexInterval)
        if isListDue, !state.isOpening(now: now) {
            return .requested(succeeded: await discoverIndices(now: now))
        }
        guard let request = state.next(now: now) else {
            if isListDue { return .requested(succeeded: await discoverIndices(now: now)) }
            if state.collectsUsage { metrics.remaining(state.planner, now: now) }
            if state.planner.incompleteScopes(now: now).isEmpty { await noteComplete() }
            let listing = state.discovery.wakeUp(interval: state.settings.indexInterval)
            return .idle(until: min(state.planner.wakeUp(now: now), listing))
        }
        return .requested(succeeded: await perform(request) == .stored)
    }

    /// Collects until nothing is missing any more, or until all that is missing keeps failing.
    /// - Parameter progress: called after each request.
    /// - Returns: the parts of the wanted history that are missing; empty when the history is complete.
    public func runUntilComplete(progress: @Sendable (ApplicationStatus) async -> Void) async -> [String] {
        let begin = clock.now
        while !Task.isCancelled {
            let step = await step()
            let status = status()
            await progress(status)
            let backfill = BackfillProgress(
                client.application, state.planner, knowsIndices: isLoaded && state.discovery.isSettled, since: begin,
                now: clock.now)
            if backfill.isComplete {
                await noteComplete()
                return backfill.shortfall
            }
            guard case .idle(let wakeUp) = step else { continue }
            if status.state == .unauthorized {
                return ["\(client.application): \(status.lastError ?? "the key was rejected")"]
            }
            if !state.collectsUsage, state.discovery.isStuck {
                return ["\(client.application): listing indices failed: \(status.lastError ?? "unknown error")"]
            }
            if case let stuck = backfill.stuck, !stuck.isEmpty {
                return stuck.map { "\($0): \(status.lastError ?? "unknown error")" }
            }
            do { try await clock.sleep(until: wakeUp) } catch { break }
        }
        return ["\(client.application): cancelled"]
    }

    /// Nothing is missing any more.
    private func noteComplete() async { await compaction.noteComplete(client.application) }

    /// Brings settings, state and keys up to date.
    /// - Returns: a pause when the history cannot be read.
    private func prepare() async -> Step? {
        if case let step = clock.synchronize(), step != 0 { await follow(step) }
        let replacement = replacement
        do {
            if let replacement {
                self.replacement = nil
                client = replacement.client
                state.reconfigure(
                    replacement.settings, canList: client.canListIndices, collectsUsage: client.key(.usage) != nil)
                await client.rememberQuota(in: HistoryQuota(history: history, application: client.application))
                if !client.canListIndices { metrics.forget([.search]) }
                if !state.collectsUsage { metrics.forget([.usage]) }
                if isLoaded { try await setIndices() }
            }
            if !isLoaded {
                try await load()
                isLoaded = true
            }
            if hasUnselected {
                try await setIndices()
                hasUnselected = false
            }
            if let unstored {
                try await store(unstored)
                self.unstored = nil
            }
            if let unstoredList {
                try await store(unstoredList)
                self.unstoredList = nil
            }
        } catch {
            // Once more from the beginning, unless something newer has come meanwhile.
            self.replacement = self.replacement ?? replacement
            return pauseForStorage(error)
        }
        for api in [API.usage, .search] where hasNewKey(api) {
            log.info("\(api) key changed; retrying with the new key")
            state.keyChanged(api)
        }
        return nil
    }

    /// The history could not be read or written: a full disk, a locked file.
    @discardableResult
    func pauseForStorage(_ error: any Error) -> Step {
        // Being stopped is no failure of the history.
        guard FailureKind(error) != .cancelled else { return .idle(until: clock.seconds) }
        return .idle(until: clock.seconds + state.storageFailed(error))
    }

    // MARK: Clock

    /// Compares the clock with the newest answer of an API.
    /// - Returns: false when what was asked was asked for another time: the answer means nothing.
    func isClockRight(_ api: API = .usage) async -> Bool {
        guard let reading = clockCheck.compare(client, api) else { return true }
        clockCheck.tell(log)
        guard reading.step != 0 || !clockCheck.isConfirmed else { return true }
        if reading.step != 0 { await follow(reading.step) }
        do {
            let future = try await clockCheck.discardFuture(
                reading, in: history, client.application, [.hourly, .daily], settleDelay: state.settings.settleDelay)
            if let future { clockCheck.tell(of: future, log) }
            try await clockCheck.register(client.application, reading, in: history)
            clockCheck.confirm()
            guard reading.step != 0 || future != nil else { return true }
            reload()
        } catch {
            pauseForStorage(error)
        }
        return false
    }

    /// Goes on after the time was set.
    private func follow(_ step: Double) async {
        let direction = step > 0 ? "forward" : "back"
        log.notice(
            "the system time was set \(direction) by \(Int(step.magnitude)) s; continuing with the new time",
            metadata: ["now": "\(RFC3339.string(clock.now))"])
        state.shift(by: step)
        clockCheck.wasSet()
        reload()
        await reader.forgetFailures()
    }

    /// Reads anew what the history knows.
    private func reload() {
        state.unload()
        isLoaded = false
    }

    // MARK: Requests

    /// Makes a request, and stores its answer.
    func perform(_ request: PlannedRequest) async -> RequestOutcome {
        // Before the request: what happens during it is not in the answer.
        var sentAt = clock.now
        let answer: UsageAnswer
        do throws(AlgoliaError) {
            answer = try await client.usage(
                UsageRequest(
                    scope: request.scope, statistics: request.statistics, granularity: request.granularity,
                    range: request.range))
        } catch {
            guard await isClockRight() else { return .notStored }
            let failed = FailedRequest(request: request, error: error, sentAt: sentAt)
            if let empty = state.emptyAnswer(failed) { return await keep(empty) }
            return await fail(failed)
        }
        guard await isClockRight() else { return .notStored }
        // Nothing is answered or settled later than the vendor says it is.
        sentAt = min(sentAt, client.newestDate(.usage)?.date ?? .max)
        guard let failure = answer.failure else {
            return await keep(UnstoredAnswer(request: request, answer: answer, sentAt: sentAt))
        }
        // Points are points, but what is not among them may only be missing: nothing is answered.
        let kept = await keep(UnstoredAnswer(request: request, answer: answer, sentAt: sentAt, answersNothing: true))
        guard kept == .stored else { return kept }
        var reason = UsageDecodingError(.notAnAnswer, at: 0)
        reason.text = failure
        return await fail(FailedRequest(request: request, error: .broken(reason), sentAt: sentAt))
    }

    private func fail(_ failed: FailedRequest) async -> RequestOutcome {
        let refused = state.planner.offer(failed.request.scope).refused
        for finding in state.failed(failed, rotation: client.rotation(.usage)) {
            do { try await write(finding) } catch { pauseForStorage(error) }
        }
        guard case .refused = failed.error else { return .failed(failed.error) }
        return .failed(failed.error, narrowsOffer: state.planner.offer(failed.request.scope).refused != refused)
    }

    private func write(_ finding: Finding) async throws {
        let setAside = try await finding.write(to: history, client.application)
        state.noteWritten(finding, setAside: setAside)
    }

    func keep(_ answer: UnstoredAnswer) async -> RequestOutcome {
        do {
            try await store(answer)
            return .stored
        } catch {
            unstored = answer
            pauseForStorage(error)
            return .notStored
        }
    }

    /// Writes an answer and what it proves. It may be repeated from the beginning when anything could not be written.
    func store(_ answer: UnstoredAnswer) async throws {
        let request = answer.request
        for finding in state.findings(of: answer) { try await write(finding) }
        state.noteServed(answer)
        let window = answer.window(state.settings)
        let outcome = try await history.store(answer.answer.series, answering: window)
        state.noteStored(answer, outcome)
        if hasAnswered { reach(.firstAnswer) }
        if request.purpose == .backfill { await compaction.note(outcome.added, of: client.application) }
        if answer.answersNothing { return }
        if let older = state.olderServed(answer) { try await write(older) }
        for finding in state.noteReach(answer) { try await write(finding) }
        let endsRevision = state.endsRevision(answer, window)
        if endsRevision {
            try await history.noteRevisionCheck(request.scope, request.granularity, at: answer.sentAt)
        }
        for finding in state.finish(answer, window, outcome, endsRevision: endsRevision) {
            do { try await write(finding) } catch { pauseForStorage(error) }
        }
    }
}

extension ApplicationCollector: WindowSource {
    /// Fetches and stores what is settled, asked for and missing, in windows as backfill's, within the quota. However many
    /// ask for the same at once, each window is requested once.
    /// - Returns: whether everything that is settled is there now; not when the application is told to wait.
    /// - Throws: why a window cannot be had.
    public func readThrough(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection
    ) async throws(AlgoliaError) -> Bool {
        try await reader.fetch(
            ReadThroughPlanner.Question(scope: scope, granularity: granularity, range: range, statistics: statistics),
            from: self)
    }

    func isReady() async -> Bool { await prepare() == nil }

    func knowledge(_ scope: Scope, _ granularity: Granularity) async -> ReadThroughPlanner.Knowledge? {
        do {
            let track = state.planner.track(scope, granularity)
            let answered =
                if let track { track.known } else {
                    try await StoredTracks.known(scope, granularity, in: history)
                }
            return state.knowledge(scope, granularity, track, answered: answered)
        } catch {
            pauseForStorage(error)
            return nil
        }
    }
}
