internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Requests of usage, and what is stored of their answers.
extension ApplicationCollector {
    /// The outcome of a request.
    enum Outcome: Equatable {
        case stored
        case failed(AlgoliaError)
        /// The vendor answered, and the history could not be written.
        case notStored
    }

    func perform(_ request: PlannedRequest) async -> Outcome {
        // Before the request: what happens during it is not in the answer.
        var sentAt = clock.now
        let answer: UsageAnswer
        do throws(AlgoliaError) {
            answer = try await client.usage(
                UsageRequest(
                    scope: request.scope, statistics: request.statistics, granularity: request.granularity,
                    range: request.range))
        } catch {
            guard await isClockRight() else { return .notStored }
            if let empty = emptyAnswer(to: request, error, sentAt: sentAt) { return await keep(empty) }
            await fail(request, error, sentAt: sentAt)
            return .failed(error)
        }
        guard await isClockRight() else { return .notStored }
        // Nothing is answered or settled later than the vendor says it is.
        sentAt = min(sentAt, client.newestDate(.usage)?.date ?? .max)
        guard let failure = answer.failure else {
            return await keep(UnstoredAnswer(request: request, answer: answer, sentAt: sentAt))
        }
        // Points are points, but what is not among them may only be missing: nothing is answered.
        let kept = await keep(UnstoredAnswer(request: request, answer: answer, sentAt: sentAt, answersNothing: true))
        guard kept == .stored else { return kept }
        var reason = UsageDecodingError(.notAnAnswer, at: 0)
        reason.text = failure
        await fail(request, .broken(reason), sentAt: sentAt)
        return .failed(.broken(reason))
    }

    /// Whether the list of indices is known and has `index`.
    func isListed(_ index: IndexName) -> Bool { discovery.hasSucceeded && listed.contains(index) }

    private func keep(_ answer: UnstoredAnswer) async -> Outcome {
        do {
            try await store(answer)
            return .stored
        } catch {
            unstored = answer
            _ = pauseForStorage(error)
            return .notStored
        }
    }

    func store(_ unstored: UnstoredAnswer) async throws {
        let (request, answer, sentAt) = (unstored.request, unstored.answer, unstored.sentAt)
        if !unstored.isAbsence, !unstored.answersNothing { try await noteServed(request) }
        var window = AnsweredWindow(
            scope: request.scope, granularity: request.granularity,
            range: unstored.answersNothing ? TimeRange(request.range.start, request.range.start) : request.range,
            statistics: request.statistics, fetchedAt: sentAt, settleDelay: settings.settleDelay)
        window.unreadable = unstored.unreadable
        let outcome = try await history.store(answer.series, answering: window)
        health.stored()
        metrics.storage(isUp: true)
        metrics.stored(outcome.added + outcome.revised)
        metrics.outside(answer.outside)
        tell(of: answer, request)
        if request.purpose == .backfill { await compaction.note(outcome.added, of: client.application) }
        log.debug(
            "stored \(outcome.added) new and \(outcome.revised) revised points",
            metadata: [
                "work": "\(request.purpose.rawValue)", "index": "\(request.scope.index)", "range": "\(request.range)",
            ])
        if unstored.answersNothing { return }
        health.succeeded(now: clock.seconds)
        metrics.succeeded(.usage, now: clock.now)
        if unstored.isAbsence {
            try await noteAbsence(request, sentAt: sentAt)
        } else {
            try await noteReach(request, sentAt: sentAt)
        }

        let reachesNow = window.range.end > window.settledUntil
        let isLastRevision = request.purpose == .revision && finishRevisionBatch(request)
        let needsBaseline =
            planner.track(request.scope, request.granularity)?.revisionChecked == nil && !window.settled.isEmpty
        if isLastRevision || needsBaseline {
            try await history.noteRevisionCheck(request.scope, request.granularity, at: sentAt)
        }
        planner.update(request.scope, request.granularity) { track in
            track.answered = outcome.answered
            track.setAside = outcome.setAside
            track.failures = 0
            track.notBefore = 0
            if reachesNow {
                for statistic in request.statistics.answeredNames { track.tailFetched[statistic] = sentAt }
            }
            if isLastRevision || needsBaseline { track.revisionChecked = sentAt }
            // Another batch says nothing about the one that fails.
            if track.searches[request.purpose].map({
                request.statistics == .all || $0.whole.statistics == request.statistics
            })
                == true
            {
                track.searches[request.purpose] = nil
            }
        }
        metrics.remaining(planner, now: clock.now)
        if request.purpose == .isolation { await noteServed(piece: request, sentAt: sentAt) }
    }

    /// Notes that a batch of the running revision check was answered in parts.
    func noteRevision(_ request: PlannedRequest, sentAt: UnixTime) async {
        guard finishRevisionBatch(request) else { return }
        do {
            try await history.noteRevisionCheck(request.scope, request.granularity, at: sentAt)
        } catch {
            return _ = pauseForStorage(error)
        }
        planner.update(request.scope, request.granularity) { $0.revisionChecked = sentAt }
    }

    /// Takes an answered batch off the running revision check; whether it was the last.
    private func finishRevisionBatch(_ request: PlannedRequest) -> Bool {
        guard let track = planner.track(request.scope, request.granularity) else { return true }
        let all = planner.revisionBatches(track)
        planner.update(request.scope, request.granularity) { track in
            if track.revisionBatches.isEmpty { track.revisionBatches = all }
            track.revisionBatches.removeAll { $0 == request.statistics }
        }
        return planner.track(request.scope, request.granularity)?.revisionBatches.isEmpty ?? true
    }
}
