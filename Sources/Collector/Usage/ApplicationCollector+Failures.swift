internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Consequences of each kind of failure.
extension ApplicationCollector {
    /// A refused name or wildcard that is served again is no longer refused.
    func noteServed(_ work: Work) async throws {
        let level = EndpointLevel(work.scope)
        var offer = planner.offer(work.scope)
        var withdrawn = work.statistics.trackedNames.filter { offer.refused[$0] != nil }
        if withdrawn.contains(StatisticsOffer.wildcard) {
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
            try await remember([StatisticsOffer.wildcard], level)
        }
        offer.noteServed(work.statistics)
        planner.offers[level] = offer
    }

    /// Persists a refusal, and says so.
    private func remember(_ refused: [StatisticName], _ level: EndpointLevel) async throws {
        log.notice(
            "the plan does not include \(refused.map(\.text).joined(separator: ", ")); continuing without, retrying in 24 h",
            metadata: ["level": "\(level)"])
        try await history.refuse(refused, application: client.application, level: level, at: clock.now)
    }

    func fail(_ work: Work, _ error: AlgoliaError, sentAt: UnixTime) async {
        switch error {
        case .cancelled:
            return
        case .rateLimited(let retryAfter):
            let delay = health.rateLimited(retryAfter, now: clock.seconds, using: &generator)
            note(work, error, "pausing for \(Int(delay.rounded(.up))) s")
        case .unauthorized(403, let message) where mayBeRefusal(work):
            if work.purpose == .isolation {
                await refusePiece(work, error, message: message, sentAt: sentAt)
            } else if work.statistics == .all {
                planner.offers[EndpointLevel(work.scope)]?.doubtWildcard(now: clock.now)
            } else {
                await refuse(work, error, message: message)
            }
        case .unauthorized, .noKey:
            for level in EndpointLevel.allCases { planner.offers[level]?.resolveDoubt(isRefused: false) }
            let delay = health.unauthorized(error, now: clock.seconds, using: &generator)
            metrics.failed(.usage)
            log.error("\(error); retrying in \(Int(delay)) s \(client.rotation(.usage))")
        case .notFound(let message): await failAbsent(work, error, message: message, sentAt: sentAt)
        case .refused(_, let message):
            switch work.purpose {
            case .live, .probe: await refuse(work, error, message: message)
            case .readThrough:
                // What a client asks for may be refused for itself, and says nothing about the plan
                // unless the vendor names a statistic that it never served.
                guard StatisticsOffer.names(work.statistics, in: message), !wasServed(work) else { return }
                await refuse(work, error, message: message)
            case .backfill: await refuseRange(work, error, message: message, sentAt: sentAt, isAbsence: false)
            case .retry, .horizon, .revision: await putOff(work, error, sentAt: sentAt)
            case .isolation: await refusePiece(work, error, message: message, sentAt: sentAt)
            }
        case .server(_, _, let retryAfter?):
            let delay = health.rateLimited(retryAfter, now: clock.seconds, using: &generator)
            await failSilently(work, error, sentAt: sentAt, pause: delay)
        case .server, .timeout, .connection, .broken: await failSilently(work, error, sentAt: sentAt)
        }
    }

    /// Handles a 404 that does not prove that there are no data.
    private func failAbsent(_ work: Work, _ error: AlgoliaError, message: String, sentAt: UnixTime) async {
        switch work.purpose {
        case .readThrough: break
        case .backfill: await refuseRange(work, error, message: message, sentAt: sentAt, isAbsence: true)
        case .retry, .horizon, .revision: await putOff(work, error, sentAt: sentAt)
        case .isolation: await refusePiece(work, error, message: message, sentAt: sentAt)
        case .live, .probe:
            if work.scope.isIndex, !mayBeWildcard(work) {
                back(off: work, .notFound, error, because: doubt(of: work.scope.index))
            } else if work.statistics == .all {
                // Either the wildcard is refused, or there are no data: names will tell.
                planner.offers[EndpointLevel(work.scope)]?.doubtWildcard(now: clock.now)
            } else {
                await refuse(work, error, message: message)
            }
        }
    }

    /// Whether a 403 may be about what was asked and not about the key: only
    /// where nothing of it was ever served, and not twice in a row.
    private func mayBeRefusal(_ work: Work) -> Bool {
        guard !planner.offer(work.scope).isProven(work.statistics), health.forbidden == 0 else { return false }
        let answered = planner.track(work.scope, work.granularity)?.answered ?? [:]
        guard work.statistics.trackedNames.allSatisfy({ answered[$0] == nil }) else { return false }
        health.forbidden += 1
        return true
    }

    /// Whether a 404 for an index may be about the wildcard: where the application's was refused, too.
    func mayBeWildcard(_ work: Work) -> Bool {
        work.statistics == .all && !planner.offer(work.scope).isProven(.all)
            && planner.offers[.application]?.servesWildcard == false
    }

    func refuse(_ work: Work, _ error: AlgoliaError, message: String) async {
        let level = EndpointLevel(work.scope)
        var offer = planner.offer(work.scope)
        let refused = offer.noteRefused(work.statistics, message: message, now: clock.now)
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
        if offer.names.isEmpty { back(off: work, .notFound, error) }
    }

    /// Leaves one track alone for a while; the application, too, when several fail in a row.
    /// - Parameter cause: what people should know beside the error.
    func back(off work: Work, _ backoff: Backoff, _ error: AlgoliaError, because cause: String = "") {
        guard planner.track(work.scope, work.granularity) != nil else {
            // Somebody has asked for what is not collected: no failure of the collection.
            return log.debug("\(error)", metadata: ["index": "\(work.scope.index)"])
        }
        var delay = 0.0
        let now = clock.seconds
        planner.update(work.scope, work.granularity) { track in
            track.failures += 1
            delay = backoff.delay(failures: track.failures, using: &generator)
            track.notBefore = (now + delay).rounded(.up)
        }
        if case .notFound = error {} else { health.failed(work.scope, now: now, using: &generator) }
        note(work, error, "retrying in \(Int(delay.rounded(.up))) s", because: cause)
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

    func note(_ work: Work, _ error: AlgoliaError, _ consequence: String, because cause: String = "") {
        metrics.failed(.usage)
        let text = cause.isEmpty ? error.description : "\(error): \(cause)"
        health.lastError = (text, clock.now)
        log.warning(
            "\(text); \(consequence)",
            metadata: [
                "index": "\(work.scope.index)", "granularity": "\(work.granularity.rawValue)",
                "range": "\(work.range)",
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
