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

    func perform(_ work: Work) async -> Outcome {
        // Before the request: what happens during it is not in the answer.
        var sentAt = clock.now
        let answer: UsageAnswer
        do throws(AlgoliaError) {
            answer = try await client.usage(
                UsageRequest(
                    scope: work.scope, statistics: work.statistics, granularity: work.granularity, range: work.range))
        } catch {
            guard await isClockRight() else { return .notStored }
            if let empty = emptyAnswer(to: work, error, sentAt: sentAt) { return await keep(empty) }
            await fail(work, error, sentAt: sentAt)
            return .failed(error)
        }
        guard await isClockRight() else { return .notStored }
        // Nothing is answered or settled later than the vendor says it is.
        sentAt = min(sentAt, client.newestDate(.usage)?.date ?? .max)
        guard let failure = answer.failure else {
            return await keep(UnstoredAnswer(work: work, answer: answer, sentAt: sentAt))
        }
        // Points are points, but what is not among them may only be missing: nothing is answered.
        let kept = await keep(UnstoredAnswer(work: work, answer: answer, sentAt: sentAt, answersNothing: true))
        guard kept == .stored else { return kept }
        var reason = UsageDecodingError(.notAnAnswer, at: 0)
        reason.text = failure
        await fail(work, .broken(reason), sentAt: sentAt)
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
        let (work, answer, sentAt) = (unstored.work, unstored.answer, unstored.sentAt)
        if !unstored.isAbsence, !unstored.answersNothing { try await noteServed(work) }
        var window = AnsweredWindow(
            scope: work.scope, granularity: work.granularity,
            range: unstored.answersNothing ? TimeRange(work.range.start, work.range.start) : work.range,
            statistics: work.statistics, fetchedAt: sentAt, settleDelay: settings.settleDelay)
        window.unreadable = unstored.unreadable
        let outcome = try await history.store(answer.series, answering: window)
        health.stored()
        metrics.storage(isUp: true)
        metrics.stored(outcome.added + outcome.revised)
        metrics.outside(answer.outside)
        tell(of: answer, work)
        if work.purpose == .backfill { await compaction.note(outcome.added, of: client.application) }
        log.debug(
            "stored \(outcome.added) new and \(outcome.revised) revised points",
            metadata: ["work": "\(work.purpose.rawValue)", "index": "\(work.scope.index)", "range": "\(work.range)"])
        if unstored.answersNothing { return }
        health.succeeded(now: clock.seconds)
        metrics.succeeded(.usage, now: clock.now)
        if unstored.isAbsence {
            try await noteAbsence(work, sentAt: sentAt)
        } else {
            try await noteReach(work, sentAt: sentAt)
        }

        let reachesNow = window.range.end > window.settledUntil
        let isLastRevision = work.purpose == .revision && finishRevisionBatch(work)
        let needsBaseline =
            planner.track(work.scope, work.granularity)?.revisionChecked == nil && !window.settled.isEmpty
        if isLastRevision || needsBaseline {
            try await history.noteRevisionCheck(work.scope, work.granularity, at: sentAt)
        }
        planner.update(work.scope, work.granularity) { track in
            track.answered = outcome.answered
            track.setAside = outcome.setAside
            track.failures = 0
            track.notBefore = 0
            if reachesNow {
                for statistic in work.statistics.trackedNames { track.tailFetched[statistic] = sentAt }
            }
            if isLastRevision || needsBaseline { track.revisionChecked = sentAt }
            // Another batch says nothing about the one that fails.
            if track.searches[work.purpose].map({ work.statistics == .all || $0.whole.statistics == work.statistics })
                == true
            {
                track.searches[work.purpose] = nil
            }
        }
        metrics.remaining(planner, now: clock.now)
        if work.purpose == .isolation { await noteServed(piece: work, sentAt: sentAt) }
    }

    /// Notes that a batch of the running revision check was answered in parts.
    func noteRevision(_ work: Work, sentAt: UnixTime) async {
        guard finishRevisionBatch(work) else { return }
        do {
            try await history.noteRevisionCheck(work.scope, work.granularity, at: sentAt)
        } catch {
            return _ = pauseForStorage(error)
        }
        planner.update(work.scope, work.granularity) { $0.revisionChecked = sentAt }
    }

    /// Takes an answered batch off the running revision check; whether it was the last.
    private func finishRevisionBatch(_ work: Work) -> Bool {
        guard let track = planner.track(work.scope, work.granularity) else { return true }
        let all = planner.revisionBatches(track)
        planner.update(work.scope, work.granularity) { track in
            if track.revisionBatches.isEmpty { track.revisionBatches = all }
            track.revisionBatches.removeAll { $0 == work.statistics }
        }
        return planner.track(work.scope, work.granularity)?.revisionBatches.isEmpty ?? true
    }
}
