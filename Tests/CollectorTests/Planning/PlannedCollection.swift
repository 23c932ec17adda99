import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

/// A planner and a vendor that answers each of its requests at once, as the collector would store the answers.
struct PlannedCollection {
    static let application: ApplicationID = "APP"

    var planner: Planner
    var now: UnixTime
    /// The requests so far, with the time of each.
    private(set) var requests: [(time: UnixTime, request: PlannedRequest)] = []

    /// The planner asked for more than anybody could miss.
    struct Endless: Error {
        var last: PlannedRequest?
    }

    /// - Parameters:
    ///   - refused: the names (or `*`) that the plan lacks.
    ///   - change: the initial state of each track.
    init(
        settings: CollectionSettings = CollectionSettings(), indices: [IndexName] = [],
        refused: [EndpointLevel: Set<StatisticName>] = [:], now: UnixTime = World.start,
        change: (inout Track) -> Void = { _ in }
    ) {
        let offers = EndpointLevel.allCases.map { level in
            (
                level,
                StatisticsOffer(
                    level: level, refused: Dictionary(uniqueKeysWithValues: (refused[level] ?? []).map { ($0, now) }))
            )
        }
        planner = Planner(settings: settings, offers: Dictionary(uniqueKeysWithValues: offers))
        self.now = now
        planner.setTracks(
            ([""] + indices).flatMap { index in
                [Granularity.hourly, .daily].map { granularity in
                    var track = Track(
                        scope: Self.scope(index), granularity: granularity, answered: [:], tailFetched: [:])
                    change(&track)
                    return track
                }
            })
    }

    static func scope(_ index: IndexName) -> Scope { Scope(application: application, index: index) }

    /// The next request, unanswered.
    mutating func next() -> PlannedRequest? {
        let request = planner.next(now: now)
        if let request { requests.append((now, request)) }
        return request
    }

    /// Notes an answer to `request`. What was refused still is.
    mutating func answer(_ request: PlannedRequest) {
        if request.purpose == .probe {
            _ = planner.offers[EndpointLevel(request.scope)]?.noteRefused(request.statistics, message: "", now: now)
            return
        }
        let window = AnsweredWindow(
            scope: request.scope, granularity: request.granularity, range: request.range,
            statistics: request.statistics, fetchedAt: now, settleDelay: planner.settings.settleDelay)
        let now = now
        planner.noteAnswered(request)
        let isLastBatch = request.purpose == .revision && planner.finishRevisionBatch(request)
        planner.update(request.scope, request.granularity) { track in
            for name in request.statistics.answeredNames {
                track.answered[name, default: TimeRangeSet()] =
                    (track.answered[name] ?? TimeRangeSet()).union(TimeRangeSet(window.settled))
                if request.range.end > window.settledUntil { track.tailFetched[name] = now }
            }
            track.failures = 0
            track.notBefore = 0
            if request.purpose == .revision {
                if isLastBatch { track.revisionChecked = now }
            } else if track.revisionChecked == nil, !window.settled.isEmpty {
                track.revisionChecked = now
            }
        }
    }

    /// Answers requests until nothing is to be done now.
    /// - Throws: ``Endless``.
    mutating func finish(limit: Int = 5000) throws {
        for _ in 0..<limit {
            guard let request = next() else { return }
            answer(request)
        }
        throw Endless(last: requests.last?.request)
    }

    /// Answers requests until the clock has reached `end`, sleeping as told.
    mutating func run(until end: UnixTime) throws {
        while now < end {
            try finish()
            now = min(end, UnixTime(planner.wakeUp(now: now).rounded(.up)))
        }
    }

    /// The requests for one purpose.
    func requests(for purpose: PlannedRequest.Purpose) -> [PlannedRequest] {
        requests.map(\.request).filter { $0.purpose == purpose }
    }
}

extension TimeRange {
    /// The starts of the buckets of the range.
    func buckets(_ granularity: Granularity) -> StrideTo<UnixTime> {
        stride(from: granularity.ceiling(start), to: end, by: Int(granularity.seconds))
    }
}

extension SeededGenerator {
    /// A random set of whole buckets within `range`: a few runs of any length, at any place.
    mutating func coverage(in range: TimeRange, _ granularity: Granularity) -> TimeRangeSet {
        let buckets = range.seconds / granularity.seconds
        guard buckets > 0 else { return TimeRangeSet() }
        return TimeRangeSet(
            (0..<Int.random(in: 0...5, using: &self)).map { _ in
                let first = Int64.random(in: 0..<buckets, using: &self)
                let count = Int64.random(in: 1...max(1, buckets / 3), using: &self)
                let start = granularity.ceiling(range.start) + first * granularity.seconds
                return TimeRange(start, min(start + count * granularity.seconds, granularity.floor(range.end)))
            })
    }
}
