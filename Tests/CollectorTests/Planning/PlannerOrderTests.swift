import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The order of the planner's requests")
struct PlannerOrderTests {
    private let day: Int64 = 86_400
    private let indices: [IndexName] = ["a", "b", "c", "d"]

    /// A collection whose live tails were all fetched just now, so that backfill is left.
    private func fresh(_ indices: [IndexName], now: UnixTime = World.start) -> PlannedCollection {
        PlannedCollection(indices: indices, now: now) { $0.tailFetched = [.everything: now] }
    }

    @Test("The application's live tails go before its indices', and every tail before any backfill but its share")
    func liveFirst() throws {
        var collection = PlannedCollection(indices: indices)
        try collection.finish()
        let live = collection.requests(for: .live)
        #expect(live.prefix(2).allSatisfy { !$0.scope.isIndex } && live.count == 10)
        let last = try #require(collection.requests.lastIndex { $0.request.purpose == .live })
        let backfill = collection.requests[...last].count { $0.request.purpose == .backfill }
        #expect(backfill == 10 / 3 || backfill == (10 - 1) / 3)
    }

    @Test("The application's live tail goes before one of an index that has been due for longer")
    func applicationFirst() {
        var collection = PlannedCollection(indices: indices) { track in
            track.tailFetched = [.everything: World.start - (track.scope.isIndex ? day : 600)]
        }
        let request = collection.next()
        #expect(request?.purpose == .live && request?.scope.isIndex == false)
    }

    @Test("The opening ends with the first answers, however soon the live tail is due again")
    func opening() throws {
        var collection = PlannedCollection(indices: indices)
        var answered = 0
        while collection.planner.isOpening(now: collection.now), answered < 20 {
            let request = collection.next()
            collection.answer(try #require(request))
            // Slower than the live tail comes to be due again.
            collection.now += 2 * CollectionSettings().interval
            answered += 1
        }
        #expect(answered <= 4, "\(collection.requests.map(\.request))")
    }

    @Test("When the first tail of a track is due follows answers, settings and what the plan serves")
    func due() throws {
        var collection = fresh(indices)
        func expectDue(_ location: SourceLocation = #_sourceLocation) {
            let planner = collection.planner
            for track in planner.tracks {
                let due = planner.tailNames(track).map { track.tailDue($0, planner.settings) }.min()
                #expect(track.firstDue == due ?? .max, sourceLocation: location)
            }
        }
        expectDue()
        collection.planner.settings.interval = 1234
        collection.planner.settings.indexInterval = 7200
        expectDue()
        let now = collection.now
        _ = collection.planner.offers[.index]?.noteRefused(.all, message: "no", now: now)
        expectDue()
        collection.now += 600
        let request = collection.next()
        collection.answer(try #require(request))
        expectDue()
        collection.planner.offers[.index]?.withdraw([.everything])
        expectDue()
        collection.planner.offers[.application]?.list([])
        expectDue()
    }

    @Test("On an empty history, the application's week of hours and year of days come with the first four requests")
    func firstAnswers() throws {
        var collection = PlannedCollection(indices: indices)
        for _ in 0..<4 {
            let request = collection.next()
            collection.answer(try #require(request))
        }
        let application = collection.requests.map(\.request).filter { !$0.scope.isIndex }
        #expect(application.contains { $0.granularity == .hourly && $0.range.seconds == 7 * day })
        #expect(application.contains { $0.granularity == .daily && $0.range.seconds == 365 * day })
    }

    @Test("However much is urgent, every fourth request is backfill's; without backfill, nothing waits for it")
    func share() {
        var collection = PlannedCollection(indices: indices) { $0.tailFetched = [.everything: World.start - day] }
        // Answers that never arrive leave everything due.
        let purposes = (0..<40).compactMap { _ in collection.next()?.purpose }
        #expect(purposes.enumerated().allSatisfy { ($1 == .backfill) == ($0 % 4 == 3) }, "\(purposes)")
        var complete = PlannedCollection { track in
            track.answered = [
                .everything: TimeRangeSet(CollectionSettings().desired(track.granularity, now: World.start))
            ]
        }
        #expect((0..<40).allSatisfy { _ in complete.next()?.purpose == .live })
    }

    @Test("In backfill, each scope gets a window before any gets another, for as long as it misses something")
    func turns() throws {
        var collection = fresh(indices)
        try collection.finish()
        var served: [Scope: Int] = [:]
        for request in collection.requests(for: .backfill) {
            served[request.scope, default: 0] += 1
            let others = (collection.planner.tracks.map(\.scope)).map { served[$0] ?? 0 }
            let (most, least) = (others.max() ?? 0, others.min() ?? 0)
            #expect(most - least <= 1, "\(served)")
        }
        #expect(Set(served.values).count == 1)
    }

    @Test("A scope's windows go from the newest to the oldest: a week of hours, the year of days, older weeks")
    func newestFirst() throws {
        var collection = fresh(["a"])
        try collection.finish()
        for index in ["", "a"] as [IndexName] {
            let windows = collection.requests(for: .backfill).filter { $0.scope.index == index }
            #expect(windows[0].granularity == .hourly && windows[1].granularity == .daily)
            #expect(windows.dropFirst(2).allSatisfy { $0.granularity == .hourly })
            let hourly = windows.filter { $0.granularity == .hourly }
            for (newer, older) in zip(hourly, hourly.dropFirst()) { #expect(older.range.end == newer.range.start) }
            #expect(hourly.dropLast().allSatisfy { $0.range.seconds == 7 * day }, "no window is cut without need")
        }
    }

    @Test("A live tail is asked for in the second in which it is due, and not before, day and night")
    func punctual() throws {
        var settings = CollectionSettings()
        settings.interval = 300
        settings.horizon = 3 * day
        var collection = PlannedCollection(settings: settings, indices: ["a"], now: World.start + 17)
        try collection.finish()
        let count = collection.requests.count
        try collection.run(until: World.start + 2 * day)
        let live = collection.requests[count...].filter { $0.request.purpose == .live }
        func times(_ index: IndexName, _ granularity: Granularity) -> [UnixTime] {
            live.filter { $0.request.scope.index == index && $0.request.granularity == granularity }.map(\.time)
        }
        let application = times("", .hourly)
        for (earlier, later) in zip(application, application.dropFirst()) { #expect(later - earlier == 300) }
        #expect(application.count == 2 * 86_400 / 300 - 1)
        for hourly in [times("a", .hourly), times("a", .daily), times("", .daily)] {
            #expect(hourly.count == 48)
            #expect(hourly.allSatisfy { $0 % 3600 == 60 }, "a minute after the hour: \(hourly)")
        }
    }

    @Test("In a week of polling, each settled bucket comes with the first tail after it settles, and never again")
    func steady() throws {
        var settings = CollectionSettings()
        settings.horizon = 2 * day
        settings.interval = 1800
        var collection = PlannedCollection(settings: settings, now: World.start)
        try collection.run(until: World.start + 8 * day)
        try collection.finish()
        #expect(collection.requests(for: .backfill).count <= 2, "the tail brings all that settles")
        let hourly = TimeRangeSet(
            collection.planner.track(PlannedCollection.scope(""), .hourly)?.known[.everything]?.ranges ?? [])
        #expect(hourly.ranges.count == 1)
        #expect(hourly.ranges.last?.end == Granularity.hourly.floor(collection.now - 7200))
        let revisions = collection.requests.filter {
            $0.request.purpose == .revision && $0.request.granularity == .hourly
        }
        for (earlier, later) in zip(revisions, revisions.dropFirst()) {
            #expect((day...day + 120).contains(later.time - earlier.time))
        }
        #expect((7...8).contains(revisions.count))
        #expect(revisions.allSatisfy { $0.request.range.seconds == 7 * day })
    }

    @Test("After an outage of a month the newest week comes first, and every missed hour once")
    func outage() throws {
        var collection = PlannedCollection()
        try collection.finish()
        let count = collection.requests.count
        collection.now += 30 * day
        try collection.finish()
        let added = collection.requests[count...].map(\.request)
        #expect(added[0].purpose == .live && added[0].granularity == .hourly && added[0].range.seconds == 7 * day)
        let desired = TimeRange(
            Granularity.hourly.floor(World.start - 7200), Granularity.hourly.floor(collection.now - 7200))
        var asked: [UnixTime: Int] = [:]
        for request in added where request.granularity == .hourly && request.purpose != .revision {
            for start in request.range.intersection(desired).buckets(.hourly) { asked[start, default: 0] += 1 }
        }
        #expect(asked.values.allSatisfy { $0 == 1 })
        let hourly = added.filter { $0.granularity == .hourly }.map(\.range)
        #expect(TimeRangeSet(hourly).contains(desired))
    }

    @Test("What failed is left alone until its time, to the second, and everything else goes on")
    func backoff() throws {
        var collection = fresh(indices)
        let failed = PlannedCollection.scope("b")
        let end = World.start + 40
        for granularity in [Granularity.hourly, .daily] {
            collection.planner.update(failed, granularity) {
                $0.failures = 3
                $0.notBefore = Double(end)
            }
        }
        try collection.finish()
        #expect(!collection.requests.contains { $0.request.scope == failed })
        #expect(Set(collection.requests.map(\.request.scope)).count == 4)
        #expect(collection.planner.incompleteScopes(now: collection.now) == [failed, failed])
        #expect(collection.planner.wakeUp(now: collection.now) == Double(end))
        collection.now = end - 1
        #expect(collection.next() == nil)
        collection.now = end
        #expect(collection.next()?.scope == failed)
    }

    @Test("What is to be done later never keeps the planner from sleeping: it wakes up after now, within a minute")
    func sleeps() throws {
        var generator = SeededGenerator(7)
        var collection = fresh(indices)
        try collection.finish()
        for _ in 0..<300 {
            collection.now += Int64.random(in: 0...4000, using: &generator)
            let wakeUp = collection.planner.wakeUp(now: collection.now)
            #expect(wakeUp > Double(collection.now) && wakeUp <= Double(collection.now + 60))
            if Bool.random(using: &generator) { try collection.finish() }
        }
    }

    @Test("A scope that is no longer collected is not asked for; its place among the turns is not missed")
    func gone() throws {
        var collection = fresh(indices)
        var last: PlannedRequest?
        while last?.scope.index != "b" {
            last = collection.next()
            if let last { collection.answer(last) }
        }
        collection.planner.setTracks(collection.planner.tracks.filter { $0.scope.index != "b" })
        #expect(collection.planner.track(PlannedCollection.scope("b"), .hourly) == nil)
        let count = collection.requests.count
        try collection.finish()
        #expect(!collection.requests[count...].contains { $0.request.scope.index == "b" })
        #expect(collection.planner.incompleteScopes(now: collection.now).isEmpty)
    }
}
