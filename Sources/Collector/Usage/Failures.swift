internal import AlgoliaClient
internal import History
internal import Logging
internal import Transport
internal import UsageModel

/// A request that failed.
struct FailedRequest {
    var request: PlannedRequest
    var error: AlgoliaError
    var sentAt: UnixTime
}

/// The consequences of failures for one application: who waits and for how long, and what is asked for instead.
///
/// ``Diagnosis`` says what a failed request means. ``health`` changes here alone; the planner is lent by its owner,
/// ``CollectionState``, and so is the source of jitter.
struct Failures {
    typealias Generator = any RandomNumberGenerator & Sendable

    /// Seconds that an index leaves to its application.
    private static let turn = 30.0

    private(set) var health = ApplicationHealth()
    private let clock: CollectionClock
    private let metrics: CollectorMetrics
    private let log: Logger

    init(clock: CollectionClock, metrics: CollectorMetrics, log: Logger) {
        self.clock = clock
        self.metrics = metrics
        self.log = log
    }

    // MARK: The application

    /// Notes that an answer is stored.
    /// - Parameter isWhole: whether it may count as an answer.
    mutating func noteStored(isWhole: Bool) {
        health.stored()
        if isWhole { health.succeeded(now: clock.seconds) }
    }

    /// Moves what is kept in the time of day, because that was set.
    mutating func shift(by seconds: Double) { health.shift(by: seconds) }

    /// Ends a pause, because a key that was refused has been replaced.
    mutating func resume() { health.resume() }

    /// Notes that the history could not be read or written.
    /// - Returns: seconds to wait.
    mutating func storageFailed(_ error: any Error, using generator: inout Generator) -> Double {
        health.storageFailed(error, now: clock.seconds, using: &generator)
    }

    // MARK: Requests

    /// Draws the consequences of a failed request.
    /// - Parameter rotation: how a refused key comes to be replaced, as the end of a sentence.
    mutating func failed(
        _ failed: FailedRequest, _ discovery: IndexDiscovery, rotation: String, _ planner: inout Planner,
        using generator: inout Generator
    ) -> [Finding] {
        let (request, error) = (failed.request, failed.error)
        let diagnosis = Diagnosis(
            failed, Diagnosis.Knowledge(planner: planner, discovery: discovery), forbidden: health.forbidden)
        switch diagnosis {
        case .nothing: break
        case .throttled:
            let delay = health.paused(by: FailureKind(error), now: clock.seconds, using: &generator)
            guard case .rateLimited = error else {
                return failSilently(failed, pause: delay, &planner, using: &generator)
            }
            note(failed, "pausing for \(Int(delay.rounded(.up))) s")
        case .keyRefused:
            for level in EndpointLevel.allCases { planner.offers[level]?.resolveDoubt(isRefused: false) }
            let delay = health.unauthorized(error, now: clock.seconds, using: &generator)
            metrics.failed(metrics.api)
            log.error("\(error); retrying in \(Int(delay)) s \(rotation)")
        case .keyDoubted:
            health.noteForbidden(request.scope)
            planner.askApplication()
            back(
                off: failed, .notFound, because: "the application's usage, requested next, shows whether it is the key",
                &planner, using: &generator)
            health.answered(now: clock.seconds, error: error)
        case .wildcardDoubted(let isForbidden):
            if isForbidden { health.noteForbidden(request.scope) }
            planner.offers[EndpointLevel(request.scope)]?.doubtWildcard(now: clock.now)
        case .statisticsRefused(let message, let isForbidden):
            if isForbidden { health.noteForbidden(request.scope) }
            return refuse(failed, message: message, &planner, using: &generator)
        case .indexUnknown:
            planner.update(request.scope, request.granularity) { $0.isUnknown = true }
            back(off: failed, .notFound, because: discovery.doubt(of: request.scope.index), &planner, using: &generator)
        case .indexRefused(let isForbidden):
            if isForbidden { health.noteForbidden(request.scope) }
            back(off: failed, .notFound, because: "the other indices are still collected", &planner, using: &generator)
            health.answered(now: clock.seconds, error: failed.error)
        case .rangeRefused(let isAbsence):
            return searchReach(failed, isAbsence: isAbsence, &planner, using: &generator)
        case .windowRefused: return putAside(failed, planner)
        case .leftToApplication:
            health.answered(now: clock.seconds, error: error)
            let notBefore = (clock.seconds + Self.turn).rounded(.up)
            planner.update(request.scope, request.granularity) { $0.notBefore = notBefore }
        case .putOff: return putOff(failed, &planner)
        case .pieceRefused(let message, let isForbidden):
            if isForbidden { health.noteForbidden(request.scope) }
            return refusePiece(failed, message: message, &planner, using: &generator)
        case .silent: return failSilently(failed, &planner, using: &generator)
        }
        return []
    }

    private mutating func refuse(
        _ failed: FailedRequest, message: String, _ planner: inout Planner, using generator: inout Generator
    ) -> [Finding] {
        let level = EndpointLevel(failed.request.scope)
        var offer = planner.offer(failed.request.scope)
        let refused = offer.noteRefused(failed.request.statistics, message: message, now: clock.now)
        planner.offers[level] = offer
        health.answered(now: clock.seconds, error: failed.error)
        guard !refused.isEmpty else {
            log.debug("a batch of statistics was rejected; searching for the cause", metadata: ["level": "\(level)"])
            return []
        }
        log.refused(refused, level)
        if offer.names.isEmpty { back(off: failed, .notFound, &planner, using: &generator) }
        return [.refused(refused, level, at: clock.now)]
    }

    /// Takes a refusal of a window of the past for one of its range: looks for the oldest start that is served.
    private mutating func searchReach(
        _ failed: FailedRequest, isAbsence: Bool, _ planner: inout Planner, using generator: inout Generator
    ) -> [Finding] {
        let request = failed.request
        health.answered(now: clock.seconds, error: failed.error)
        // A search that was concluded and did not help would be made again and again, as fast as the quota allows.
        if planner.reaches[ReachKey(request)].isSearchedInVain(request.scope) {
            back(off: failed, .notFound, &planner, using: &generator)
        }
        log.debug(
            "\(failed.error); looking for the oldest range that Algolia serves",
            metadata: ["granularity": "\(request.granularity.rawValue)", "range": "\(request.range)"])
        planner.reaches.update(ReachKey(request)) {
            $0.noteRefused(
                request.range.start, request.granularity, now: failed.sentAt, reason: failed.error.description,
                isAbsence: isAbsence, scope: request.scope)
        }
        planner.continueSearch(request.scope)
        return planner.reaches.conclude(request, now: clock.now).map { [.horizon($0)] } ?? []
    }

    /// Sets a window aside that is refused though older ones are served, or still is what it was set aside for.
    private mutating func putAside(_ failed: FailedRequest, _ planner: Planner) -> [Finding] {
        health.answered(now: clock.seconds, error: failed.error)
        var failed = failed
        let request = failed.request
        let names = request.statistics.answeredNames
        let known = planner.track(request.scope, request.granularity)?.setAside.filter {
            names.contains($0.statistic) && ($0.isOpen || $0.range.overlaps(request.range))
        }
        // What the live tail goes on without has grown since.
        for open in known ?? [] where open.isOpen {
            failed.request.range.start = min(failed.request.range.start, open.range.start)
        }
        note(failed, "skipping the range, retrying in 24 h")
        return [
            .setAside(
                failed.request.window(fetchedAt: failed.sentAt, planner.settings), reason: failed.error.description,
                breaksAnswers: known?.contains(where: \.breaksAnswers) ?? false)
        ]
    }

    /// Leaves what is only asked for now and then to the next day.
    private mutating func putOff(_ failed: FailedRequest, _ planner: inout Planner) -> [Finding] {
        let (request, sentAt) = (failed.request, failed.sentAt)
        health.answered(now: clock.seconds, error: failed.error)
        switch request.purpose {
        case .retry: return putAside(failed, planner)
        case .horizon:
            guard var horizon = planner.reaches.horizon(ReachKey(request)) else { return [] }
            horizon.triedAt = sentAt
            planner.reaches.setHorizon(horizon, for: ReachKey(horizon))
            return [.horizonTried(horizon)]
        case .revision:
            note(failed, "retrying revisions of the range in 24 h")
            planner.update(request.scope, request.granularity) { $0.revisionChecked = sentAt }
        case .live, .probe, .backfill, .isolation, .readThrough: break
        }
        return []
    }

    /// Leaves one track alone for a while; the application, too, when several fail in a row.
    /// - Parameter cause: what people should know beside the error.
    private mutating func back(
        off failed: FailedRequest, _ backoff: Backoff, because cause: String = "", _ planner: inout Planner,
        using generator: inout Generator
    ) {
        let (request, error) = (failed.request, failed.error)
        let now = clock.seconds
        let delay = planner.update(request.scope, request.granularity) { track in
            track.failures += 1
            let delay = backoff.delay(failures: track.failures, using: &generator)
            track.notBefore = (now + delay).rounded(.up)
            return delay
        }
        guard let delay else {
            // Somebody has asked for what is not collected: no failure of the collection.
            return log.debug("\(error)", metadata: ["index": "\(request.scope.index)"])
        }
        if case .notFound = error {} else { health.failed(request.scope, now: now, using: &generator) }
        note(failed, "retrying in \(Int(delay.rounded(.up))) s", because: cause)
    }

    private mutating func note(_ failed: FailedRequest, _ consequence: String, because cause: String = "") {
        metrics.failed(metrics.api)
        let text = cause.isEmpty ? failed.error.description : "\(failed.error): \(cause)"
        health.noteError(text, at: clock.now)
        log.warning("\(text); \(consequence)", metadata: failed.request.metadata)
    }

    // MARK: Failures without a reason

    /// Handles a 5xx, a timeout, an answer that ends early.
    ///
    /// Mostly it is tried again, later and later. Where others succeed meanwhile, what makes the vendor fail is looked for
    /// (``AnswerSearch``) and set aside, so that one statistic's data do not hold up all others of the scope.
    /// - Parameter pause: for how long the application is paused already; nil to wait with this track alone.
    private mutating func failSilently(
        _ failed: FailedRequest, pause: Double? = nil, _ planner: inout Planner, using generator: inout Generator
    ) -> [Finding] {
        let (request, error) = (failed.request, failed.error)
        guard let track = planner.track(request.scope, request.granularity), request.purpose != .readThrough else {
            wait(failed, pause, &planner, using: &generator)
            return []
        }
        if request.purpose == .isolation { return failPiece(failed, &planner, using: &generator) }
        let surroundings = AnswerSearches.Surroundings(
            lastSuccess: health.lastSuccess, names: planner.offer(request.scope).names,
            culprits: planner.culprits(EndpointLevel(request.scope)), setAside: track.setAside)
        let now = clock.seconds
        let consequence = planner.update(request.scope, request.granularity) {
            $0.searches.failed(request, surroundings, now: now)
        }
        switch consequence {
        case .putOff where request.purpose == .probe:
            return refuse(failed, message: "", &planner, using: &generator)
        case .putOff: return putOff(failed, &planner)
        case .search:
            log.debug(
                "\(error); searching for the statistic that causes it",
                metadata: ["index": "\(request.scope.index)", "range": "\(request.range)"])
        case .wait, nil: break
        }
        wait(failed, pause, &planner, using: &generator)
        return []
    }

    private mutating func wait(
        _ failed: FailedRequest, _ pause: Double?, _ planner: inout Planner, using generator: inout Generator
    ) {
        guard let pause else { return back(off: failed, .transient, &planner, using: &generator) }
        note(failed, "pausing for \(Int(pause.rounded(.up))) s")
    }

    private mutating func failPiece(
        _ failed: FailedRequest, _ planner: inout Planner, using generator: inout Generator
    ) -> [Finding] {
        let piece = failed.request
        let now = clock.seconds
        let unsettled = piece.granularity.floor(failed.sentAt - planner.settings.settleDelay)
        let failure = planner.update(piece.scope, piece.granularity) { track in
            let failure = track.searches.pieceFailed(piece, unsettled: unsettled, now: now, using: &generator)
            if let failure { track.notBefore = (now + failure.delay).rounded(.up) }
            return failure
        }
        guard let failure = failure ?? nil else { return [] }
        if !failure.hasSucceeded { health.failed(piece.scope, now: now, using: &generator) }
        let culprits = failure.culprits.map {
            isolate(FailedRequest(request: $0, error: failed.error, sentAt: failed.sentAt), planner.settings)
        }
        return culprits
            + searched(piece, failure.end, reason: failed.error.description, sentAt: failed.sentAt, &planner)
    }

    /// Sets aside what makes the vendor's answers fail.
    private func isolate(_ failed: FailedRequest, _ settings: CollectionSettings) -> Finding {
        var piece = failed.request
        let granularity = piece.granularity
        if piece.range.end > granularity.floor(failed.sentAt - settings.settleDelay) {
            // The live tail has moved on while it was searched.
            piece.range.end = max(piece.range.end, granularity.floor(failed.sentAt) + granularity.seconds)
        }
        let names = piece.statistics.answeredNames.map(\.text).joined(separator: ", ")
        log.warning(
            "requests fail when they include \(names): \(failed.error); skipping the range, retrying in 24 h",
            metadata: piece.metadata)
        return .setAside(
            piece.window(fetchedAt: failed.sentAt, settings), reason: failed.error.description, breaksAnswers: true)
    }

    private mutating func refusePiece(
        _ failed: FailedRequest, message: String, _ planner: inout Planner, using generator: inout Generator
    ) -> [Finding] {
        let piece = failed.request
        var findings: [Finding] = []
        if case .names(let names) = piece.statistics, names.count == 1,
            StatisticsOffer.names(piece.statistics, in: message)
        {
            findings = refuse(failed, message: message, &planner, using: &generator)
        }
        let now = clock.seconds
        let end = planner.update(piece.scope, piece.granularity) { $0.searches.pieceRefused(piece, now: now) }
        return findings
            + searched(piece, end ?? nil, reason: failed.error.description, sentAt: failed.sentAt, &planner)
    }

    /// Notes that a piece of a search was answered.
    mutating func pieceSucceeded(_ piece: PlannedRequest, sentAt: UnixTime, _ planner: inout Planner) -> [Finding] {
        let now = clock.seconds
        let end = planner.update(piece.scope, piece.granularity) { $0.searches.pieceSucceeded(piece, now: now) }
        return searched(
            piece, end ?? nil, reason: "answers to * fail, answers to each name do not", sentAt: sentAt, &planner)
    }

    /// Draws the consequences of the end of a search.
    private mutating func searched(
        _ piece: PlannedRequest, _ end: AnswerSearches.End?, reason: String, sentAt: UnixTime,
        _ planner: inout Planner
    ) -> [Finding] {
        guard let end else { return [] }
        if end.purpose == .revision {
            // Each piece was one.
            return planner.finishRevisionBatch(end.whole)
                ? [.revised(piece.scope, piece.granularity, at: sentAt)] : []
        }
        guard end.isWildcard, end.purpose == .live else { return [] }
        var tail = end.whole
        tail.range.start = max(tail.range.start, tail.granularity.floor(sentAt - planner.settings.settleDelay))
        log.warning(
            "requests for * fail, but requests by name succeed; requesting by name, retrying * in 24 h",
            metadata: ["index": "\(piece.scope.index)", "granularity": "\(piece.granularity.rawValue)"])
        return [.setAside(tail.window(fetchedAt: sentAt, planner.settings), reason: reason, breaksAnswers: true)]
    }
}
