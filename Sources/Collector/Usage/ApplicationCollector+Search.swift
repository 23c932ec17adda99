internal import AlgoliaClient
internal import History
internal import Logging
internal import Transport
internal import UsageModel

/// Requests that fail without naming a reason: with a 5xx, a timeout, an answer that ends early.
///
/// Mostly it is tried again, later and later. Where others succeed meanwhile, what makes the vendor fail is looked for
/// (``AnswerSearch``) and set aside, so that one statistic's data do not hold up all others of the scope.
extension ApplicationCollector {
    /// Between two pieces that fail once another has succeeded.
    private static let pace = Backoff(base: 1, cap: 15)

    /// - Parameter pause: for how long the application is paused already; nil to wait with this track alone.
    func failSilently(_ request: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime, pause: Double? = nil) async {
        guard let track = planner.track(request.scope, request.granularity), request.purpose != .readThrough else {
            return wait(request, error, pause)
        }
        if request.purpose == .isolation { return await failPiece(request, error, sentAt: sentAt) }
        var search = track.searches[request.purpose] ?? AnswerSearch(request, now: clock.seconds)
        let othersSucceed = health.lastSuccess.map { $0 > search.since } ?? false
        if request.purpose == .retry || request.purpose == .horizon || request.purpose == .probe {
            // It is asked for once a day as it is.
            search.noteFailure(request)
            if othersSucceed, search.failures > 1 {
                planner.update(request.scope, request.granularity) { $0.searches[request.purpose] = nil }
                if request.purpose == .probe { return await refuse(request, error, message: "") }
                return await putOff(request, error, sentAt: sentAt)
            }
        } else {
            search.wholeFailed(
                request, othersSucceed: othersSucceed, names: planner.offer(request.scope).names,
                culprits: planner.culprits(EndpointLevel(request.scope)), setAside: track.setAside)
            if search.isRunning {
                log.debug(
                    "\(error); searching for the statistic that causes it",
                    metadata: ["index": "\(request.scope.index)", "range": "\(request.range)"])
            }
        }
        planner.update(request.scope, request.granularity) { $0.searches[request.purpose] = search }
        wait(request, error, pause)
    }

    private func wait(_ request: PlannedRequest, _ error: AlgoliaError, _ pause: Double?) {
        guard let pause else { return back(off: request, .transient, error) }
        note(request, error, "pausing for \(Int(pause.rounded(.up))) s")
    }

    private func failPiece(_ piece: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        guard let (purpose, found) = planner.search(piece) else { return }
        var search = found
        let unsettled = piece.granularity.floor(sentAt - settings.settleDelay)
        let verdict = search.failed(piece, unsettled: unsettled, now: clock.seconds)
        // As long as nothing has succeeded it may be an outage: not faster than the whole would be asked for.
        let delay =
            search.hasSucceeded
            ? Self.pace.delay(failures: search.streak, using: &generator)
            : FailureKind.transient.delay(failures: search.failures + search.streak, using: &generator)
        let notBefore = (clock.seconds + delay).rounded(.up)
        if !search.hasSucceeded { health.failed(piece.scope, now: clock.seconds, using: &generator) }
        if case .culprits(let culprits) = verdict {
            for culprit in culprits { await isolate(culprit, error, sentAt: sentAt) }
        }
        planner.update(piece.scope, piece.granularity) {
            $0.searches[purpose] = search
            $0.notBefore = notBefore
        }
        await finishSearch(piece, purpose, error.description, sentAt: sentAt)
    }

    /// Notes that a piece was answered.
    func noteServed(piece: PlannedRequest, sentAt: UnixTime) async {
        guard let (purpose, found) = planner.search(piece) else { return }
        var search = found
        search.succeeded(piece)
        planner.update(piece.scope, piece.granularity) { $0.searches[purpose] = search }
        await finishSearch(piece, purpose, "answers to * fail, answers to each name do not", sentAt: sentAt)
    }

    /// Notes that a piece was refused, or is unknown to the vendor.
    func refusePiece(_ piece: PlannedRequest, _ error: AlgoliaError, message: String, sentAt: UnixTime) async {
        if case .names(let names) = piece.statistics, names.count == 1,
            StatisticsOffer.names(piece.statistics, in: message)
        {
            await refuse(piece, error, message: message)
        }
        guard let (purpose, found) = planner.search(piece) else { return }
        var search = found
        search.refused(piece)
        planner.update(piece.scope, piece.granularity) { $0.searches[purpose] = search }
        await finishSearch(piece, purpose, error.description, sentAt: sentAt)
    }

    private func finishSearch(
        _ piece: PlannedRequest, _ purpose: PlannedRequest.Purpose, _ reason: String, sentAt: UnixTime
    ) async {
        guard var search = planner.track(piece.scope, piece.granularity)?.searches[purpose] else { return }
        let end = search.finish(now: clock.seconds)
        planner.update(piece.scope, piece.granularity) { $0.searches[purpose] = end == .found ? nil : search }
        guard end != .open else { return }
        if purpose == .revision {
            // Each piece was one.
            return await noteRevision(search.whole, sentAt: sentAt)
        }
        guard end == .wildcardFails, purpose == .live else { return }
        var tail = search.whole
        tail.range.start = max(tail.range.start, tail.granularity.floor(sentAt - settings.settleDelay))
        await setAside(tail, reason: reason, breaksAnswers: true, sentAt: sentAt)
        log.warning(
            "requests for * fail, but requests by name succeed; requesting by name, retrying * in 24 h",
            metadata: ["index": "\(piece.scope.index)", "granularity": "\(piece.granularity.rawValue)"])
    }

    /// Sets aside what makes the vendor's answers fail.
    private func isolate(_ piece: PlannedRequest, _ error: AlgoliaError, sentAt: UnixTime) async {
        var piece = piece
        let granularity = piece.granularity
        if piece.range.end > granularity.floor(sentAt - settings.settleDelay) {
            // The live tail has moved on while it was searched.
            piece.range.end = max(piece.range.end, granularity.floor(sentAt) + granularity.seconds)
        }
        await setAside(piece, reason: error.description, breaksAnswers: true, sentAt: sentAt)
        let names = piece.statistics.answeredNames.map(\.text).joined(separator: ", ")
        log.warning(
            "requests fail when they include \(names): \(error); skipping the range, retrying in 24 h",
            metadata: [
                "index": "\(piece.scope.index)", "granularity": "\(piece.granularity.rawValue)",
                "range": "\(piece.range)",
            ])
    }

    /// Sets a range aside for each statistic of `request`.
    func setAside(_ request: PlannedRequest, reason: String, breaksAnswers: Bool, sentAt: UnixTime) async {
        do {
            let window = AnsweredWindow(
                scope: request.scope, granularity: request.granularity, range: request.range,
                statistics: request.statistics,
                fetchedAt: sentAt, settleDelay: settings.settleDelay)
            let setAside = try await history.setAside(window, reason: reason, breaksAnswers: breaksAnswers)
            planner.update(request.scope, request.granularity) { $0.setAside = setAside }
            metrics.remaining(planner, now: clock.now)
        } catch {
            _ = pauseForStorage(error)
        }
    }
}
