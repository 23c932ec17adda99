public import AlgoliaClient
public import CoreMetrics
public import History
public import Logging
internal import Transport
public import UsageModel

/// Keeps the history of one application's billing metrics complete, by Usage API v2.
///
/// It asks the registry once a day, and the hours and days of what that lists by the rules of all other usage: planner,
/// tracks and failures are the ``ApplicationCollector``'s, and so is the quota, of which it takes a quarter at most. Most
/// plans do not have this API; that is a normal state, and is asked about again the next day.
///
/// 1. It is run once the application's own live tail has been stored (``Collector``).
/// 2. The registry decides which metrics there are; what it lists no longer stays stored, and is not asked for.
/// 3. A range that is refused as too long is halved: nobody has published how much one request may ask for.
public actor BillingCollector {
    /// One request in so many of the quota, at most.
    private static let share = 4.0
    /// How long an answer of the registry, or its refusal, is believed.
    static let registryMemory: Int64 = 86_400
    /// Buckets of a range that is never too long.
    private static let shortestRange: Int64 = 8
    /// Failures of the registry in a row after which a backfill goes without it.
    private static let patience = 3

    var client: AlgoliaClient
    let history: History
    let clock: CollectionClock
    let metrics: CollectorMetrics
    let log: Logger
    var generator: any RandomNumberGenerator & Sendable

    var state: CollectionState
    private var clockCheck: ClockCheck
    /// The newest answer of the registry; nil while there is none.
    var registry: BillingRegistry?
    var registryNotBefore = 0.0
    var registryFailures = 0
    var registryError: String?
    /// Whether ``registry`` is newer than the history's.
    var hasUnwrittenRegistry = false
    var hasToldRefusal = false
    /// The key to which the registry was refused.
    var refusedKey: SecretText?
    /// Whether the registry was asked, since the last answer, why points are refused.
    private var hasAskedWhy = false
    /// The time before which nothing is asked, so that the quota is left to others.
    private var notBefore = 0.0
    /// Seconds that one request may span, where that was found to be less than is planned.
    private var longest: [Granularity: Int64] = [:]
    private var isLoaded = false
    private var replacement: (settings: CollectionSettings, client: AlgoliaClient)?
    private var isStopped = false
    /// An answer that could not be stored yet.
    private var unstored: UnstoredAnswer?

    /// - Parameter generator: the source of jitter.
    public init(
        settings: CollectionSettings, client: AlgoliaClient, history: History, clock: any WallClock,
        metrics: any MetricsFactory, logger: Logger,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        var log = logger
        log[metadataKey: "application"] = "\(client.application)"
        log[metadataKey: "api"] = "\(API.usageV2.rawValue)"
        let clock = CollectionClock(clock)
        let metrics = CollectorMetrics(application: client.application, api: .usageV2, factory: metrics)
        self.client = client
        self.history = history
        self.clock = clock
        self.metrics = metrics
        self.log = log
        self.generator = generator
        state = CollectionState(
            client.application, settings, IndexDiscovery(canList: false), clock: clock, metrics: metrics, log: log,
            generator: generator)
        clockCheck = ClockCheck(clock, metrics)
    }

    /// Collects until the task is cancelled or ``stop()`` is called.
    public func run() async {
        await StepLoop(clock: clock).run(
            step: { await self.step() }, isStopped: { self.isStopped },
            isRoused: { self.replacement != nil || self.hasNewKey })
        if isStopped { metrics.forget([.usageV2]) }
    }

    /// Whether the key to which the registry was refused has been replaced.
    private var hasNewKey: Bool {
        guard let refusedKey, let key = try? client.key(.usageV2)?.current() else { return false }
        return key != refusedKey
    }

    /// Goes on with other settings after the request that is under way.
    public func reconfigure(_ settings: CollectionSettings, client: AlgoliaClient) {
        replacement = (settings, client)
    }

    /// Ends ``run()`` after the request that is under way.
    public func stop() { isStopped = true }

    /// The state of the collection, for people; nil before the registry was asked for.
    public func snapshot() -> BillingStatus? {
        registry.map { BillingStatus($0, state, lastError: registryError, now: clock.now) }
    }

    /// Collects until nothing is missing any more, or until what is missing keeps failing.
    /// - Returns: why anything is missing; empty when the history is complete, and where the API is not served.
    public func runUntilComplete() async -> [String] {
        let begin = clock.now
        while !Task.isCancelled {
            let step = await step()
            if let registry {
                if !registry.isServed || registry.metrics.isEmpty { return [] }
            } else if registryFailures >= Self.patience {
                return []
            }
            let progress = BackfillProgress(
                client.application, state.planner, knowsIndices: isLoaded, since: begin, now: clock.now)
            if registry != nil, progress.isComplete { return [] }
            guard case .idle(let wakeUp) = step else { continue }
            let error = "\(client.application), Usage API v2: \(state.health.lastError?.message ?? "unknown error")"
            if state.health.isUnauthorized || !progress.stuck.isEmpty { return [error] }
            do { try await clock.sleep(until: wakeUp) } catch { break }
        }
        return ["\(client.application): cancelled"]
    }

    // MARK: Steps

    /// Makes the next request, if there is one to make now.
    public func step() async -> ApplicationCollector.Step {
        if let paused = await prepare() { return paused }
        let now = clock.now
        guard notBefore <= clock.seconds else { return .idle(until: notBefore) }
        let registryDue = registryDue(now)
        if registryDue <= clock.seconds { return .requested(succeeded: await paced { await readRegistry() }) }
        if let until = state.health.pausedUntil(now: clock.seconds) { return .idle(until: min(until, registryDue)) }
        guard registry?.isServed == true else { return .idle(until: registryDue) }
        guard let request = state.next(now: now) else {
            return .idle(until: min(state.planner.wakeUp(now: now), registryDue))
        }
        return .requested(succeeded: await paced { await perform(limited(request)) })
    }

    /// Makes a request, after which the quota is left to others for a while.
    private func paced(_ request: () async -> Bool) async -> Bool {
        let succeeded = await request()
        notBefore = clock.seconds + Self.share * 60 / Double(max(client.quotaUse.requestsPerMinute, 1))
        return succeeded
    }

    /// Brings settings and state up to date.
    /// - Returns: a pause when the history cannot be read or written.
    private func prepare() async -> ApplicationCollector.Step? {
        if case let step = clock.synchronize(), step != 0 { follow(step) }
        if let replacement {
            self.replacement = nil
            client = replacement.client
            state.reconfigure(replacement.settings, canList: false, collectsUsage: true)
        }
        if hasNewKey {
            refusedKey = nil
            forgetRegistry()
        }
        do {
            if !isLoaded {
                try await load()
                isLoaded = true
            }
            if hasUnwrittenRegistry, let registry {
                try await history.note(registry, application: client.application)
                hasUnwrittenRegistry = false
            }
            if let unstored {
                try await store(unstored)
                self.unstored = nil
            }
        } catch {
            return .idle(until: clock.seconds + pauseForStorage(error))
        }
        return nil
    }

    private func load() async throws {
        let (application, now) = (client.application, clock.now)
        if !hasUnwrittenRegistry {
            registry = try await history.billingRegistry(application: application)
            // What lies ahead of the clock is void.
            if let asked = registry?.askedAt, asked > now { registry?.askedAt = now - Self.registryMemory }
        }
        let refused = try await history.refusals(application: application, level: .application, billing: true)
        state.load(
            horizons: try await history.vendorHorizons(application: application, billing: true),
            refused: [.application: refused.mapValues { min($0, now) }],
            listed: registry?.metrics.map(\.statistic) ?? [])
        state.setTracks(of: [], try await StoredTracks(history, application, now: now, billing: true))
    }

    /// The history could not be read or written: a full disk, a locked file.
    /// - Returns: seconds to wait.
    @discardableResult
    func pauseForStorage(_ error: any Error) -> Double {
        FailureKind(error) == .cancelled ? 0 : state.storageFailed(error)
    }

    // MARK: Clock

    /// Compares the clock with the newest answer.
    /// - Returns: false when what was asked was asked for another time: the answer means nothing.
    func isClockRight() -> Bool {
        guard let reading = clockCheck.compare(client, .usageV2), reading.step != 0 else { return true }
        follow(reading.step)
        return false
    }

    /// Goes on after the time was set: the history is read anew.
    private func follow(_ step: Double) {
        state.shift(by: step)
        (notBefore, registryNotBefore) = (0, 0)
        state.unload()
        isLoaded = false
    }

    // MARK: Requests

    /// A request of the length that is known to be served: its newest part.
    private func limited(_ planned: PlannedRequest) -> PlannedRequest {
        var request = planned
        if let longest = longest[request.granularity], request.range.seconds > longest, request.purpose != .isolation {
            request.range.start = request.range.end - longest
        }
        return request
    }

    private func ask(_ request: PlannedRequest) async throws(AlgoliaError) -> UsageAnswer {
        try await client.billing(
            BillingRequest(
                statistics: request.statistics.answeredNames, granularity: request.granularity, range: request.range))
    }

    /// Makes a request, and stores its answer.
    private func perform(_ request: PlannedRequest) async -> Bool {
        // Before the request: what happens during it is not in the answer.
        var sentAt = clock.now
        let answer: UsageAnswer
        do throws(AlgoliaError) {
            answer = try await ask(request)
        } catch {
            guard isClockRight() else { return false }
            var error = error
            switch error {
            case .notFound, .unauthorized:
                // The API may be gone, which the registry tells.
                guard hasAskedWhy else {
                    hasAskedWhy = true
                    forgetRegistry()
                    return false
                }
                // Nobody has said that a 404 means that there are no data.
                if case .notFound(let message) = error { error = .refused(status: 404, message: message) }
            default: break
            }
            if case .refused = error, await isTooLong(request) { return false }
            let failed = FailedRequest(request: request, error: error, sentAt: sentAt)
            for finding in state.failed(failed, rotation: client.rotation(.usageV2)) {
                do { try await write(finding) } catch { pauseForStorage(error) }
            }
            return false
        }
        guard isClockRight() else { return false }
        hasAskedWhy = false
        // Nothing is answered or settled later than the vendor says it is.
        sentAt = min(sentAt, client.newestDate(.usageV2)?.date ?? .max)
        return await keep(UnstoredAnswer(request: request, answer: answer, sentAt: sentAt))
    }

    /// Whether a refused request asked for too much at once: its oldest bucket alone is served.
    private func isTooLong(_ request: PlannedRequest) async -> Bool {
        let bucket = request.granularity.seconds
        guard request.range.seconds > Self.shortestRange * bucket else { return false }
        var oldest = request
        oldest.range.end = oldest.range.start + bucket
        do throws(AlgoliaError) { _ = try await ask(oldest) } catch { return false }
        let half = max(request.granularity.floor(request.range.seconds / 2), Self.shortestRange * bucket)
        longest[request.granularity] = half
        log.debug("Usage API v2 serves no range of \(request.range.seconds / bucket) buckets; halving it")
        return true
    }

    private func write(_ finding: Finding) async throws {
        let setAside = try await finding.write(to: history, client.application, billing: true)
        state.noteWritten(finding, setAside: setAside)
    }

    private func keep(_ answer: UnstoredAnswer) async -> Bool {
        do {
            try await store(answer)
            return true
        } catch {
            unstored = answer
            pauseForStorage(error)
            return false
        }
    }

    /// Writes an answer and what it proves. It may be repeated from the beginning when anything could not be written.
    private func store(_ answer: UnstoredAnswer) async throws {
        let request = answer.request
        for finding in state.findings(of: answer) { try await write(finding) }
        state.noteServed(answer)
        let window = answer.window(state.settings)
        let outcome = try await history.store(answer.answer.series, answering: window)
        state.noteStored(answer, outcome)
        if let older = state.olderServed(answer) { try await write(older) }
        for finding in state.noteReach(answer) { try await write(finding) }
        let endsRevision = state.endsRevision(answer, window)
        if endsRevision {
            try await history.noteRevisionCheck(request.scope, request.granularity, at: answer.sentAt, billing: true)
        }
        for finding in state.finish(answer, window, outcome, endsRevision: endsRevision) {
            do { try await write(finding) } catch { pauseForStorage(error) }
        }
    }
}
