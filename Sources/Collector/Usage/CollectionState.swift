internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// The state of one application's collection, and what each answer and each failure changes of it.
///
/// A value that asks nobody and writes nothing:
/// 1. What has to survive a restart is returned as ``Finding``s. The collector writes them in their order and reports each
///    by ``noteWritten(_:setAside:)``; what depends on it changes then and not before.
/// 2. ``planner`` and ``discovery`` change here alone; failures are ``Failures``' matter, which is lent the planner.
struct CollectionState {
    /// Tracks that are looked through after each answer.
    private static let fewTracks = 64

    private let application: ApplicationID
    /// Whether there is a usage key. Without one the list of indices is all that is collected.
    private(set) var collectsUsage: Bool
    /// The indices that are collected.
    private(set) var indices: Set<IndexName> = []
    private(set) var planner: Planner
    private(set) var discovery: IndexDiscovery
    private var failures: Failures
    private var answerLog: AnswerLog
    /// Whether the opening has ended (``Planner/isOpening(now:)``).
    private var hasOpened = false
    /// When an answer last changed the gauges of what remains.
    private var remainingNotedAt: UnixTime?
    private let clock: CollectionClock
    private let metrics: CollectorMetrics
    private let log: Logger
    /// The source of jitter.
    private var generator: any RandomNumberGenerator & Sendable

    /// - Parameter collectsUsage: whether there is a usage key.
    init(
        _ application: ApplicationID, _ settings: CollectionSettings, _ discovery: IndexDiscovery,
        collectsUsage: Bool = true,
        clock: CollectionClock, metrics: CollectorMetrics, log: Logger,
        generator: any RandomNumberGenerator & Sendable
    ) {
        self.application = application
        self.collectsUsage = collectsUsage
        planner = Planner(settings: settings, offers: [:])
        self.discovery = discovery
        self.clock = clock
        self.metrics = metrics
        self.log = log
        self.generator = generator
        failures = Failures(clock: clock, metrics: metrics, log: log)
        answerLog = AnswerLog(log)
    }

    var health: ApplicationHealth { failures.health }
    var settings: CollectionSettings { planner.settings }

    // MARK: What is collected

    /// Goes on with other settings.
    /// - Parameters:
    ///   - canList: whether there is a key that lists indices.
    ///   - collectsUsage: whether there is a usage key.
    mutating func reconfigure(_ settings: CollectionSettings, canList: Bool, collectsUsage: Bool) {
        planner.settings = settings
        if self.collectsUsage != collectsUsage { failures.resume() }
        self.collectsUsage = collectsUsage
        discovery.reconfigure(canList: canList)
    }

    /// Takes over what the history knows of the vendor.
    /// - Parameter listed: the statistics that there are; nil for the catalogue's, and `*`.
    mutating func load(
        horizons: [VendorHorizon], refused: [EndpointLevel: [StatisticName: UnixTime]],
        listed: [StatisticName]? = nil
    ) {
        for horizon in horizons { planner.reaches.setHorizon(horizon, for: ReachKey(horizon)) }
        for (level, refused) in refused {
            planner.offers[level] = StatisticsOffer(level: level, refused: refused, listed: listed)
        }
    }

    /// Asks for these statistics alone from now on, each by its name.
    mutating func list(_ names: [StatisticName]) {
        for level in planner.offers.keys { planner.offers[level]?.list(names) }
    }

    /// This process's share of the indices that the vendor listed.
    var listedIndices: Set<IndexName> {
        Set(
            discovery.selected(settings.indices, stored: []).filter {
                settings.owns(Scope(application: application, index: $0))
            })
    }

    /// Collects this process's share of the application and `indices` from now on; tracks that exist keep their state.
    mutating func setTracks(of indices: [IndexName], _ stored: StoredTracks) {
        let scopes = ([Scope(application: application)] + indices.map { Scope(application: application, index: $0) })
            .filter(settings.owns)
        self.indices = Set(scopes.lazy.filter(\.isIndex).map(\.index))
        planner.setTracks(
            (collectsUsage ? scopes : []).flatMap { scope in
                [Granularity.hourly, .daily].map { planner.track(scope, $0) ?? stored.track(scope, $0) }
            })
        if collectsUsage { noteRemaining() }
    }

    /// Returns what read-through has to know of a scope.
    /// - Parameter answered: the ranges that need not be asked for, by statistic or `*`.
    func knowledge(
        _ scope: Scope, _ granularity: Granularity, _ track: Track?, answered: [StatisticName: TimeRangeSet]
    ) -> ReadThroughPlanner.Knowledge {
        ReadThroughPlanner.Knowledge(
            answered: answered, offer: planner.offer(scope), settings: settings,
            retention: planner.reaches.horizon(ReachKey(EndpointLevel(scope), granularity))?.age,
            notBefore: max(health.pausedUntil(now: clock.seconds) ?? 0, track?.notBefore ?? 0),
            isUnknown: track?.isUnknown ?? false, isCollected: track != nil)
    }

    /// The next request, or nil when nothing is to be done at `now`.
    mutating func next(now: UnixTime) -> PlannedRequest? { planner.next(now: now) }

    /// Whether all else waits for the answers that people look at first: once, after a start. It does not while the vendor
    /// answers nothing.
    mutating func isOpening(now: UnixTime) -> Bool {
        guard !hasOpened, !health.hasPaused else { return false }
        hasOpened = !planner.isOpening(now: now)
        return !hasOpened
    }

    /// Moves what is kept in the time of day, because that was set.
    mutating func shift(by step: Double) {
        failures.shift(by: step)
        discovery.shift(by: step)
    }

    /// Forgets what was collected: the history is read anew.
    mutating func unload() { planner.setTracks([]) }

    /// Tries again what a refused key of `api` has held up.
    mutating func keyChanged(_ api: API) { if api == .search { discovery.resume() } else { failures.resume() } }

    /// Notes that the history could not be read or written.
    /// - Returns: seconds to wait.
    mutating func storageFailed(_ error: any Error) -> Double {
        let delay = failures.storageFailed(error, using: &generator)
        metrics.storage(isUp: false)
        log.error("\(HistoryError.sentence(error)); retrying in \(Int(delay.rounded(.up))) s")
        return delay
    }

    // MARK: Indices

    /// Notes the vendor's list, before its time is known to be right.
    mutating func noteListed(_ names: [IndexName]) { discovery.noteListed(names) }

    mutating func listingSucceeded(_ list: IndexList, now: UnixTime) {
        metrics.succeeded(.search, now: now)
        answerLog.tell(of: list)
        discovery.succeeded(now: now)
    }

    /// Notes that the levels of a list are stored.
    mutating func noteStored(_ list: StoreOutcome) {
        failures.noteStored(isWhole: false)
        metrics.storage(isUp: true)
        metrics.stored(list.added + list.revised)
    }

    /// - Parameter rotation: how a refused key comes to be replaced, as the end of a sentence.
    mutating func listingFailed(_ error: AlgoliaError, rotation: String) {
        let delay = discovery.failed(now: clock.seconds, error, using: &generator)
        metrics.failed(.search)
        log.warning(
            """
            listing indices failed: \(error); continuing with the known indices, retrying in \(Int(delay)) s\
            \(discovery.isUnauthorized ? " \(rotation)" : "")
            """)
    }

    // MARK: Answers

    /// The findings that an answer proves, before it is stored.
    func findings(of answer: UnstoredAnswer) -> [Finding] {
        guard !answer.isAbsence, !answer.answersNothing else { return [] }
        let level = EndpointLevel(answer.request.scope)
        var findings: [Finding] = []
        let included = includedAgain(answer.request)
        if !included.isEmpty {
            log.info(
                "the plan includes \(included.sorted().map(\.text).joined(separator: ", ")) again; collecting",
                metadata: ["level": "\(level)"])
            findings.append(.included(included, level))
        }
        if planner.offer(answer.request.scope).doubtsWildcard {
            log.refused([.everything], level)
            findings.append(.refused([.everything], level, at: clock.now))
        }
        return findings
    }

    /// The refused names that an answer to `request` serves again.
    private func includedAgain(_ request: PlannedRequest) -> [StatisticName] {
        let refused = planner.offer(request.scope).refused
        let served = request.statistics.answeredNames.filter { refused[$0] != nil }
        // The plan has changed: what it refused by name is asked for again, too.
        return served.contains(.everything) ? Array(refused.keys) : served
    }

    /// Notes that the statistics of `answer` are served.
    mutating func noteServed(_ answer: UnstoredAnswer) {
        guard !answer.isAbsence, !answer.answersNothing else { return }
        var offer = planner.offer(answer.request.scope)
        offer.withdraw(includedAgain(answer.request))
        offer.resolveDoubt(isRefused: true)
        offer.noteServed(answer.request.statistics)
        planner.offers[offer.level] = offer
    }

    /// Notes that the points of an answer are stored.
    mutating func noteStored(_ answer: UnstoredAnswer, _ outcome: StoreOutcome) {
        let request = answer.request
        failures.noteStored(isWhole: !answer.answersNothing)
        metrics.storage(isUp: true)
        metrics.stored(outcome.added + outcome.revised)
        metrics.outside(answer.answer.outside)
        answerLog.tell(of: answer, setAside: planner.track(request.scope, request.granularity)?.setAside ?? [])
        log.debug(
            "stored \(outcome.added) new and \(outcome.revised) revised points",
            metadata: [
                "work": "\(request.purpose.rawValue)", "index": "\(request.scope.index)", "range": "\(request.range)",
            ])
        if !answer.answersNothing { metrics.succeeded(metrics.api, now: clock.now) }
    }

    /// The finding that the vendor serves something older than it did, if `answer` proves it.
    func olderServed(_ answer: UnstoredAnswer) -> Finding? {
        let request = answer.request
        let key = ReachKey(request)
        guard !answer.isAbsence, request.purpose == .horizon, let horizon = planner.reaches.horizon(key),
            answer.sentAt - request.range.start > horizon.age
        else { return nil }
        log.info(
            "Algolia serves older \(request.granularity.rawValue) history again; fetching it",
            metadata: ["level": "\(key.level)"])
        return .horizonGone(key)
    }

    /// Notes how far back an answer reaches.
    mutating func noteReach(_ answer: UnstoredAnswer) -> [Finding] {
        let (request, sentAt) = (answer.request, answer.sentAt)
        if answer.isAbsence {
            let absence = planner.reaches.absence(request, settings: settings, sentAt: sentAt, now: clock.now)
            if absence.goesOn { planner.continueSearch(request.scope) }
            return absence.horizons.map { .horizon($0) }
        }
        let key = ReachKey(request)
        planner.reaches.update(key) { $0.noteServed(request.range.start, request.granularity, now: sentAt) }
        guard planner.reaches[key].isSearching else { return [] }
        planner.continueSearch(request.scope)
        return planner.reaches.conclude(request, now: clock.now).map { [.horizon($0)] } ?? []
    }

    /// Whether `answer` ends a revision check, or is the first of a track, with which later ones are compared.
    mutating func endsRevision(_ answer: UnstoredAnswer, _ window: AnsweredWindow) -> Bool {
        let request = answer.request
        let isLast = request.purpose == .revision && planner.finishRevisionBatch(request)
        let isFirst =
            planner.track(request.scope, request.granularity)?.revisionChecked == nil
            && !window.settled.isEmpty
        return isLast || isFirst
    }

    /// Ends a request whose answer and findings are in the history.
    mutating func finish(
        _ answer: UnstoredAnswer, _ window: AnsweredWindow, _ outcome: StoreOutcome, endsRevision: Bool
    ) -> [Finding] {
        let (request, sentAt) = (answer.request, answer.sentAt)
        planner.update(request.scope, request.granularity) { track in
            track.answered = outcome.answered
            track.setAside = outcome.setAside
            track.failures = 0
            track.notBefore = 0
            track.isUnknown = false
            if window.range.end > window.settledUntil {
                for statistic in request.statistics.answeredNames { track.tailFetched[statistic] = sentAt }
            }
            if endsRevision { track.revisionChecked = sentAt }
            track.searches.succeeded(request)
        }
        planner.noteAnswered(request)
        noteRemaining()
        return request.purpose == .isolation ? failures.pieceSucceeded(request, sentAt: sentAt, &planner) : []
    }

    /// Brings the gauges of what remains up to date. With many indices once a second: all tracks are looked through, which
    /// took a quarter of the fill of 1,000 indices when it was done for each answer. Before the collector waits, it does
    /// the same.
    private mutating func noteRemaining() {
        let now = clock.now
        guard remainingNotedAt != now || planner.tracks.count <= Self.fewTracks else { return }
        remainingNotedAt = now
        metrics.remaining(planner, now: now)
    }

    /// Notes that a finding is in the history.
    /// - Parameter setAside: what is set aside now in its scope and granularity.
    mutating func noteWritten(_ finding: Finding, setAside: [SetAside]?) {
        switch finding {
        case .refused, .included, .horizonTried: break
        case .setAside(let window, _, _):
            planner.update(window.scope, window.granularity) { $0.setAside = setAside ?? $0.setAside }
            metrics.remaining(planner, now: clock.now)
        case .horizon(let horizon):
            planner.reaches.setHorizon(horizon, for: ReachKey(horizon))
            metrics.remaining(planner, now: clock.now)
            let granularity = horizon.granularity
            log.notice(
                """
                Algolia serves \(granularity.rawValue) history only since \
                \(RFC3339.string(granularity.ceiling(horizon.triedAt - horizon.age))): \
                \(horizon.reason); retrying older data every 24 h
                """, metadata: ["level": "\(horizon.level)"])
        case .horizonGone(let key): planner.reaches.setHorizon(nil, for: key)
        case .revised(let scope, let granularity, let time):
            planner.update(scope, granularity) { $0.revisionChecked = time }
        }
    }

    // MARK: Failures

    /// The answer that a 404 stands for: nothing was reported. Nil where it may mean something else.
    mutating func emptyAnswer(_ failed: FailedRequest) -> UnstoredAnswer? {
        let known = Diagnosis.Knowledge(planner: planner, discovery: discovery)
        guard let absence = Diagnosis.absence(failed, known) else { return nil }
        var empty = UnstoredAnswer(
            request: failed.request, answer: UsageAnswer(), sentAt: failed.sentAt, isAbsence: true)
        if absence == .ofEverything {
            planner.offers[EndpointLevel(failed.request.scope)]?.resolveDoubt(isRefused: false)
            empty.request.statistics = .all
        }
        return empty
    }

    /// Draws the consequences of a failed request.
    /// - Parameter rotation: how a refused key comes to be replaced, as the end of a sentence.
    mutating func failed(_ request: FailedRequest, rotation: String) -> [Finding] {
        failures.failed(request, discovery, rotation: rotation, &planner, using: &generator)
    }
}
