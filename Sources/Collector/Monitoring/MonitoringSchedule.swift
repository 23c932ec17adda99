internal import AlgoliaClient
internal import UsageModel

/// One of the questions that the Monitoring API is asked again and again.
enum MonitoringJob: Hashable, CaseIterable {
    case inventory, infrastructure, status, latency, indexing, reachability, incidents

    /// How often, as a multiple of ``CollectionSettings/monitoringInterval``.
    var pace: Int64 {
        switch self {
        case .infrastructure, .status: 1
        // The vendor probes every ten minutes.
        case .latency, .indexing, .reachability, .incidents: 5
        case .inventory: 60
        }
    }

    /// Whether it is answered to the right key alone; the others anybody may ask.
    var needsKey: Bool { self == .inventory || self == .infrastructure }

    /// Whether it is about clusters, whose names must be known.
    var needsClusters: Bool { !needsKey }
}

/// When each question of the Monitoring API is due, and what became of it the last time.
///
/// 1. Each job has its own interval and its own backoff (``FailureKind/scheduledDelay(failures:using:)``).
/// 2. A refusal is the key's, and pauses all jobs that need it, if the job was answered with this key before, or if no
///    other was. Else it is the plan that lacks this job, and the others go on.
/// 3. A refusal of a job without a key is a gateway's, and pauses this job alone.
/// 4. `Retry-After` pauses all jobs.
struct MonitoringSchedule {
    private struct State {
        var due = 0.0
        var failures = 0
        /// Whether it was ever answered with the present key: a refusal is then the key's, not the plan's.
        var isProven = false
        var isRefused = false
    }

    /// Seconds after which clusters are looked for again.
    private static let rest = 60.0

    private var jobs: [MonitoringJob: State] = [:]
    private var pause = 0.0
    /// The pause of the jobs that need the key.
    private var keyPause = 0.0
    /// Whether the key is refused.
    private(set) var isUnauthorized = false
    /// Refusals of the key in a row.
    private var refusals = 0

    /// Whether everything that was asked last was answered.
    var isUp: Bool { !jobs.isEmpty && jobs.values.allSatisfy { $0.failures == 0 } }

    /// Whether the key or the plan has no access to servers.
    var isRefused: Bool { jobs.values.contains(where: \.isRefused) }

    /// Whether the newest answer to a question was a failure.
    func isFailing(_ job: MonitoringJob) -> Bool { state(job).failures > 0 }

    /// The next step.
    enum Next: Equatable {
        case ask(MonitoringJob, InfrastructurePeriod)
        /// Nothing before this time.
        case idle(until: Double)
    }

    /// - Parameters:
    ///   - repair: the longer period to ask for once, if any; before anything else, unless servers cannot be had.
    ///   - possible: the questions that can be asked at all: there is a key, or a cluster.
    func next(repair: InfrastructurePeriod?, among possible: Set<MonitoringJob>, now: Double) -> Next {
        guard pause <= now else { return .idle(until: pause) }
        if let repair, possible.contains(.infrastructure), keyPause <= now, !isFailing(.infrastructure) {
            return .ask(.infrastructure, repair)
        }
        let open = MonitoringJob.allCases.filter(possible.contains)
            .map { (job: $0, due: $0.needsKey ? max(state($0).due, keyPause) : state($0).due) }
        guard let next = open.min(by: { $0.due < $1.due }) else { return .idle(until: now + Self.rest) }
        return next.due <= now ? .ask(next.job, .hour) : .idle(until: next.due)
    }

    private func state(_ job: MonitoringJob) -> State { jobs[job] ?? State() }

    /// Notes an answer.
    /// - Parameter interval: ``CollectionSettings/monitoringInterval``.
    mutating func succeeded(_ job: MonitoringJob, now: UnixTime, interval: Int64) {
        let interval = interval * job.pace
        // At the same second of each minute, however long answers take.
        let due = Double((now / interval + 1) * interval + CollectionSettings.monitoringDelay)
        jobs[job] = State(due: due, isProven: job.needsKey)
        guard job.needsKey else { return }
        isUnauthorized = false
        refusals = 0
    }

    /// Notes that a question failed.
    /// - Returns: seconds until it is asked again.
    mutating func failed(
        _ job: MonitoringJob, _ kind: FailureKind, now: Double,
        using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        var state = state(job)
        state.failures += 1
        var (failures, pausesAll, pausesKey) = (state.failures, false, false)
        switch kind {
        case .unauthorized where job.needsKey:
            state.isRefused = true
            let wasProven = state.isProven
            state.isProven = false
            let others = jobs.filter { $0.key != job }.values
            if wasProven || !others.contains(where: \.isProven) {
                isUnauthorized = true
                refusals += 1
                (failures, pausesKey) = (refusals, true)
            }
        case .throttled(let retryAfter): pausesAll = retryAfter != nil
        case .cancelled, .unauthorized, .rejected, .transient, .storage: break
        }
        let delay = kind.scheduledDelay(failures: failures, using: &generator)
        if pausesAll { pause = now + delay }
        if pausesKey { keyPause = now + delay }
        state.due = (now + delay).rounded(.up)
        jobs[job] = state
        return delay
    }

    /// Leaves a job alone whose answer could not be stored.
    mutating func putOff(_ job: MonitoringJob, until time: Double) { jobs[job, default: State()].due = time }

    /// Forgets what became of the jobs that need the key, because it has been replaced.
    mutating func keyChanged() {
        forget(MonitoringJob.allCases.filter(\.needsKey))
        keyPause = 0
        isUnauthorized = false
    }

    /// Forgets what became of jobs, which may be asked at once.
    mutating func forget(_ jobs: [MonitoringJob]) { for job in jobs { self.jobs[job] = nil } }

    /// Makes everything due, because the time was set.
    mutating func shift(by seconds: Double) {
        for job in jobs.keys { jobs[job]?.due = 0 }
        if pause > 0 { pause += seconds }
        if keyPause > 0 { keyPause += seconds }
    }
}
