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
    /// Points of backfill after which compacting pays.
    private static let worthCompacting = 500_000
    /// Bytes that are compacted within seconds.
    private static let quicklyCompacted = 1 << 30

    let settings: CollectionSettings
    let client: AlgoliaClient
    let history: History
    let clock: any WallClock
    let metrics: CollectorMetrics
    var log: Logger
    var generator: any RandomNumberGenerator & Sendable

    var planner: Planner
    var health: ApplicationHealth
    private var discovery = IndexDiscovery()
    private var isLoaded = false
    /// Points that backfill has added since the file was last compacted.
    private var backfilledPoints = 0

    /// Whether the list of indices is known, or none can be had.
    var hasDiscovered: Bool { isLoaded && (!client.canListIndices || discovery.hasSucceeded) }

    /// - Parameter generator: the source of jitter.
    public init(
        settings: CollectionSettings, client: AlgoliaClient, history: History, clock: any WallClock,
        metrics: any MetricsFactory, logger: Logger,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.settings = settings
        self.client = client
        self.history = history
        self.clock = clock
        self.metrics = CollectorMetrics(application: client.application, factory: metrics)
        self.generator = generator
        log = logger
        log[metadataKey: "application"] = "\(client.application)"
        planner = Planner(settings: settings, offers: [:])
        health = ApplicationHealth()
    }

    /// Collects until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            guard case .idle(let wakeUp) = await step() else { continue }
            // Short naps: a rotated key should be used at once.
            let nap = health.isUnauthorized ? min(wakeUp, clock.seconds + 5) : wakeUp
            do { try await clock.sleep(until: nap) } catch { return }
        }
    }

    /// What one step did.
    public enum Step: Sendable, Hashable {
        /// A request was made; `succeeded` or not.
        case requested(succeeded: Bool)
        /// Nothing to do before this time, in seconds since 1970.
        case idle(until: Double)
    }

    /// Makes the next request, if there is one to make now.
    public func step() async -> Step {
        if !isLoaded {
            do {
                try await load()
                isLoaded = true
            } catch {
                return pauseForStorage(error)
            }
        }
        if health.isUnauthorized, client.usageKeyDiffers(from: health.refusedKey) {
            log.info("the usage key has changed; trying it")
            health.resume()
        }
        if let until = health.pausedUntil(now: clock.seconds) { return .idle(until: until) }
        let now = clock.now
        if discovery.isDue(now: now, interval: settings.indexInterval), client.canListIndices {
            return .requested(succeeded: await discoverIndices(now: now))
        }
        guard let work = planner.next(now: now) else {
            metrics.remaining(planner, now: now)
            if planner.incompleteScopes(now: now).isEmpty { await compactAfterBackfill() }
            return .idle(until: min(planner.wakeUp(now: now), discovery.wakeUp(client.canListIndices)))
        }
        return .requested(succeeded: await perform(work))
    }

    // MARK: Start

    private func load() async throws {
        let application = client.application
        try await history.register(application: application, now: clock.now)
        for level in EndpointLevel.allCases {
            let refused = try await history.refusals(application: application, level: level)
            planner.offers[level] = StatisticsOffer(level: level, refused: refused)
        }
        let known = client.canListIndices ? try await history.knownIndices(application: application) : []
        let names = Set(settings.indices.literalNames + known.filter(settings.indices.selects))
        try await setIndices(names.sorted())
        if !client.canListIndices, settings.indices.literalNames.isEmpty, settings.indices.include != [] {
            log.info("no search key and no index named in the configuration: collecting the application level only")
        }
    }

    /// Collects `names` from now on; tracks that exist keep their state.
    private func setIndices(_ names: [String]) async throws {
        let tails = Dictionary(
            // A row that only the backfill of an older window has written is no live tail.
            grouping: try await history.freshness().filter {
                $0.scope.application == client.application && $0.completeUntil > $0.tailStart
            },
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
        let answered = try await history.answered(application: client.application)
        let checks = try await history.revisionChecks(application: client.application)
        var tracks: [Track] = []
        let scopes =
            [Scope(application: client.application)]
            + names.map { Scope(application: client.application, index: $0) }
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
                        tailFetched: Dictionary(uniqueKeysWithValues: fetched.map { ($0.statistic, $0.fetchedAt) }),
                        revisionChecked: checks[scope]?[granularity]))
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
            let listed = try await client.indexNames()
            metrics.succeeded(.search, now: now)
            let selected = Set(listed.filter(settings.indices.selects) + settings.indices.literalNames).sorted()
            discovery.succeeded(now: now)
            let current = Set(planner.tracks.map(\.scope.index)).subtracting([""])
            if Set(selected) != current {
                log.info("collecting \(selected.count) indices of \(listed.count)")
                do { try await setIndices(selected) } catch { _ = pauseForStorage(error) }
            }
            return true
        } catch {
            guard error != .cancelled else { return false }
            let delay = discovery.failed(now: clock.seconds, error, using: &generator)
            metrics.failed(.search)
            log.warning(
                "listing indices failed, going on with those known: \(error); again in \(Int(delay)) s")
            return false
        }
    }

    // MARK: Requests

    private func perform(_ work: Work) async -> Bool {
        // Before the request: what happens during it is not in the answer.
        let sentAt = clock.now
        let result: Result<[SeriesPoints], AlgoliaError>
        do throws(AlgoliaError) {
            result = .success(
                try await client.usage(
                    UsageRequest(
                        scope: work.scope, statistics: work.statistics, granularity: work.granularity,
                        range: work.range)))
        } catch {
            result = .failure(error)
        }
        switch result {
        case .success(let series):
            do {
                try await store(series, work, sentAt: sentAt)
                return true
            } catch {
                _ = pauseForStorage(error)
                return false
            }
        case .failure(let error):
            await fail(work, error)
            return false
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
        if work.purpose == .backfill { backfilledPoints += outcome.added }
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

    /// Makes the file dense once a large backfill is over. A file that would take
    /// minutes is left to its operator (`db compact`).
    func compactAfterBackfill() async {
        guard backfilledPoints >= Self.worthCompacting else { return }
        backfilledPoints = 0
        let before = history.size
        guard before <= Self.quicklyCompacted else { return }
        do {
            try await history.compact()
            log.info("the backfill is over; compacted the history", metadata: ["bytes": "\(before) to \(history.size)"])
        } catch {
            log.warning("the history could not be compacted: \(error)")
        }
    }

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
