import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The range of history that is wanted")
struct WantedRangeTests {
    private let day: Int64 = 86_400
    private static let times: [UnixTime] = [
        World.start, 1_784_073_600, 1_784_073_599, 1_835_438_400, 1_798_761_599, 0, 86_399,
    ]

    @Test("It is whole buckets, from the horizon to the newest that is settled", arguments: times)
    func wholeBuckets(now: UnixTime) {
        for settleDelay in [0, 1, 7200, 86_400] as [Int64] {
            for horizon in [1, 3600, 90 * day, 36_525 * day] {
                var settings = CollectionSettings()
                settings.settleDelay = settleDelay
                settings.horizon = horizon
                for granularity in [Granularity.hourly, .daily] {
                    let range = settings.desired(granularity, now: now)
                    #expect(granularity.floor(range.start) == range.start)
                    #expect(granularity.floor(range.end) == range.end)
                    #expect(range.isEmpty || range.end <= now - settleDelay, "no bucket is wanted before it settles")
                    let wanted = granularity == .daily ? 365 * day : horizon
                    #expect(range.start <= now - wanted && now - wanted < range.start + granularity.seconds)
                }
            }
        }
    }

    @Test("A bucket is wanted from the second in which it is settled")
    func settles() {
        let settings = CollectionSettings()
        let hour = Granularity.hourly.floor(World.start)
        #expect(settings.desired(.hourly, now: hour + 7199).end == hour - 3600)
        #expect(settings.desired(.hourly, now: hour + 7200).end == hour)
        let midnight = Granularity.daily.floor(World.start)
        #expect(settings.desired(.daily, now: midnight + 7199).end == midnight - day)
        #expect(settings.desired(.daily, now: midnight + 7200).end == midnight)
    }

    @Test(
        "What is repaired begins where what is wanted does, also after the configuration has changed", arguments: times)
    func repair(now: UnixTime) {
        var settings = CollectionSettings()
        let repair = RepairHorizon(hourly: settings.horizon)
        for horizon in [settings.horizon, 3 * day, 400 * day] {
            settings.horizon = horizon
            repair.change(hourly: horizon)
            for granularity in [Granularity.hourly, .daily] {
                #expect(repair.start(granularity, now) == settings.desired(granularity, now: now).start)
            }
        }
        #expect(repair.start(.minutely, now) == Granularity.minutely.floor(now - day))
    }

    @Test("A process owns the scopes of its shard, and all of them without one")
    func owns() throws {
        var settings = CollectionSettings()
        let scopes = (0..<50).map { PlannedCollection.scope("index_\($0)") } + [PlannedCollection.scope("")]
        #expect(scopes.allSatisfy(settings.owns))
        let shard = try #require(Shard(2, of: 3))
        settings.shard = shard
        #expect(scopes.filter(settings.owns) == scopes.filter(shard.owns))
        #expect(!scopes.allSatisfy(settings.owns))
    }
}
