internal import AlgoliaClient
internal import History
internal import Logging
internal import Transport
internal import UsageModel

/// Consequences of each kind of failure (``FailureKind``) for what is asked for next.
extension ApplicationCollector {
    /// A refused name or wildcard that is served again is no longer refused.
    func noteServed(_ request: PlannedRequest) async throws {
        let level = EndpointLevel(request.scope)
        var offer = planner.offer(request.scope)
        var withdrawn = request.statistics.answeredNames.filter { offer.refused[$0] != nil }
        if withdrawn.contains(.everything) {
            // The plan has changed: what it refused by name is asked for again, too.
            withdrawn = Array(offer.refused.keys)
        }
        if !withdrawn.isEmpty {
            log.info(
                "the plan includes \(withdrawn.sorted().map(\.text).joined(separator: ", ")) again; collecting",
                metadata: ["level": "\(level)"])
            try await history.withdrawRefusal(of: withdrawn, application: client.application, level: level)
            offer.withdraw(withdrawn)
        }
        if offer.doubtsWildcard {
            offer.resolveDoubt(isRefused: true)
            try await remember([.everything], level)
        }
        offer.noteServed(request.statistics)
        planner.offers[level] = offer
    }

    /// Persists a refusal, and says so.
    private func remember(_ refused: [StatisticName], _ level: EndpointLevel) async throws {
        log.notice(
            "the plan does not include \(refused.map(\.text).joined(separator: ", ")); continuing without, retrying in 24 h",
            metadata: ["level": "\(level)"])
        try await history.refuse(refused, application: client.application, level: level, at: clock.now)
    }

    func fail(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        switch FailureKind(error) {
        case .cancelled, .storage: break
        case .throttled:
            let delay = health.paused(by: FailureKind(error), now: clock.seconds, using: &generator)
            if case .rateLimited = error {
                note(request, error, "pausing for \(Int(delay.rounded(.up))) s")
            } else {
                await failSilently(request, error, sentAt: sentAt, pause: delay)
            }
        case .unauthorized: await failUnauthorized(request, error, sentAt: sentAt)
        case .rejected: await failRejected(request, error, sentAt: sentAt)
        case .transient: await failSilently(request, error, sentAt: sentAt)
        }
    }

    /// Handles a key that is refused, or a plan that lacks what was asked for.
    private func failUnauthorized(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        if case .unauthorized(403, let message) = error, mayBeRefusal(request) {
            if request.purpose == .isolation {
                await refusePiece(request, error, message: message, sentAt: sentAt)
            } else if request.statistics == .all {
                planner.offers[EndpointLevel(request.scope)]?.doubtWildcard(now: clock.now)
            } else {
                await refuse(request, error, message: message)
            }
            return
        }
        for level in EndpointLevel.allCases { planner.offers[level]?.resolveDoubt(isRefused: false) }
        let delay = health.unauthorized(error, now: clock.seconds, using: &generator)
        metrics.failed(.usage)
        log.error("\(error); retrying in \(Int(delay)) s \(client.rotation(.usage))")
    }

    /// Handles what the vendor says about the statistics, the range or the index.
    private func failRejected(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        if case .notFound(let message) = error {
            return await failAbsent(request, error, message: message, sentAt: sentAt)
        }
        guard case .refused(_, let message) = error else { return }
        switch request.purpose {
        case .live, .probe: await refuse(request, error, message: message)
        case .readThrough:
            // What a client asks for may be refused for itself, and says nothing about the plan
            // unless the vendor names a statistic that it never served.
            guard StatisticsOffer.names(request.statistics, in: message), !wasServed(request) else { return }
            await refuse(request, error, message: message)
        case .backfill: await refuseRange(request, error, message: message, sentAt: sentAt, isAbsence: false)
        case .retry, .horizon, .revision: await putOff(request, error, sentAt: sentAt)
        case .isolation: await refusePiece(request, error, message: message, sentAt: sentAt)
        }
    }

    /// Handles a 404 that does not prove that there are no data.
    private func failAbsent(_ request: PlannedRequest, _ error: AlgoliaError, message: String, sentAt: UnixTime) async {
        switch request.purpose {
        case .readThrough: break
        case .backfill: await refuseRange(request, error, message: message, sentAt: sentAt, isAbsence: true)
        case .retry, .horizon, .revision: await putOff(request, error, sentAt: sentAt)
        case .isolation: await refusePiece(request, error, message: message, sentAt: sentAt)
        case .live, .probe:
            if request.scope.isIndex, !mayBeWildcard(request) {
                back(off: request, .notFound, error, because: doubt(of: request.scope.index))
            } else if request.statistics == .all {
                // Either the wildcard is refused, or there are no data: names will tell.
                planner.offers[EndpointLevel(request.scope)]?.doubtWildcard(now: clock.now)
            } else {
                await refuse(request, error, message: message)
            }
        }
    }

    /// Whether a 403 may be about what was asked and not about the key: only
    /// where nothing of it was ever served, and not twice in a row.
    private func mayBeRefusal(_ request: PlannedRequest) -> Bool {
        guard !planner.offer(request.scope).isProven(request.statistics), health.forbidden == 0 else { return false }
        let answered = planner.track(request.scope, request.granularity)?.answered ?? [:]
        guard request.statistics.answeredNames.allSatisfy({ answered[$0] == nil }) else { return false }
        health.forbidden += 1
        return true
    }

    /// Whether a 404 for an index may be about the wildcard: where the application's was refused, too.
    func mayBeWildcard(_ request: PlannedRequest) -> Bool {
        request.statistics == .all && !planner.offer(request.scope).isProven(.all)
            && planner.offers[.application]?.servesWildcard == false
    }

    func refuse(_ request: PlannedRequest, _ error: AlgoliaError, message: String) async {
        let level = EndpointLevel(request.scope)
        var offer = planner.offer(request.scope)
        let refused = offer.noteRefused(request.statistics, message: message, now: clock.now)
        planner.offers[level] = offer
        health.answered(now: clock.seconds, error: error)
        guard !refused.isEmpty else {
            log.debug("a batch of statistics was rejected; searching for the cause", metadata: ["level": "\(level)"])
            return
        }
        do {
            try await remember(refused, level)
        } catch {
            _ = pauseForStorage(error)
        }
        if offer.names.isEmpty { back(off: request, .notFound, error) }
    }

    /// Leaves one track alone for a while; the application, too, when several fail in a row.
    /// - Parameter cause: what people should know beside the error.
    func back(off request: PlannedRequest, _ backoff: Backoff, _ error: AlgoliaError, because cause: String = "") {
        guard planner.track(request.scope, request.granularity) != nil else {
            // Somebody has asked for what is not collected: no failure of the collection.
            return log.debug("\(error)", metadata: ["index": "\(request.scope.index)"])
        }
        var delay = 0.0
        let now = clock.seconds
        planner.update(request.scope, request.granularity) { track in
            track.failures += 1
            delay = backoff.delay(failures: track.failures, using: &generator)
            track.notBefore = (now + delay).rounded(.up)
        }
        if case .notFound = error {} else { health.failed(request.scope, now: now, using: &generator) }
        note(request, error, "retrying in \(Int(delay.rounded(.up))) s", because: cause)
    }

    /// Why the vendor may know nothing of an index in its newest hours.
    private func doubt(of index: IndexName) -> String {
        let name = ForeignText.shown(index.text, redacting: [])
        if !client.canListIndices {
            return """
                index "\(name)" is not known to Algolia, or has no data in its newest hours (which of the two, a \
                search key would tell): check its name in the configuration
                """
        }
        guard discovery.hasSucceeded else {
            return """
                index "\(name)" is not known to Algolia, or has no data in its newest hours; the list of indices \
                could not be fetched yet
                """
        }
        return """
            index "\(name)" is not in Algolia's list of indices: check its name in the configuration and the \
            permissions of the search key
            """
    }

    func note(_ request: PlannedRequest, _ error: AlgoliaError, _ consequence: String, because cause: String = "") {
        metrics.failed(.usage)
        let text = cause.isEmpty ? error.description : "\(error): \(cause)"
        health.lastError = (text, clock.now)
        log.warning(
            "\(text); \(consequence)",
            metadata: [
                "index": "\(request.scope.index)", "granularity": "\(request.granularity.rawValue)",
                "range": "\(request.range)",
            ])
    }
}

extension AlgoliaClient {
    /// How a refused key comes to be replaced, as the end of a sentence.
    func rotation(_ api: API) -> String {
        key(api)?.isFile == true
            ? "or as soon as the key file changes"
            : "(a key from the environment changes with a restart, one in the configuration with a reload)"
    }
}
