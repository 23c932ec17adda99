internal import AlgoliaClient
internal import History
internal import UsageModel

/// An answer of the vendor, until it is in the history.
struct UnstoredAnswer {
    var request: PlannedRequest
    var answer: UsageAnswer
    /// When the request was sent.
    var sentAt: UnixTime
    /// Whether the vendor said that there are no data (404), which proves nothing about what it serves otherwise.
    var isAbsence = false
    /// Whether the answer may lack anything: its points are stored, and everything is asked for again.
    var answersNothing = false

    /// The window that it answers, with the ranges that could not be read.
    func window(_ settings: CollectionSettings) -> AnsweredWindow {
        var window = request.window(fetchedAt: sentAt, settings)
        if answersNothing { window.range.end = window.range.start }
        window.unreadable = unreadable
        return window
    }

    /// Where values could not be read, by statistic, in whole buckets that had begun.
    private var unreadable: [StatisticName: UnreadableRanges] {
        guard !answersNothing else { return [:] }
        let granularity = request.granularity
        let window = TimeRange(
            request.range.start, min(request.range.end, granularity.floor(sentAt) + granularity.seconds))
        var unreadable: [StatisticName: UnreadableRanges] = [:]
        for one in answer.unreadable {
            var ranges = TimeRangeSet(one.times.map { bucket($0) })
            if one.isSomewhere {
                // Any bucket without a point may be the one that is meant.
                let told = answer.series.lazy.filter { $0.statistic == one.statistic }.flatMap(\.points)
                ranges = ranges.union(TimeRangeSet(window).subtracting(TimeRangeSet(told.map { bucket($0.time) })))
            }
            ranges = ranges.intersection(TimeRangeSet(window))
            if !ranges.isEmpty { unreadable[one.statistic] = UnreadableRanges(ranges, reason: one.text) }
        }
        return unreadable
    }

    private func bucket(_ time: UnixTime) -> TimeRange {
        let start = request.granularity.floor(time)
        return TimeRange(start, start + request.granularity.seconds)
    }
}

/// An application's quota in the history, so that a restart does not spend it again.
struct HistoryQuota: QuotaMemory {
    let history: History
    let application: ApplicationID

    func balance() async -> TokenBucket.Balance? {
        guard let saved = try? await history.quota(application: application) else { return nil }
        return TokenBucket.Balance(tokens: saved.tokens, time: saved.time)
    }

    /// A balance that cannot be saved is no reason not to ask: the answer's storage tells of the trouble.
    func save(_ balance: TokenBucket.Balance) async {
        try? await history.noteQuota(application: application, tokens: balance.tokens, time: balance.time)
    }
}
