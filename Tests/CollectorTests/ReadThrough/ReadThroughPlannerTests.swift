import AlgoliaClient
import History
import TestSupport
import Testing
import Transport
import UsageModel

@testable import Collector

@Suite("What is fetched on behalf of clients")
struct ReadThroughPlannerTests {
    private let now = World.start
    private let day: Int64 = 86_400
    private let settings = CollectionSettings()

    private func question(
        _ range: TimeRange, _ statistics: StatisticSelection = .all, _ granularity: Granularity = .hourly
    ) -> ReadThroughPlanner.Question {
        ReadThroughPlanner.Question(
            scope: PlannedCollection.scope("a"), granularity: granularity, range: range, statistics: statistics)
    }

    private func offer(_ refused: Set<StatisticName> = []) -> StatisticsOffer {
        StatisticsOffer(
            level: .index, refused: Dictionary(uniqueKeysWithValues: refused.map { ($0, World.start) }))
    }

    private func next(
        _ question: ReadThroughPlanner.Question, answered: [StatisticName: TimeRangeSet] = [:],
        _ offer: StatisticsOffer, retention: Int64? = nil
    ) -> PlannedRequest? {
        ReadThroughPlanner.request(
            question,
            ReadThroughPlanner.Knowledge(
                answered: answered, offer: offer, settings: settings, retention: retention, notBefore: 0,
                isCollected: true),
            now: now)
    }

    @Test(
        "Whatever is asked for and stored, all that is settled comes, newest first, and nothing that is stored again",
        arguments: 0..<80 as Range<UInt64>)
    func complete(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let granularity: Granularity = Bool.random(using: &generator) ? .hourly : .daily
        let byName = Bool.random(using: &generator)
        let offer = offer(byName ? [.everything, "records"] : [])
        let start = now - Int64.random(in: -2 * day...400 * day, using: &generator)
        let asked = TimeRange(start, start + Int64.random(in: 0...40 * day, using: &generator))
        let served = StatisticCatalogue.names(perIndex: true).filter { $0 != "records" || !byName }
        let names = Array(served.shuffled(using: &generator).prefix(Int.random(in: 1...30, using: &generator)))
        let question = question(asked, Bool.random(using: &generator) ? .all : .names(names), granularity)
        let wanted = question.statistics == .all ? served : names
        var answered: [StatisticName: TimeRangeSet] = [:]
        let all = TimeRange(granularity.ceiling(now - 365 * day), granularity.floor(now - settings.settleDelay))
        if Bool.random(using: &generator) { answered[.everything] = generator.coverage(in: all, granularity) }
        if byName { for name in names.prefix(5) { answered[name] = generator.coverage(in: all, granularity) } }
        let wasEmpty = answered.isEmpty

        let window = TimeRange(
            max(granularity.ceiling(asked.start), all.start), min(granularity.ceiling(asked.end), all.end))
        var newest = UnixTime.max
        var requests = 0
        while let request = next(question, answered: answered, offer) {
            requests += 1
            try #require(requests < 2000, "seed \(seed): it does not end")
            #expect(request.range.seconds <= PlannedRequest.longest(granularity))
            #expect(
                all.intersection(request.range) == request.range, "seed \(seed): settled, and not older than a year")
            #expect(request.purpose == .readThrough && request.scope == question.scope)
            #expect(byName || request.range.end <= newest, "seed \(seed): newest first")
            newest = request.range.end
            switch request.statistics {
            case .all: #expect(!byName)
            case .names(let batch):
                #expect(byName && (1...20).contains(batch.count) && Set(batch).isSubset(of: wanted))
                for name in batch {
                    #expect(
                        !History.fetched(name, in: answered).contains(request.range), "seed \(seed): \(name) is there")
                }
            }
            let isNew = wanted.contains {
                TimeRangeSet(request.range).subtracting(History.fetched($0, in: answered))
                    == TimeRangeSet(request.range)
            }
            #expect(isNew || byName, "seed \(seed): some statistic lacks all of the window")
            for name in request.statistics.answeredNames {
                answered[name] = (answered[name] ?? TimeRangeSet()).union(TimeRangeSet(request.range))
            }
        }
        for name in wanted {
            #expect(
                History.fetched(name, in: answered).contains(window), "seed \(seed): \(name) of \(window) is missing")
        }
        if wasEmpty, window.isEmpty { #expect(requests >= 1, "only the vendor knows whether the index exists") }
    }

    @Test("Nothing is asked for that is not settled, is stored, or is older than the vendor serves")
    func nothing() {
        let settled = Granularity.hourly.floor(now - 7200)
        let full: [StatisticName: TimeRangeSet] = [.everything: TimeRangeSet(TimeRange(0, settled))]
        #expect(next(question(TimeRange(0, .max / 2)), answered: full, offer()) == nil)
        let some: [StatisticName: TimeRangeSet] = [.everything: TimeRangeSet(TimeRange(settled - day, settled))]
        #expect(next(question(TimeRange(settled, now)), answered: some, offer()) == nil)
        #expect(next(question(TimeRange(now, now + 900 * day)), answered: some, offer()) == nil)
        #expect(next(question(TimeRange(now - 800 * day, now - 366 * day)), answered: some, offer()) == nil)
        let old = question(TimeRange(now - 40 * day, now - 31 * day))
        #expect(next(old, answered: some, offer(), retention: 30 * day) == nil)
        #expect(next(old, answered: some, offer(), retention: 32 * day) != nil)
        // A range that the vendor serves is not refused for what lies before it.
        for days in 8...40 as ClosedRange<Int64> {
            let served = question(TimeRange(now - days * day + 7200, now - days * day + 14_400))
            let window = next(served, offer(), retention: days * day)?.range
            #expect(window.map { $0.start >= now - days * day && $0.contains($0.end - 3600) } == true)
        }
    }

    @Test("Statistics that the plan lacks are not asked for; unknown ones only with the wildcard")
    func refused() {
        let range = TimeRange(now - 3 * day, now - 2 * day)
        let byName = offer([.everything, "records"])
        #expect(next(question(range, .names(["records"])), byName) == nil)
        #expect(next(question(range, .names(["made_up"])), byName) == nil)
        #expect(next(question(range, .names(["made_up"])), offer())?.statistics == .all)
        let everything = offer(Set(StatisticCatalogue.names(perIndex: true)).union([.everything]))
        #expect(next(question(range), everything) == nil)
    }

    @Test("A range of an index that was never asked for is tried with one bucket, though nothing in it is settled")
    func unknownIndex() throws {
        let settled = Granularity.hourly.floor(now - 7200)
        let request = try #require(next(question(TimeRange(now, now + 60)), offer()))
        #expect(request.range.end == settled && request.range.start < settled)
    }

    @Test(
        "Times that no clock shows are as good as any others",
        arguments: [
            (UnixTime.min, UnixTime.max), (.min, 0), (0, .max), (.max, .max), (.min, .min),
        ])
    func extremes(start: UnixTime, end: UnixTime) {
        for granularity in [Granularity.hourly, .daily] {
            let request = next(question(TimeRange(start, end), .all, granularity), offer())
            #expect(request.map { $0.range.end <= now - 7200 && $0.range.start >= now - 366 * day } ?? true)
        }
    }

    // MARK: Failures

    private func window(_ index: IndexName, _ granularity: Granularity = .hourly, age: Int64 = 0) -> PlannedRequest {
        let end = granularity.floor(now) - age
        return PlannedRequest(
            scope: PlannedCollection.scope(index), granularity: granularity,
            range: TimeRange(end - granularity.seconds, end), statistics: .all, purpose: .readThrough)
    }

    @Test("A failure is believed for a minute, an absence for ten, and a client that went away for no time")
    func failures() {
        var planner = ReadThroughPlanner()
        let (a, b) = (window("a"), window("b"))
        #expect(planner.failure(of: a, now: 0) == nil)
        planner.noteFailure(of: a, .timeout, now: 100)
        #expect(planner.failure(of: a, now: 159.9) == .timeout)
        #expect(planner.failure(of: b, now: 100) == nil)
        #expect(planner.failure(of: a, now: 160) == nil)
        planner.noteFailure(of: a, .notFound(message: "index"), now: 200)
        #expect(planner.failure(of: a, now: 799.9) == .notFound(message: "index"))
        #expect(planner.failure(of: a, now: 800) == nil)
        planner.noteFailure(of: a, .cancelled, now: 900)
        #expect(planner.failure(of: a, now: 900) == nil)
        planner.noteFailure(of: a, .timeout, now: 1000)
        planner.forgetFailures()
        #expect(planner.failure(of: a, now: 1000) == nil)
    }

    // Fault (Algolia): A 404 for an old window of an index that has newer data
    // Done: read-through asks for a month that the index does not have, then for a newer one, and for days
    // Seen: the first is a 404, the others are answered
    // Lost: nothing
    @Test("The absence of an old window says nothing of newer ones, nor of another granularity")
    func absence() {
        let absent = AlgoliaError.notFound(message: "No data was found in the requested period")
        var planner = ReadThroughPlanner()
        planner.noteFailure(of: window("a", age: 30 * day), absent, now: 0)
        #expect(planner.failure(of: window("a", age: 30 * day), now: 1) == absent)
        #expect(planner.failure(of: window("a", age: 60 * day), now: 1) == absent)
        #expect(planner.failure(of: window("a", age: 29 * day), now: 1) == nil)
        #expect(planner.failure(of: window("a", .daily, age: 60 * day), now: 1) == nil)
        // What is the vendor's trouble is that of all windows.
        planner.noteFailure(of: window("a", age: 30 * day), .timeout, now: 1000)
        #expect(planner.failure(of: window("a"), now: 1001) == .timeout)
    }

    @Test("Of an index that is not collected no more is requested than is missing")
    func uncollected() {
        var known = ReadThroughPlanner.Knowledge(
            answered: [:], offer: offer(), settings: settings, retention: nil, notBefore: 0, isCollected: false)
        for granularity in [Granularity.hourly, .daily] {
            let start = granularity.floor(now) - 40 * day
            let asked = TimeRange(start, start + granularity.seconds)
            let question = question(asked, .all, granularity)
            #expect(ReadThroughPlanner.request(question, known, now: now)?.range == asked)
        }
        known.isCollected = true
        let start = Granularity.hourly.floor(now) - 40 * day
        let wide = ReadThroughPlanner.request(question(TimeRange(start, start + 3600)), known, now: now)
        #expect(wide?.range.seconds == PlannedRequest.longest(.hourly))
    }

    @Test("However many names clients make up, a bounded number of failures is remembered, and the newest is one")
    func bounded() {
        var planner = ReadThroughPlanner()
        for number in 0..<5000 {
            planner.noteFailure(of: window("made_up_\(number)"), .timeout, now: 0)
            #expect(planner.failure(of: window("made_up_\(number)"), now: 1) == .timeout)
        }
        let remembered = (0..<5000).count {
            planner.failure(of: window("made_up_\($0)"), now: 1) != nil
        }
        #expect((1...1000).contains(remembered))
    }
}
