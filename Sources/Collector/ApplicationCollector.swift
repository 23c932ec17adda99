public import AlgoliaClient
public import CoreMetrics
public import History
public import Logging
public import UsageModel

/// Keeps one application's history complete: asks for what is missing, one
/// request at a time, for as long as it runs.
///
/// It may be stopped at any instant. What it knows that matters is in the
/// history; the rest (backoffs, whose turn it is) is forgotten gladly.
public actor ApplicationCollector {
    private(set) var settings: CollectionSettings
    private(set) var client: AlgoliaClient
    let history: History
    let clock: CollectionClock
    let metrics: CollectorMetrics
    private let compaction: Compaction
    var log: Logger
    var generator: any RandomNumberGenerator & Sendable

    var planner: Planner
    var health: ApplicationHealth
    var discovery = IndexDiscovery()
    /// The indices that the vendor listed last.
    private var listed: [String] = []
    var isLoaded = false
    /// Whether an answer has confirmed the clock since the start, or since it was set.
    var isClockConfirmed = false
    /// Whether the log says that the clock is wrong.
    var hasToldClock = false
    /// What the next step begins with.
    private var replacement: (settings: CollectionSettings, client: AlgoliaClient)?
    private var isStopped = false
    /// One request at a time: what is missing is decided on with nothing under way.
    let gate = TurnGate()
    /// Failures of what is read through and not collected otherwise.
    var foreignFailures: [Scope: (until: Double, error: AlgoliaError)] = [:]

    /// Whether the list of indices is known, or none can be had.
    var hasDiscovered: Bool { isLoaded && (!client.canListIndices || discovery.hasSucceeded) }

    /// - Parameters:
    ///   - compaction: shared by those who share the history; one of its own by default.
    ///   - generator: the source of jitter.
    public init(
        settings: CollectionSettings, client: AlgoliaClient, history: History, clock: any WallClock,
        metrics: any MetricsFactory, logger: Logger, compaction: Compaction? = nil,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.settings = settings
        self.client = client
        self.history = history
        self.clock = CollectionClock(clock)
        self.metrics = CollectorMetrics(application: client.application, factory: metrics)
        self.compaction = compaction ?? Compaction(history: history, logger: logger)
        self.generator = generator
        log = logger
        log[metadataKey: "application"] = "\(client.application)"
        planner = Planner(settings: settings, offers: [:])
        health = ApplicationHealth()
    }

    /// Collects until the task is cancelled or ``stop()`` is called.
    public func run() async {
        while !Task.isCancelled, !isStopped {
            guard case .idle(let wakeUp) = await step() else { continue }
            await nap(until: wakeUp)
        }
        guard isStopped else { return }
        metrics.forget([.usage, .search])
        await noteComplete()
    }

    /// Sleeps in short pieces: a rotated key or a new configuration should be used at once.
    private func nap(until wakeUp: Double) async {
        while clock.seconds < wakeUp, !isStopped, replacement == nil, !hasNewKey, !clock.isAstray {
            do { try await clock.sleep(until: min(wakeUp, clock.seconds + 5)) } catch { return }
        }
    }

    /// Whether a key that was refused has been replaced.
    private var hasNewKey: Bool {
        health.isUnauthorized && client.key(.usage)?.hasReplacement == true
            || discovery.isUnauthorized && client.key(.search)?.hasReplacement == true
    }

    /// Goes on with other settings after the request that is under way, which is neither dropped nor repeated.
    public func reconfigure(_ settings: CollectionSettings, client: AlgoliaClient) {
        replacement = (settings, client)
    }

    /// The usage key that the next request would send; nil when there is none.
    public var usageKey: APIKey? { try? (replacement?.client ?? client).key(.usage)?.current() }

    /// Ends ``run()`` after the request that is under way.
    public func stop() { isStopped = true }

    /// What one step did.
    public enum Step: Sendable, Hashable {
        /// A request was made; `succeeded` or not.
        case requested(succeeded: Bool)
        /// Nothing to do before this time, in seconds since 1970.
        case idle(until: Double)
    }

    /// Makes the next request, if there is one to make now.
    public func step() async -> Step {
        await gate.enter(.collector)
        let step = await takeStep()
        await gate.leave()
        return step
    }

    private func takeStep() async -> Step {
        if let paused = await prepare() { return paused }
        if let until = health.pausedUntil(now: clock.seconds) { return .idle(until: until) }
        let now = clock.now
        if discovery.isDue(now: now, interval: settings.indexInterval), client.canListIndices {
            return .requested(succeeded: await discoverIndices(now: now))
        }
        guard let work = planner.next(now: now) else {
            metrics.remaining(planner, now: now)
            if planner.incompleteScopes(now: now).isEmpty { await noteComplete() }
            return .idle(until: min(planner.wakeUp(now: now), discovery.wakeUp(client.canListIndices)))
        }
        return .requested(succeeded: await perform(work) == .stored)
    }

    /// Brings settings, state and keys up to date.
    /// - Returns: a pause when the history cannot be read.
    func prepare() async -> Step? {
        let replacement = replacement
        if case let step = clock.synchronize(), step != 0 { follow(step) }
        do {
            if let replacement {
                self.replacement = nil
                (settings, client) = replacement
                planner.settings = settings
                discovery.resume()
                if !client.canListIndices { metrics.forget([.search]) }
                if isLoaded { try await setIndices(try await selectedIndices()) }
            }
            if !isLoaded {
                try await load()
                isLoaded = true
            }
        } catch {
            // Once more from the beginning, unless something newer has come meanwhile.
            self.replacement = self.replacement ?? replacement
            return pauseForStorage(error)
        }
        if health.isUnauthorized, client.key(.usage)?.hasReplacement == true {
            log.info("the usage key has changed; trying it")
            health.resume()
        }
        if discovery.isUnauthorized, client.key(.search)?.hasReplacement == true {
            log.info("the search key has changed; trying it")
            discovery.resume()
        }
        return nil
    }

    // MARK: Start

    private func load() async throws {
        let application = client.application
        try await history.register(application: application, now: clock.now, isConfirmed: false)
        for level in EndpointLevel.allCases {
            let refused = try await history.refusals(application: application, level: level)
                .mapValues { min($0, clock.now) }
            planner.offers[level] = StatisticsOffer(level: level, refused: refused)
        }
        try await setIndices(try await selectedIndices())
        if !client.canListIndices, settings.indices.literalNames.isEmpty, settings.indices.include != [] {
            log.info("no search key and no index named in the configuration: collecting the application level only")
        }
    }

    /// The indices to collect, as far as they are known without asking.
    private func selectedIndices() async throws -> [String] {
        var known: [String] = []
        if client.canListIndices {
            known = listed.isEmpty ? try await history.knownIndices(application: client.application) : listed
        }
        return select(known)
    }

    private func select(_ names: [String]) -> [String] {
        Set(names.filter(settings.indices.selects) + settings.indices.literalNames).sorted()
    }

    /// Collects this process's share of `names` from now on; tracks that exist keep their state.
    private func setIndices(_ names: [String]) async throws {
        let application = client.application
        let scopes = ([Scope(application: application)] + names.map { Scope(application: application, index: $0) })
            .filter(settings.owns)
        let tails = Dictionary(
            // A row that only the backfill of an older window has written is no live tail.
            grouping: try await history.freshness().filter {
                $0.scope.application == application && $0.completeUntil > $0.tailStart && $0.fetchedAt <= clock.now
            },
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
        let answered = try await history.answered(application: application)
        let checks = try await history.revisionChecks(application: application)
        var tracks: [Track] = []
        for scope in scopes {
            for granularity in [Granularity.hourly, .daily] {
                if let known = planner.track(scope, granularity) {
                    tracks.append(known)
                    continue
                }
                let fetched = tails[TrackIdentity(scope: scope, granularity: granularity)] ?? []
                tracks.append(
                    Track(
                        scope: scope, granularity: granularity,
                        answered: answered[scope]?[granularity] ?? [:],
                        tailFetched: Dictionary(fetched.map { ($0.statistic, $0.fetchedAt) }, uniquingKeysWith: max),
                        revisionChecked: checks[scope]?[granularity].flatMap { $0 <= clock.now ? $0 : nil }))
            }
        }
        planner.setTracks(tracks)
    }

    private struct TrackIdentity: Hashable {
        var scope: Scope
        var granularity: Granularity
    }

    // MARK: Indices

    private func discoverIndices(now: UnixTime) async -> Bool {
        do throws(AlgoliaError) {
            listed = try await client.indexNames()
            guard await isClockRight(.search) else { return true }
            metrics.succeeded(.search, now: now)
            let selected = select(listed)
            discovery.succeeded(now: now)
            let owned = selected.filter { settings.owns(Scope(application: client.application, index: $0)) }
            let current = Set(planner.tracks.map(\.scope.index)).subtracting([""])
            if Set(owned) != current {
                log.info("collecting \(owned.count) indices of \(listed.count)")
                do { try await setIndices(selected) } catch { _ = pauseForStorage(error) }
            }
            return true
        } catch {
            guard error != .cancelled else { return false }
            let delay = discovery.failed(now: clock.seconds, error, using: &generator)
            metrics.failed(.search)
            log.warning(
                """
                listing indices failed, going on with those known: \(error); again in \(Int(delay)) s\
                \(discovery.isUnauthorized ? " \(client.rotation(.search))" : "")
                """)
            return false
        }
    }

    // MARK: Requests

    /// What came of a request.
    enum Outcome: Equatable {
        case stored
        case failed(AlgoliaError)
        /// The vendor answered, and the history could not be written.
        case notStored
    }

    func perform(_ work: Work) async -> Outcome {
        // Before the request: what happens during it is not in the answer.
        let sentAt = clock.now
        let series: [SeriesPoints]
        do throws(AlgoliaError) {
            series = try await client.usage(
                UsageRequest(
                    scope: work.scope, statistics: work.statistics, granularity: work.granularity, range: work.range))
        } catch {
            guard await isClockRight() else { return .notStored }
            await fail(work, error)
            return .failed(error)
        }
        guard await isClockRight() else { return .notStored }
        do {
            // Nothing is answered or settled later than the vendor says it is.
            try await store(series, work, sentAt: min(sentAt, client.newestDate(.usage)?.date ?? .max))
            return .stored
        } catch {
            _ = pauseForStorage(error)
            return .notStored
        }
    }

    private func store(_ series: [SeriesPoints], _ work: Work, sentAt: UnixTime) async throws {
        try await noteServed(work)
        let window = AnsweredWindow(
            scope: work.scope, granularity: work.granularity, range: work.range, statistics: work.statistics,
            fetchedAt: sentAt, settleDelay: settings.settleDelay)
        let outcome = try await history.store(series, answering: window)
        health.succeeded(now: clock.seconds)
        metrics.succeeded(.usage, now: clock.now)
        metrics.stored(outcome.added + outcome.revised)
        if work.purpose == .backfill { await compaction.note(outcome.added, of: client.application) }
        log.debug(
            "stored \(outcome.added) new and \(outcome.revised) revised points",
            metadata: ["work": "\(work.purpose.rawValue)", "index": "\(work.scope.index)", "range": "\(work.range)"])

        let reachesNow = window.range.end > window.settledUntil
        let isLastRevision = work.purpose == .revision && finishRevisionBatch(work)
        let needsBaseline =
            planner.track(work.scope, work.granularity)?.revisionChecked == nil && !window.settled.isEmpty
        if isLastRevision || needsBaseline {
            try await history.noteRevisionCheck(work.scope, work.granularity, at: sentAt)
        }
        planner.update(work.scope, work.granularity) { track in
            track.answered = outcome.answered
            track.failures = 0
            track.notBefore = 0
            if reachesNow {
                for statistic in work.statistics.trackedNames { track.tailFetched[statistic] = sentAt }
            }
            if isLastRevision || needsBaseline { track.revisionChecked = sentAt }
        }
        metrics.remaining(planner, now: clock.now)
    }

    /// Takes an answered batch off the running revision check; whether it was the last.
    private func finishRevisionBatch(_ work: Work) -> Bool {
        let all = planner.revisionBatches(work.scope)
        planner.update(work.scope, work.granularity) { track in
            if track.revisionBatches.isEmpty { track.revisionBatches = all }
            track.revisionBatches.removeAll { $0 == work.statistics }
        }
        return planner.track(work.scope, work.granularity)?.revisionBatches.isEmpty ?? true
    }

    /// Nothing is missing any more.
    func noteComplete() async { await compaction.noteComplete(client.application) }

    /// The history could not be read or written: a full disk, a locked file.
    func pauseForStorage(_ error: any Error) -> Step {
        // Being stopped is no failure of the history.
        guard !(error is CancellationError) else { return .idle(until: clock.seconds) }
        let delay = health.storageFailed(now: clock.seconds, using: &generator)
        log.error("the history cannot be used: \(error); again in \(Int(delay)) s")
        return .idle(until: clock.seconds + delay)
    }
}

extension StatisticSelection {
    /// The names under which a track remembers an answer.
    var trackedNames: [String] {
        switch self {
        case .all: [StatisticsOffer.wildcard]
        case .names(let names): names
        }
    }
}
