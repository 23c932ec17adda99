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
/// Servers need a key, clusters only a name (``ClusterChoice``): without a key, or with one that is refused, the state
/// of clusters is collected all the same.
///
/// It shares the quota with the ``ApplicationCollector`` of the same application and nothing
/// else: whatever happens here, usage is collected as if this did not exist. Many plans have
/// no access; that is a normal state, told once and tried again seldom.
///
/// It makes the requests and writes the history. What is due is ``MonitoringSchedule``'s to say, and what was missed
/// ``InfrastructureRepairs``'.
public actor MonitoringCollector {
    /// Seconds that the vendor's clock may be ahead.
    static let clockTolerance: Int64 = 300

    private var settings: CollectionSettings
    var client: AlgoliaClient
    let history: History
    let clock: CollectionClock
    let metrics: CollectorMetrics
    var log: Logger
    private var generator: any RandomNumberGenerator & Sendable

    private var schedule = MonitoringSchedule()
    var repairs = InfrastructureRepairs()
    var clusters: ClusterChoice
    private var clockCheck: ClockCheck
    /// Whether the log says already that something is refused.
    private var hasToldRefusal = false
    var told = ToldOnce()
    var status = InfrastructureStatus()
    private var isLoaded = false
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
        clockCheck = ClockCheck(self.clock, self.metrics)
        clusters = ClusterChoice(configured: settings.clusters)
        status.hasKey = client.key(.monitoring) != nil
        status.note(clusters)
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
        (schedule.isUnauthorized || status.isRefused) && client.key(.monitoring)?.hasReplacement == true
    }

    /// Makes the next request, if there is one to make now.
    public func step() async -> ApplicationCollector.Step {
        if let replacement {
            self.replacement = nil
            (settings, client) = replacement
            takeConfiguration()
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
            schedule.keyChanged()
            noteState(nil)
        }
        do { try await searchClusters() } catch { return .idle(until: clock.seconds + storageFailed(error)) }
        switch schedule.next(repair: repairs.next, among: possible, now: clock.seconds) {
        case .idle(let wakeUp): return .idle(until: min(wakeUp, nextClusterSearch ?? wakeUp))
        case .ask(let job, let period): return .requested(succeeded: await perform(job, period))
        }
    }

    // MARK: Clusters

    /// The questions that can be asked.
    private var possible: Set<MonitoringJob> {
        Set(
            MonitoringJob.allCases.filter { job in
                job.needsKey ? status.hasKey : !clusters.names(for: job, now: clock.now).isEmpty
            })
    }

    /// Goes on with another key or other clusters.
    private func takeConfiguration() {
        let hasKey = client.key(.monitoring) != nil
        if hasKey != status.hasKey {
            status.hasKey = hasKey
            schedule.keyChanged()
            hasToldRefusal = false
            clusters.noteInventory(nil)
            (status.servers, status.serversFetched) = ([], nil)
            noteState(nil)
        }
        clusters.configure(settings.clusters)
        noteClusters()
    }

    /// When the servers in the history are to be looked through for clusters; nil while an inventory may still come.
    private var nextClusterSearch: Double? {
        status.hasKey && !schedule.isFailing(.inventory) ? nil : clusters.nextSearch
    }

    private func searchClusters() async throws {
        guard let due = nextClusterSearch, due <= clock.seconds else { return }
        clusters.noteServers(try await history.peakServers(client.application, now: clock.now), now: clock.seconds)
        noteClusters()
    }

    /// Makes the state that of the clusters that are chosen now.
    func noteClusters() {
        status.note(clusters)
        guard status.clusters.isEmpty else { return }
        schedule.forget(MonitoringJob.allCases.filter(\.needsClusters))
        noteState(nil)
        if !status.isAsked { metrics.forget([.monitoring]) }
    }

    /// Asks about the clusters of a job, without those that the vendor turns out not to know.
    /// - Throws: the vendor's answer when it knows none of them.
    func ask<Answer: Sendable>(
        _ job: MonitoringJob, _ question: @escaping @Sendable ([ServerName]) async throws -> Answer
    ) async throws -> Answer {
        let names = clusters.names(for: job, now: clock.now)
        let outcome = await ClusterQuestion(ask: question).answer(about: names)
        let told = clusters.unknownNames
        for (name, error) in outcome.unknown {
            clusters.setAside(name, for: job, now: clock.now)
            guard !told.contains(name) else { continue }
            log.warning("Algolia does not know cluster \(name) (\(job): \(error)); leaving it out, retrying in 24 h")
        }
        if case .success = outcome.result { clusters.noteKnown(outcome.known, for: job) }
        status.unknownClusters = clusters.unknownNames
        return try outcome.result.get()
    }

    private func load() async throws {
        let checks = try await history.revisionChecks(application: client.application)
        await client.rememberQuota(in: HistoryQuota(history: history, application: client.application))
        repairs.load(
            weekFetched: checks[Scope(application: client.application)]?[.minutely].flatMap {
                $0 <= clock.now ? $0 : nil
            })
    }

    /// Compares the clock with the newest answer.
    /// - Returns: when the answer was given, at the latest.
    /// - Throws: ``ClockWasWrong`` when it was asked for at another time than it seemed.
    func confirmed(_ sentAt: UnixTime) async throws -> UnixTime {
        guard let reading = clockCheck.compare(client, .monitoring) else { return sentAt }
        if reading.step != 0 { follow(reading.step) }
        if !clockCheck.isConfirmed {
            let future = try await clockCheck.discardFuture(
                reading, in: history, client.application, [.minutely], settleDelay: 0)
            clockCheck.confirm()
            if future != nil { isLoaded = false }
        }
        guard reading.step == 0 else { throw ClockWasWrong() }
        return min(sentAt, reading.date ?? .max)
    }

    /// Goes on after the time was set: everything is asked for at once.
    private func follow(_ step: Double) {
        schedule.shift(by: step)
        clusters.searchAgain()
        clockCheck.wasSet()
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
            schedule.putOff(job, until: clock.seconds + storageFailed(error))
            return false
        }
        schedule.succeeded(job, now: clock.now, interval: settings.monitoringInterval)
        storageFailures = 0
        noteState(nil)
        if case let ignored = client.ignoredParts(.monitoring), ignored > 0, told.first(.ignored) {
            log.warning(
                """
                the Monitoring API sent \(ignored) unreadable parts (\(job)); ignoring them and keeping the rest, \
                counted by algolia_exporter_ignored_parts_total
                """)
        }
        if hasToldRefusal, job.needsKey, !status.isRefused {
            hasToldRefusal = false
            log.info("Monitoring API works again; collecting server metrics")
        }
        metrics.succeeded(.monitoring, now: clock.now)
        if !status.isUp { metrics.failed(.monitoring) }
        return true
    }

    private func noteState(_ error: AlgoliaError?) {
        status.isUp = schedule.isUp
        status.isRefused = schedule.isRefused
        if let error { status.lastError = error.description }
    }

    // MARK: Failures

    private func fail(_ job: MonitoringJob, _ error: AlgoliaError) {
        guard error != .cancelled else { return }
        let kind = FailureKind(error)
        let delay = schedule.failed(job, kind, now: clock.seconds, using: &generator)
        noteState(error)
        metrics.failed(.monitoring)
        // Told with its name, and not asked for again as soon as this says.
        if error.isUnknownCluster { return }
        let retry = "retrying in \(Int(delay.rounded(.up))) s"
        let text = "Monitoring API request failed (\(job)): \(error); \(retry)"
        guard kind == .unauthorized else { return log.warning("\(text)") }
        guard job.needsKey else {
            // Whoever refuses the key has refused this with it.
            if !hasToldRefusal, told.first(.keyless) {
                log.warning(
                    "Monitoring API request failed (\(job)): status \(error.code), although it needs no key; \(retry)")
            }
            return
        }
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
