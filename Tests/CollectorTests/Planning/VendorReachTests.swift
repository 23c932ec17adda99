import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("How far back the vendor serves")
struct VendorReachTests {
    private static let day: Int64 = 86_400

    /// A backfill of one scope, window by window, until the vendor's oldest bucket is found or everything is there.
    private struct Backfill {
        var reach = VendorReach()
        let granularity: Granularity
        let horizon: Int64
        /// Seconds that each request takes.
        var latency: Int64 = 0
        var now = World.start
        private(set) var requests: [TimeRange] = []
        private(set) var refusals = 0
        private(set) var isFound = false
        /// The start of what was served.
        private(set) var oldest: UnixTime

        init(_ granularity: Granularity, horizon: Int64) {
            self.granularity = granularity
            self.horizon = horizon
            oldest = granularity.floor(World.start - 7200)
        }

        mutating func run(refuses: (TimeRange, UnixTime) -> Bool) {
            let wanted = granularity.floor(now - horizon)
            while oldest > wanted, requests.count < 500 {
                let window = TimeRange(max(oldest - PlannedRequest.longest(granularity), wanted), oldest)
                guard let range = reach.limit(window, granularity, now: now) else { return }
                let sentAt = now
                now += latency
                requests.append(range)
                if refuses(range, sentAt) {
                    refusals += 1
                    reach.noteRefused(range.start, granularity, now: sentAt, reason: "no", isAbsence: false)
                } else {
                    reach.noteServed(range.start, granularity, now: sentAt)
                    oldest = range.start
                }
                guard reach.isFound else { continue }
                if reach.isConfirmed(granularity) {
                    reach.finish()
                    isFound = true
                    return
                }
                reach.doubt()
            }
        }
    }

    @Test(
        "A search that nobody goes on with tells what it has looked at, once, where the answers were that there are no data"
    )
    func abandoned() {
        let (now, scope) = (World.start, Scope(application: "APP", index: "fresh"))
        let start = Granularity.hourly.floor(now - 4 * Self.day)
        for isAbsence in [true, false] {
            var reach = VendorReach()
            reach.noteServed(start + 6 * 3600, .hourly, now: now)
            for hour in [0, 3, 4] as [Int64] {
                reach.noteRefused(
                    start + hour * 3600, .hourly, now: now, reason: "no data", isAbsence: isAbsence, scope: scope)
            }
            // The hour in between is answered, so nobody asks for it; the search cannot end.
            #expect(reach.limit(TimeRange(start, start + 5 * 3600), .hourly, now: now) == nil)
            #expect(!reach.isFound)
            reach.abandon()
            #expect(!reach.isSearching)
            #expect(reach.isSearchedInVain(scope) == isAbsence)
        }
    }

    @Test(
        "Any retention is found to the bucket, in few refusals", arguments: [Granularity.hourly, .daily],
        0..<40 as Range<UInt64>)
    func found(granularity: Granularity, seed: UInt64) {
        var generator = SeededGenerator(seed)
        let retention = Int64.random(in: 2 * Self.day...100 * Self.day, using: &generator)
        var backfill = Backfill(granularity, horizon: 120 * Self.day)
        backfill.run { range, now in range.start < now - retention }
        #expect(backfill.isFound, "seed \(seed), retention \(retention)")
        let begin = granularity.ceiling(backfill.now - retention)
        #expect(backfill.oldest == begin, "everything that is served is asked for")
        #expect(granularity.ceiling(backfill.now - backfill.reach.age) == begin, "seed \(seed), retention \(retention)")
        #expect(backfill.refusals <= 16, "seed \(seed): \(backfill.refusals)")
    }

    @Test("Usual retentions cost two or three refusals", arguments: [7, 14, 30, 60, 90, 180] as [Int64])
    func usual(days: Int64) {
        for granularity in [Granularity.hourly, .daily] {
            var backfill = Backfill(granularity, horizon: 300 * Self.day)
            backfill.run { range, now in range.start < now - days * Self.day }
            #expect(backfill.isFound && backfill.reach.age == days * Self.day)
            #expect(backfill.refusals <= 6, "\(days) days, \(granularity): \(backfill.refusals)")
        }
        var backfill = Backfill(.hourly, horizon: 120 * Self.day)
        backfill.run { range, now in range.start < now - 90 * Self.day }
        #expect(backfill.refusals == 2, "the likeliest one")
    }

    @Test(
        "A search that takes its time is right to some buckets: what the vendor keeps moves on", arguments: [20, 600])
    func slow(latency: Int64) {
        var backfill = Backfill(.hourly, horizon: 120 * Self.day)
        backfill.latency = latency
        backfill.run { range, now in range.start < now - 33 * Self.day - 1000 }
        #expect(backfill.isFound)
        #expect(abs(backfill.reach.age - 33 * Self.day - 1000) <= 3 * 3600)
    }

    @Test("One refusal alone is taken for an accident: everything older is asked for all the same", arguments: 1...12)
    func accident(number: Int) {
        var backfill = Backfill(.hourly, horizon: 90 * Self.day)
        var count = 0
        backfill.run { _, _ in
            count += 1
            return count == number
        }
        #expect(!backfill.isFound && !backfill.reach.isSearching)
        #expect(backfill.oldest == Granularity.hourly.floor(World.start - 90 * Self.day))
    }

    @Test("Without a refusal nothing is limited, and what is newer than anything refused is not")
    func limits() {
        var reach = VendorReach()
        let now = Granularity.hourly.floor(World.start)
        let window = TimeRange(now - 7 * Self.day, now)
        #expect(reach.limit(window, .hourly, now: now) == window)
        reach.noteRefused(now - 30 * Self.day, .hourly, now: now, reason: "no", isAbsence: true)
        #expect(reach.isSearching && reach.reason == "no" && reach.isAbsence)
        #expect(reach.limit(window, .hourly, now: now) == window)
        let old = TimeRange(now - 40 * Self.day, now - 35 * Self.day)
        #expect(reach.limit(old, .hourly, now: now) == nil, "all of it is older than what was refused")
        reach.doubt()
        #expect(reach.limit(old, .hourly, now: now) == old)
    }

    @Test("An older range that is served ends the search for a younger limit")
    func olderServed() {
        var reach = VendorReach()
        let now = World.start
        reach.noteRefused(now - 30 * Self.day, .hourly, now: now, reason: "no", isAbsence: false)
        reach.noteServed(now - 60 * Self.day, .hourly, now: now)
        #expect(!reach.isSearching && reach.served == 60 * Self.day)
    }

    @Test("The age is whole days where the search allows them: contracts are about days")
    func wholeDays() {
        for (retention, age) in [(30 * Self.day, 30 * Self.day), (30 * Self.day + 5 * 3600, 30 * Self.day + 5 * 3600)] {
            var backfill = Backfill(.hourly, horizon: 60 * Self.day)
            backfill.run { range, now in range.start < now - retention }
            #expect(backfill.isFound)
            #expect((age - 3600...age).contains(backfill.reach.age), "\(backfill.reach.age)")
        }
    }

    // MARK: All endpoints

    private func horizon(_ level: EndpointLevel, _ granularity: Granularity, days: Int64) -> VendorHorizon {
        VendorHorizon(level: level, granularity: granularity, age: days * Self.day, reason: "no", triedAt: World.start)
    }

    @Test("The application's limit holds for its indices until they have their own; never the other way")
    func levels() {
        var reaches = VendorReaches()
        reaches.setHorizon(horizon(.application, .hourly, days: 30), for: ReachKey(.application, .hourly))
        #expect(reaches.horizon(ReachKey(.index, .hourly))?.age == 30 * Self.day)
        #expect(reaches.horizon(ReachKey(.index, .daily)) == nil)
        reaches.setHorizon(horizon(.index, .hourly, days: 60), for: ReachKey(.index, .hourly))
        #expect(reaches.horizon(ReachKey(.index, .hourly))?.age == 60 * Self.day)
        reaches.setHorizon(nil, for: ReachKey(.application, .hourly))
        #expect(reaches.horizon(ReachKey(.application, .hourly)) == nil)
    }

    @Test("The limit of days is the first guess for hours, in whole days, and the limit of hours for days")
    func hints() {
        var reaches = VendorReaches()
        var odd = horizon(.application, .daily, days: 45)
        odd.age -= 4000
        reaches.setHorizon(odd, for: ReachKey(.application, .daily))
        #expect(reaches[ReachKey(.application, .hourly)].hint == 45 * Self.day)
        #expect(reaches[ReachKey(.index, .hourly)].hint == 45 * Self.day)
        #expect(reaches[ReachKey(.application, .daily)].hint == nil)
        var backfill = Backfill(.hourly, horizon: 90 * Self.day)
        backfill.reach = reaches[ReachKey(.application, .hourly)]
        backfill.run { range, now in range.start < now - 45 * Self.day }
        #expect(backfill.isFound && backfill.refusals == 2)
    }

    @Test("A 404 proves that there are no data only where something as old was served, or was searched for")
    func absence() {
        let now = Granularity.hourly.floor(World.start)
        let (application, index) = (PlannedCollection.scope(""), PlannedCollection.scope("a"))
        let range = TimeRange(now - 20 * Self.day, now - 19 * Self.day)
        var reaches = VendorReaches()
        #expect(!reaches.provesAbsence(index, .hourly, range, now: now))
        reaches.update(ReachKey(.application, .hourly)) { $0.noteServed(range.start, .hourly, now: now) }
        #expect(reaches.provesAbsence(index, .hourly, range, now: now), "the application was served it")
        #expect(reaches.provesAbsence(index, .hourly, range, now: now + 600), "a moment ago still counts")
        #expect(!reaches.provesAbsence(index, .hourly, range, now: now + 601))
        #expect(!reaches.provesAbsence(index, .daily, range, now: now))
        reaches.update(ReachKey(.application, .hourly)) { $0.noteSearched(application) }
        let older = TimeRange(now - 40 * Self.day, now - 30 * Self.day)
        #expect(reaches.provesAbsence(index, .hourly, older, now: now), "nothing older is anywhere")
        let across = TimeRange(now - 21 * Self.day, now - 19 * Self.day)
        #expect(!reaches.provesAbsence(index, .hourly, across, now: now), "it has data for a part of it")
        #expect(
            reaches.served(across, index, .hourly, now: now)?.start == range.start,
            "so nothing is asked for across the begin")
        #expect(reaches.served(older, index, .hourly, now: now) == older)
    }

    @Test("A search of one index proves nothing for another, and older data after all open it again")
    func searchedAgain() {
        let now = Granularity.hourly.floor(World.start)
        let (one, other) = (PlannedCollection.scope("a"), PlannedCollection.scope("b"))
        let older = TimeRange(now - 40 * Self.day, now - 30 * Self.day)
        var reaches = VendorReaches()
        reaches.update(ReachKey(.index, .hourly)) {
            $0.noteServed(now - 20 * Self.day, .hourly, now: now)
            $0.noteSearched(one)
        }
        #expect(reaches.provesAbsence(one, .hourly, older, now: now))
        #expect(!reaches.provesAbsence(other, .hourly, older, now: now))
        reaches.update(ReachKey(.index, .hourly)) { $0.noteServed(now - 25 * Self.day, .hourly, now: now) }
        #expect(!reaches.provesAbsence(one, .hourly, older, now: now))
    }

    // MARK: The planner

    @Test("What is older than the vendor serves is not missing, and is asked for once a day, one bucket of it")
    func plannerHorizon() throws {
        var collection = PlannedCollection(indices: ["a"])
        let key = ReachKey(.application, .hourly)
        collection.planner.reaches.setHorizon(horizon(.application, .hourly, days: 30), for: key)
        try collection.finish()
        let begin = Granularity.hourly.ceiling(World.start - 30 * Self.day)
        let hourly = collection.requests.map(\.request).filter { $0.granularity == .hourly }
        #expect(hourly.map(\.range.start).min() == begin)
        #expect(collection.planner.remaining(.hourly, now: collection.now) == 0)
        collection.now += Self.day - 1
        try collection.finish()
        #expect(collection.requests(for: .horizon).isEmpty)
        collection.now += 1
        var probe: PlannedRequest?
        while probe == nil, let request = collection.next() {
            if request.purpose == .horizon { probe = request } else { collection.answer(request) }
        }
        let asked = try #require(probe)
        #expect(asked.scope == PlannedCollection.scope("") && asked.range.seconds == 3600)
        #expect(asked.range.end < Granularity.hourly.ceiling(collection.now - 30 * Self.day))
        // The vendor serves more: what is older is missing now.
        collection.planner.reaches.setHorizon(nil, for: key)
        #expect(collection.planner.remaining(.hourly, now: collection.now) > 2 * 59 * Self.day)
    }

    @Test("A limit that lies beyond what is wanted is not tested")
    func beyond() throws {
        var settings = CollectionSettings()
        settings.horizon = 10 * Self.day
        var collection = PlannedCollection(settings: settings)
        collection.planner.reaches.setHorizon(
            horizon(.application, .hourly, days: 10), for: ReachKey(.application, .hourly))
        try collection.finish()
        collection.now += 2 * Self.day
        try collection.finish()
        #expect(collection.requests(for: .horizon).isEmpty)
    }
}
