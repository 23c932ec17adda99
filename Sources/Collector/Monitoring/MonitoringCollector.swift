public import AlgoliaClient
public import CoreMetrics
public import History
public import Logging
internal import Transport
public import UsageModel

/// An answer was asked for at another time than it seemed, and means nothing.
struct ClockWasWrong: Error {}

/// Keeps one application's servers and clusters up to date, by the Monitoring API.
///
/// It shares the quota with the ``ApplicationCollector`` of the same application and nothing
/// else: whatever happens here, usage is collected as if this did not exist. Many plans have
/// no access; that is a normal state, told once and tried again seldom.
public actor MonitoringCollector {
    private(set) var settings: CollectionSettings
    private(set) var client: AlgoliaClient
    let history: History
    let clock: CollectionClock
    let metrics: CollectorMetrics
    private var log: Logger
    private var generator: any RandomNumberGenerator & Sendable

    private var jobs = Dictionary(uniqueKeysWithValues: MonitoringJob.allCases.map { ($0, MonitoringJobState()) })
    private var pause = 0.0
    private var isUnauthorized = false
    /// Refusals of the key in a row.
    private var refusals = 0
    /// Whether the log says already that something is refused.
    private var hasToldRefusal = false
    private var told = ToldOnce()
    var status = InfrastructureStatus()
    /// Longer periods that are asked for once, to fill what was missed.
    var repairs: [InfrastructurePeriod] = []
    /// When the hours of the newest week were last asked for.
    var weekFetched: UnixTime?
    private var isLoaded = false
    /// Whether an answer has confirmed the clock since the start, or since it was set.
    private var isClockConfirmed = false
    private var replacement: (settings: CollectionSettings, client: AlgoliaClient)?
    private var isStopped = false
    /// Failures in a row to read or write the history: it is tried before anything is asked for again.
    private var storageFailures = 0

    /// - Parameter generator: the source of jitter.
    public init(
        settings: CollectionSettings, client: AlgoliaClient, history: History, clock: any WallClock,
        metrics: any MetricsFactory, logger: Logger,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.settings = settings
        self.client = client
        self.history = history
        self.clock = CollectionClock(clock)
        self.metrics = CollectorMetrics(application: client.application, factory: metrics)
        self.generator = generator
        log = logger
        log[metadataKey: "application"] = "\(client.application)"
    }

    /// Collects until the task is cancelled or ``stop()`` is called.
    public func run() async {
        await StepLoop(clock: clock).run(
            step: { await self.step() }, isStopped: { self.isStopped },
            isRoused: { self.replacement != nil || self.hasNewKey })
        if isStopped { metrics.forget([.monitoring]) }
    }

    /// Goes on with other settings after the request that is under way.
    public func reconfigure(_ settings: CollectionSettings, client: AlgoliaClient) {
        replacement = (settings, client)
    }

    /// Ends ``run()`` after the request that is under way.
    public func stop() { isStopped = true }

    /// The known state of servers and clusters.
    public func snapshot() -> InfrastructureStatus { status }

    private var hasNewKey: Bool {
        (isUnauthorized || status.isRefused) && client.key(.monitoring)?.hasReplacement == true
    }

    /// Makes the next request, if there is one to make now.
    public func step() async -> ApplicationCollector.Step {
        if let replacement {
            self.replacement = nil
            (settings, client) = replacement
        }
        if case let step = clock.synchronize(), step != 0 { follow(step) }
        do {
            if !isLoaded {
                try await load()
                isLoaded = true
            }
            if storageFailures > 0 {
                let balance = client.quotaBalance
                try await history.noteQuota(
                    application: client.application, tokens: balance.tokens, time: balance.time)
            }
        } catch {
            return .idle(until: clock.seconds + storageFailed(error))
        }
        if hasNewKey {
            log.info("monitoring key changed; retrying with the new key")
            isUnauthorized = false
            pause = 0
            for job in MonitoringJob.allCases { jobs[job] = MonitoringJobState() }
        }
        let now = clock.seconds
        guard pause <= now else { return .idle(until: pause) }
        if let period = repairs.first, jobs[.infrastructure]?.failures == 0 {
            return .requested(succeeded: await perform(.infrastructure, period))
        }
        let open = MonitoringJob.allCases.filter { !$0.needsClusters || !status.clusters.isEmpty }
            .map { (job: $0, due: jobs[$0]?.due ?? 0) }
        guard let next = open.min(by: { $0.due < $1.due }) else { return .idle(until: now + 60) }
        guard next.due <= now else { return .idle(until: next.due) }
        return .requested(succeeded: await perform(next.job, .hour))
    }

    private func load() async throws {
        let checks = try await history.revisionChecks(application: client.application)
        await client.rememberQuota(in: HistoryQuota(history: history, application: client.application))
        weekFetched = checks[Scope(application: client.application)]?[.minutely].flatMap { $0 <= clock.now ? $0 : nil }
    }

    /// Compares the clock with the newest answer, as ``ApplicationCollector/isClockRight(_:)`` does.
    /// - Returns: when the answer was given, at the latest.
    /// - Throws: ``ClockWasWrong`` when it was asked for at another time than it seemed.
    func confirmed(_ sentAt: UnixTime) async throws -> UnixTime {
        guard let reading = client.newestDate(.monitoring) else { return sentAt }
        let step = clock.synchronize(reading)
        if let offset = clock.offset { metrics.clockOffset(offset, .monitoring) }
        if step != 0 { follow(step) }
        if !isClockConfirmed {
            let future = try await history.forgetFuture(
                application: client.application, [.minutely], now: max(clock.now, reading.date ?? .min), settleDelay: 0)
            isClockConfirmed = true
            if future != nil { isLoaded = false }
        }
        guard step == 0 else { throw ClockWasWrong() }
        return min(sentAt, reading.date ?? .max)
    }

    /// Goes on after the time was set: everything is asked for at once.
    private func follow(_ step: Double) {
        for job in MonitoringJob.allCases { jobs[job]?.due = 0 }
        if pause > 0 { pause += step }
        isClockConfirmed = false
        isLoaded = false
    }

    private func perform(_ job: MonitoringJob, _ period: InfrastructurePeriod) async -> Bool {
        do {
            try await fetch(job, period)
        } catch let error as AlgoliaError {
            fail(job, error)
            return false
        } catch is ClockWasWrong {
            return false
        } catch {
            let delay = storageFailed(error)
            jobs[job]?.due = clock.seconds + delay
            return false
        }
        let interval = settings.monitoringInterval * job.pace
        // At the same second of each minute, however long answers take.
        jobs[job] = MonitoringJobState(
            due: Double((clock.now / interval + 1) * interval + CollectionSettings.monitoringDelay),
            isProven: job.needsKey)
        if job.needsKey {
            isUnauthorized = false
            refusals = 0
        }
        storageFailures = 0
        noteState(nil)
        if case let ignored = client.ignoredParts(.monitoring), ignored > 0, told.first(.ignored) {
            log.warning(
                """
                the Monitoring API sent \(ignored) unreadable parts (\(job)); ignoring them and keeping the rest, \
                counted by algolia_exporter_ignored_parts_total
                """)
        }
        if hasToldRefusal, !status.isRefused {
            hasToldRefusal = false
            log.info("Monitoring API works again; collecting server metrics")
        }
        metrics.succeeded(.monitoring, now: clock.now)
        if !status.isUp { metrics.failed(.monitoring) }
        return true
    }

    private func noteState(_ error: AlgoliaError?) {
        status.isUp = jobs.values.allSatisfy { $0.failures == 0 }
        status.isRefused = jobs.values.contains { $0.isRefused }
        if let error { status.lastError = error.description }
    }

    func tellOutside(_ points: Int) {
        guard told.first(.outside) else { return }
        log.warning(
            "the Monitoring API sent \(points) points outside the requested range; dropping them")
    }

    // MARK: Failures

    private func fail(_ job: MonitoringJob, _ error: AlgoliaError) {
        guard error != .cancelled, var state = jobs[job] else { return }
        state.failures += 1
        let now = clock.seconds
        let kind = FailureKind(error)
        var (failures, pausesAll) = (state.failures, false)
        switch kind {
        case .unauthorized:
            state.isRefused = true
            // Where the key is good for something else, it is the plan that lacks this.
            let wasProven = state.isProven
            state.isProven = false
            let others = jobs.filter { $0.key != job }.values
            if wasProven || !others.contains(where: \.isProven) {
                isUnauthorized = true
                refusals += 1
                (failures, pausesAll) = (refusals, true)
            }
        case .throttled(let retryAfter): pausesAll = retryAfter != nil
        default: break
        }
        let delay = kind.scheduledDelay(failures: failures, using: &generator)
        if pausesAll { pause = now + delay }
        state.due = (now + delay).rounded(.up)
        jobs[job] = state
        noteState(error)
        metrics.failed(.monitoring)
        let text = "Monitoring API request failed (\(job)): \(error); retrying in \(Int(delay.rounded(.up))) s"
        guard kind == .unauthorized else { return log.warning("\(text)") }
        // Told once: most plans are like this for ever.
        if !hasToldRefusal {
            hasToldRefusal = true
            log.notice("\(text) \(client.rotation(.monitoring)); continuing without server metrics")
        }
    }

    /// Notes that the history could not be read or written, unless the process ends.
    /// - Returns: seconds to wait.
    private func storageFailed(_ error: any Error) -> Double {
        guard FailureKind(error) != .cancelled else { return 0 }
        storageFailures += 1
        let delay = FailureKind.storage.delay(failures: storageFailures, using: &generator)
        status.lastError = HistoryError.sentence(error)
        log.error("\(HistoryError.sentence(error)); retrying in \(Int(delay.rounded(.up))) s")
        return delay
    }
}
