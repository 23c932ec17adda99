import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Searches for how far back the vendor serves")
struct HorizonSearchTests {
    private let now = World.start
    private let day: Int64 = 86_400

    /// A track that has everything newer than `start`.
    private func track(_ index: IndexName, _ granularity: Granularity, from start: UnixTime) -> Track {
        let settled = granularity.floor(now - 7200)
        return Track(
            scope: Scope(application: "APP", index: index), granularity: granularity,
            answered: ["*": TimeRangeSet(TimeRange(granularity.floor(start), settled))], tailFetched: ["*": now])
    }

    private func planner(_ tracks: [Track]) -> Planner {
        var planner = Planner(settings: CollectionSettings(), offers: [:])
        planner.setTracks(tracks)
        let key = ReachKey(.index, .hourly)
        planner.reaches.update(key) { $0.noteServed(now - 7 * day, .hourly, now: now) }
        planner.reaches.update(key) {
            $0.noteRefused(now - 30 * day, .hourly, now: now, reason: "no", isAbsence: false)
        }
        return planner
    }

    @Test("When the index that searched is gone, the others' older ranges are asked for all the same")
    func gone() throws {
        // It has what the search was about, so that it cannot go on with it.
        var planner = planner([track("other", .hourly, from: now - 40 * day), track("other", .daily, from: 0)])
        let next = planner.next(now: now)
        let work = try #require(next)
        #expect(work.purpose == .backfill && work.scope.index == "other")
        #expect(work.range.end == Granularity.hourly.floor(now - 40 * day))
        #expect(!planner.reaches[ReachKey(.index, .hourly)].isSearching)
    }

    @Test("A search goes on as long as an index misses what it is about")
    func goesOn() throws {
        var planner = planner([
            track("other", .hourly, from: now - 40 * day), track("other", .daily, from: 0),
            track("young", .hourly, from: now - 7 * day), track("young", .daily, from: 0),
        ])
        let next = planner.next(now: now)
        let work = try #require(next)
        #expect(work.scope.index == "young")
        #expect(planner.reaches[ReachKey(.index, .hourly)].isSearching)
    }
}
