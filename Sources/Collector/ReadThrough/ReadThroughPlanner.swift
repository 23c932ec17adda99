internal import AlgoliaClient
internal import History
internal import UsageModel

/// Decides what to fetch on behalf of a client of the proxy. Pure, as the ``Planner`` is: what it knows of the collection
/// it is given.
struct ReadThroughPlanner {
    /// A client's question.
    struct Question {
        var scope: Scope
        var granularity: Granularity
        var range: TimeRange
        var statistics: StatisticSelection
    }

    /// The collection's knowledge of the question's scope.
    struct Knowledge {
        /// The ranges that need not be asked for, by statistic or `*`.
        var answered: [StatisticName: TimeRangeSet]
        var offer: StatisticsOffer
        var settings: CollectionSettings
        /// How many seconds back the vendor serves; nil when that is not known to be limited.
        var retention: Int64?
        /// The time before which the scope is left alone.
        var notBefore: Double
        /// Whether it is left alone because the vendor knows nothing of it.
        var isUnknown = false
        /// Whether the scope is collected, so that its track remembers its failures.
        var isCollected: Bool
    }

    /// Seconds for which a failure is believed where no track remembers it.
    private static let pause = 60.0
    private static let notFoundPause = 600.0
    private static let mostFailures = 1000

    private struct Place: Hashable {
        var scope: Scope
        var granularity: Granularity
    }

    private struct Failure {
        var until: Double
        var error: AlgoliaError
        /// The end of the newest window that it is about: where an index has nothing old, it may have something newer.
        var end: UnixTime
    }

    /// Failures of what is read through and not collected otherwise.
    private var failures: [Place: Failure] = [:]

    /// Why what is not collected cannot be had at `now`.
    mutating func failure(of request: PlannedRequest, now: Double) -> AlgoliaError? {
        let place = Place(scope: request.scope, granularity: request.granularity)
        guard let failure = failures[place] else { return nil }
        if failure.until > now { return request.range.end <= failure.end ? failure.error : nil }
        failures[place] = nil
        return nil
    }

    /// Notes that what is not collected cannot be had.
    mutating func noteFailure(of request: PlannedRequest, _ error: AlgoliaError, now: Double) {
        if failures.count >= Self.mostFailures { failures = [:] }
        let pause: Double
        var end = UnixTime.max
        switch error {
        case .cancelled: return
        case .notFound: (pause, end) = (Self.notFoundPause, request.range.end)
        case .refused: (pause, end) = (Self.pause, request.range.end)
        default: pause = Self.pause
        }
        failures[Place(scope: request.scope, granularity: request.granularity)] = Failure(
            until: now + pause, error: error, end: end)
    }

    /// Forgets all failures, because the time was set.
    mutating func forgetFailures() { failures = [:] }

    /// The newest window that is missing of what is asked for, as wide as one request may be; nil when nothing is.
    static func request(_ question: Question, _ known: Knowledge, now: UnixTime) -> PlannedRequest? {
        let granularity = question.granularity
        let (answered, offer, settings) = (known.answered, known.offer, known.settings)
        let names: [StatisticName] =
            switch question.statistics {
            case .all: offer.names
            case .names(let names): names.filter { offer.servesWildcard || offer.names.contains($0) }
            }
        guard !names.isEmpty else { return nil }
        let settled = granularity.floor(now - settings.settleDelay)
        let oldest = granularity.ceiling(now - min(known.retention ?? .max, CollectionSettings.longestRetention))
        var asked = TimeRange(
            max(granularity.ceiling(question.range.start), oldest),
            min(granularity.ceiling(question.range.end), settled))
        // Only the vendor knows whether an index exists that was never requested.
        if asked.isEmpty, answered.isEmpty { asked = TimeRange(settled - granularity.seconds, settled) }
        let covered = History.fetched(names, in: answered)
        guard let end = TimeRangeSet(asked).subtracting(covered).ranges.last?.end else { return nil }
        // What lies before it will be wanted, too, by backfill. Across where the vendor's data begin it would refuse all
        // of it.
        let wanted = known.isCollected ? max(settings.desired(granularity, now: now).start, oldest) : asked.start
        let first = min(asked.start, wanted)
        guard let gap = TimeRangeSet(TimeRange(first, end)).subtracting(covered).ranges.last else { return nil }
        let window = TimeRange(max(gap.start, end - PlannedRequest.longest(granularity)), end)
        let selection: StatisticSelection
        if offer.servesWildcard {
            selection = .all
        } else {
            let lacking = names.filter { !History.fetched($0, in: answered).contains(window) }
            selection = .names(offer.batch(of: lacking))
        }
        return PlannedRequest(
            scope: question.scope, granularity: granularity, range: window, statistics: selection,
            purpose: .readThrough)
    }
}

/// Lets one through at a time. The collector and those who read through it take turns, so that
/// many readers cannot keep the collector from its work, nor a backfill them from theirs.
actor AlternatingLock {
    enum Party: Hashable { case collector, reader }

    private var isTaken = false
    private var last = Party.collector
    private var waiting: [Party: [CheckedContinuation<Void, Never>]] = [:]

    /// Returns when it is the caller's turn, which lasts until ``leave()``.
    func enter(_ party: Party) async {
        if !isTaken {
            isTaken = true
            last = party
            return
        }
        await withCheckedContinuation { waiting[party, default: []].append($0) }
    }

    func leave() {
        let order: [Party] = last == .collector ? [.reader, .collector] : [.collector, .reader]
        guard let party = order.first(where: { waiting[$0]?.isEmpty == false }) else {
            isTaken = false
            return
        }
        last = party
        waiting[party]?.removeFirst().resume()
    }
}
