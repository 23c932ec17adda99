import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

/// The planner against a model that counts, for each statistic and bucket, how often it was asked for.
@Suite("The planner asks for what is missing, once")
struct PlannerCoverageTests {
    private struct Ledger: Hashable {
        var scope: Scope
        var granularity: Granularity
        var statistic: StatisticName
    }

    private static let settleDelays: [Int64] = [0, 1, 60, 3599, 3600, 7200, 10_000, 3 * 86_400, 8 * 86_400]
    private static let horizons: [Int64] = [1, 3600, 86_400, 7 * 86_400, 7 * 86_400 + 3600, 20 * 86_400, 90 * 86_400]
    /// Seconds since a live tail that is due again, whatever its interval.
    private static let ages: ClosedRange<Int64> = 86_460...200_000
    private static let times: [UnixTime] = [
        World.start,
        1_783_987_200,  // 2026-07-14T00:00:00Z, a day's first second
        1_783_987_199,
        1_835_438_400,  // 2028-02-29T12:00:00Z
        1_798_761_599,  // 2026-12-31T23:59:59Z
        2_147_483_648,  // 2038-01-19T03:14:08Z
    ]

    /// A collection in a random state: what is stored, how the plan answers, when the live tail was last fetched.
    private func collection(_ generator: inout SeededGenerator) -> PlannedCollection {
        var settings = CollectionSettings()
        settings.settleDelay = Self.settleDelays.randomElement(using: &generator) ?? 0
        settings.horizon = Self.horizons.randomElement(using: &generator) ?? 0
        settings.indexInterval = [60, 3600, 86_400].randomElement(using: &generator) ?? 60
        let now = Self.times.randomElement(using: &generator) ?? 0
        var refused: [EndpointLevel: Set<StatisticName>] = [:]
        for level in EndpointLevel.allCases where Bool.random(using: &generator) {
            let names = StatisticCatalogue.names(perIndex: level == .index).filter { _ in
                Int.random(in: 0..<4, using: &generator) == 0
            }
            refused[level] = Set(names).union([.everything])
        }
        var random = generator
        let collection = PlannedCollection(
            settings: settings, indices: ["a", "b"].filter { _ in Bool.random(using: &random) }, refused: refused,
            now: now
        ) { track in
            let level = EndpointLevel(track.scope)
            let desired = settings.desired(track.granularity, now: now)
            let byName = refused[level] != nil
            if Bool.random(using: &random) {
                track.answered[.everything] = random.coverage(in: desired, track.granularity)
            }
            // Where `*` is asked for, what was stored by name is from another time.
            let named = byName ? desired : TimeRange(desired.start, min(desired.end, now - 9 * 86_400))
            for name in StatisticCatalogue.names(perIndex: level == .index)
            where Int.random(in: 0..<6, using: &random) == 0 {
                track.answered[name] = random.coverage(in: named, track.granularity)
                if byName, Bool.random(using: &random) {
                    track.tailFetched[name] = now - Int64.random(in: Self.ages, using: &random)
                }
            }
            if Bool.random(using: &random) {
                track.tailFetched[.everything] = now - Int64.random(in: Self.ages, using: &random)
            }
        }
        generator = random
        return collection
    }

    /// How often each settled bucket that is wanted is there, by name: 1 for one that is stored.
    private func stored(_ collection: PlannedCollection) -> [Ledger: [Int]] {
        var stored: [Ledger: [Int]] = [:]
        for track in collection.planner.tracks {
            let desired = collection.planner.settings.desired(track.granularity, now: collection.now)
            for name in collection.planner.offer(track.scope).names {
                var counts = Array(repeating: 0, count: Int(desired.seconds / track.granularity.seconds))
                for range in (track.answered[name]?.ranges ?? []) + (track.answered[.everything]?.ranges ?? []) {
                    for start in range.intersection(desired).buckets(track.granularity) {
                        counts[Int((start - desired.start) / track.granularity.seconds)] = 1
                    }
                }
                stored[Ledger(scope: track.scope, granularity: track.granularity, statistic: name)] = counts
            }
        }
        return stored
    }

    @Test(
        "Whatever is stored and refused, every missing bucket is asked for once, and nothing that is stored again",
        arguments: 0..<40 as Range<UInt64>)
    func once(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        var collection = collection(&generator)
        let now = collection.now
        var counts = stored(collection)
        try collection.finish()
        for request in collection.requests.map(\.request) {
            let names: [StatisticName] =
                switch request.statistics {
                case .all: collection.planner.offer(request.scope).names
                case .names(let names): names
                }
            let desired = collection.planner.settings.desired(request.granularity, now: now)
            let asked = request.range.intersection(desired).buckets(request.granularity).map {
                Int(($0 - desired.start) / request.granularity.seconds)
            }
            for name in names {
                let ledger = Ledger(scope: request.scope, granularity: request.granularity, statistic: name)
                for bucket in asked { counts[ledger]?[bucket] += 1 }
            }
        }
        let wrong = counts.filter { !$0.value.allSatisfy { $0 == 1 } }
        #expect(wrong.isEmpty, "seed \(seed): \(wrong.count) wrong, such as \(String(describing: wrong.first))")
        for granularity in [Granularity.hourly, .daily] {
            #expect(collection.planner.remaining(granularity, now: now) == 0, "seed \(seed)")
        }
        #expect(collection.planner.incompleteScopes(now: now).isEmpty, "seed \(seed)")
    }

    @Test(
        "Every request is one that the vendor accepts: whole buckets, 7 or 365 days, names that it serves, 20 at most",
        arguments: 0..<30 as Range<UInt64>)
    func acceptable(seed: UInt64) throws {
        var generator = SeededGenerator(seed &+ 1_000_000)
        var collection = collection(&generator)
        let start = collection.now
        for day in 0...2 as ClosedRange<Int64> {
            collection.now = start + day * 90_000
            try collection.finish()
        }
        #expect(!collection.requests.isEmpty)
        for (time, request) in collection.requests {
            let text: Comment = "seed \(seed): \(request)"
            let granularity = request.granularity
            #expect(!request.range.isEmpty, text)
            #expect(granularity.floor(request.range.start) == request.range.start, text)
            #expect(granularity.floor(request.range.end) == request.range.end, text)
            #expect(request.range.seconds <= (granularity == .daily ? 365 : 7) * 86_400, text)
            #expect(request.range.end <= granularity.floor(time) + granularity.seconds, "the future: \(text)")
            let offer = collection.planner.offer(request.scope)
            switch request.statistics {
            case .all: #expect(offer.servesWildcard || request.purpose == .probe, text)
            case .names(let names):
                #expect((1...20).contains(names.count), text)
                #expect(Set(names).count == names.count, text)
                #expect(Set(names).isSubset(of: offer.names) || request.purpose == .probe, text)
            }
        }
    }

    @Test("A plan that refuses everything is asked for nothing, and nothing is missing of it")
    func nothingServed() throws {
        let names = Set(StatisticCatalogue.names(perIndex: false)).union([.everything])
        var collection = PlannedCollection(refused: [.application: names])
        #expect(collection.next() == nil)
        #expect(collection.planner.remaining(.hourly, now: collection.now) == 0)
        #expect(collection.planner.remaining(.daily, now: collection.now) == 0)
    }

    @Test("A planner without tracks has nothing to ask for, and looks again within a minute")
    func empty() {
        var planner = Planner(settings: CollectionSettings(), offers: [:])
        #expect(planner.next(now: World.start) == nil)
        #expect(planner.wakeUp(now: World.start) == Double(World.start + 60))
        #expect(planner.incompleteScopes(now: World.start).isEmpty)
    }

    @Test("A statistic that the plan serves again is asked for by itself, for as long as it was refused")
    func servedAgain() throws {
        var collection = PlannedCollection(refused: [.application: [.everything, "records"]])
        try collection.finish()
        let before = collection.requests.count
        collection.planner.offers[.application]?.withdraw(["records"])
        #expect(collection.planner.remaining(.hourly, now: collection.now) > 89 * 86_400)
        try collection.finish()
        let added = collection.requests[before...].map(\.request)
        #expect(added.allSatisfy { $0.statistics == .names(["records"]) })
        let covered = TimeRangeSet(added.filter { $0.granularity == .hourly }.map(\.range))
        #expect(
            covered.contains(CollectionSettings().desired(.hourly, now: collection.now)))
    }

    @Test("A horizon that is set farther back brings the older hours alone, one that is set nearer brings nothing")
    func horizonChanges() throws {
        var settings = CollectionSettings()
        settings.horizon = 10 * 86_400
        var collection = PlannedCollection(settings: settings)
        try collection.finish()
        let before = collection.requests.count
        settings.horizon = 5 * 86_400
        collection.planner.settings = settings
        try collection.finish()
        #expect(collection.requests.count == before)
        settings.horizon = 30 * 86_400
        collection.planner.settings = settings
        try collection.finish()
        let added = collection.requests[before...].map(\.request)
        let start = Granularity.hourly.floor(collection.now - 30 * 86_400)
        let end = Granularity.hourly.floor(collection.now - 10 * 86_400)
        #expect(TimeRangeSet(added.map(\.range)) == TimeRangeSet(TimeRange(start, end)))
        #expect(added.map(\.range.seconds).reduce(0, +) == end - start, "nothing twice")
    }
}
