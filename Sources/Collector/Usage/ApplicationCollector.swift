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
public actor ApplicationCollector {
    private(set) var settings: CollectionSettings
    private(set) var client: AlgoliaClient
    let history: History
    let clock: CollectionClock
    let metrics: CollectorMetrics
    let compaction: Compaction
    var log: Logger
    var generator: any RandomNumberGenerator & Sendable

    var planner: Planner
    var health: ApplicationHealth
    var discovery = IndexDiscovery()
    /// The indices that the vendor listed last.
    private(set) var listed: [IndexName] = []
    var isLoaded = false
    /// Whether an answer has confirmed the clock since the start, or since it was set.
    var isClockConfirmed = false
    /// Whether the log says that the clock is wrong.
    var hasToldClock = false
    /// Settings and client that the next step takes over.
    private var replacement: (settings: CollectionSettings, client: AlgoliaClient)?
    private var isStopped = false
    /// One request at a time: what is missing is decided on with nothing under way.
    let gate = AlternatingLock()
    /// An answer that could not be stored yet: it is kept, so that trying again spends no quota.
    var unstored: UnstoredAnswer?
    /// Whether indices were listed that could not be set up yet.
    private var hasUnselected = false
    /// Matters that the log has mentioned already.
    var told = ToldOnce()
    /// Fetching on behalf of clients.
    var readThroughPlanner = ReadThroughPlanner()

    /// Whether the list of indices is known, or none can be had.
    var hasDiscovered: Bool { isLoaded && (!client.canListIndices || discovery.hasSucceeded) }

    /// - Parameters:
    ///   - compaction: shared by all collectors of one history; by default a new one.
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
        await StepLoop(clock: clock).run(
            step: { await self.step() }, isStopped: { self.isStopped },
            isRoused: { self.replacement != nil || self.hasNewKey })
        guard isStopped else { return }
        metrics.forget([.usage, .search])
        await noteComplete()
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
    public var usageKey: SecretText? { try? (replacement?.client ?? client).key(.usage)?.current() }

    /// Ends ``run()`` after the request that is under way.
    public func stop() { isStopped = true }

    /// The outcome of one step.
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
        guard let request = planner.next(now: now) else {
            metrics.remaining(planner, now: now)
            if planner.incompleteScopes(now: now).isEmpty { await noteComplete() }
            return .idle(until: min(planner.wakeUp(now: now), discovery.wakeUp(client.canListIndices)))
        }
        return .requested(succeeded: await perform(request) == .stored)
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
                await client.rememberQuota(in: HistoryQuota(history: history, application: client.application))
                if !client.canListIndices { metrics.forget([.search]) }
                if isLoaded { try await setIndices(try await selectedIndices()) }
            }
            if !isLoaded {
                try await load()
                isLoaded = true
            }
            if hasUnselected {
                try await setIndices(try await selectedIndices())
                hasUnselected = false
            }
            if let unstored {
                try await store(unstored)
                self.unstored = nil
            }
        } catch {
            // Once more from the beginning, unless something newer has come meanwhile.
            self.replacement = self.replacement ?? replacement
            return pauseForStorage(error)
        }
        if health.isUnauthorized, client.key(.usage)?.hasReplacement == true {
            log.info("usage key changed; retrying with the new key")
            health.resume()
        }
        if discovery.isUnauthorized, client.key(.search)?.hasReplacement == true {
            log.info("search key changed; retrying with the new key")
            discovery.resume()
        }
        return nil
    }

    // MARK: Start

    private func load() async throws {
        let application = client.application
        try await history.register(application: application, now: clock.now, isConfirmed: false)
        await client.rememberQuota(in: HistoryQuota(history: history, application: application))
        for horizon in try await history.vendorHorizons(application: application) {
            planner.reaches.setHorizon(horizon, for: ReachKey(horizon.level, horizon.granularity))
        }
        for level in EndpointLevel.allCases {
            let refused = try await history.refusals(application: application, level: level)
                .mapValues { min($0, clock.now) }
            planner.offers[level] = StatisticsOffer(level: level, refused: refused)
        }
        try await setIndices(try await selectedIndices())
        if !client.canListIndices, settings.indices.literalNames.isEmpty, settings.indices.include != [] {
            log.info("no search key and no indices configured; collecting application-level statistics only")
        }
    }

    /// The indices to collect, as far as they are known without asking.
    private func selectedIndices() async throws -> [IndexName] {
        var known: [IndexName] = []
        if client.canListIndices {
            known = listed.isEmpty ? try await history.knownIndices(application: client.application) : listed
        }
        return select(known)
    }

    private func select(_ names: [IndexName]) -> [IndexName] {
        Set(names.filter(settings.indices.selects) + settings.indices.literalNames).subtracting([""]).sorted()
    }

    /// Collects this process's share of `names` from now on; tracks that exist keep their state.
    private func setIndices(_ names: [IndexName]) async throws {
        let application = client.application
        let scopes = ([Scope(application: application)] + names.map { Scope(application: application, index: $0) })
            .filter(settings.owns)
        let tails = Dictionary(
            grouping: try await history.freshness().filter {
                $0.scope.application == application && $0.isLive && $0.fetchedAt <= clock.now
            },
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
        let answered = try await history.answered(application: application)
        let checks = try await history.revisionChecks(application: application)
        let setAside = Dictionary(
            grouping: try await history.setAside(application: application),
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
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
                        setAside: setAside[TrackIdentity(scope: scope, granularity: granularity)] ?? [],
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
            let list = try await client.indexList()
            listed = list.names
            guard await isClockRight(.search) else { return true }
            metrics.succeeded(.search, now: now)
            tell(of: list)
            let selected = select(listed)
            discovery.succeeded(now: now)
            let owned = selected.filter { settings.owns(Scope(application: client.application, index: $0)) }
            let current = Set(planner.tracks.map(\.scope.index)).subtracting([""])
            if Set(owned) != current {
                log.info("collecting \(owned.count) of \(listed.count) indices")
                do { try await setIndices(selected) } catch {
                    hasUnselected = true
                    _ = pauseForStorage(error)
                }
            }
            return true
        } catch {
            guard error != .cancelled else { return false }
            let delay = discovery.failed(now: clock.seconds, error, using: &generator)
            metrics.failed(.search)
            log.warning(
                """
                listing indices failed: \(error); continuing with the known indices, retrying in \(Int(delay)) s\
                \(discovery.isUnauthorized ? " \(client.rotation(.search))" : "")
                """)
            return false
        }
    }

    /// Nothing is missing any more.
    func noteComplete() async { await compaction.noteComplete(client.application) }

    /// The history could not be read or written: a full disk, a locked file.
    func pauseForStorage(_ error: any Error) -> Step {
        // Being stopped is no failure of the history.
        guard FailureKind(error) != .cancelled else { return .idle(until: clock.seconds) }
        let delay = health.storageFailed(error, now: clock.seconds, using: &generator)
        metrics.storage(isUp: false)
        log.error("\(HistoryError.sentence(error)); retrying in \(Int(delay.rounded(.up))) s")
        return .idle(until: clock.seconds + delay)
    }
}
