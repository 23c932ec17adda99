import AlgoliaClient
import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("The limits of the vendor's requests")
struct VendorLimitTests {
    private let day: Int64 = 86_400

    @Test("However long settling takes, no request spans more than the vendor accepts", arguments: [8, 40] as [Int64])
    func settleDelay(days: Int64) async throws {
        var settings = CollectionSettings()
        settings.settleDelay = days * day
        settings.horizon = 60 * day
        let world = World(indices: ["products"], settings: settings)
        let history = try world.openHistory()
        let collector = try world.collector(history)
        #expect(try await world.settle(collector))
        try await world.run(collector, until: World.start + 8 * 3600)
        let usage = world.simulator.requests.filter { $0.api == .usage }
        #expect(usage.allSatisfy { $0.status == 200 })
        for request in usage where request.granularity == .hourly {
            #expect(request.range?.seconds ?? 0 <= 7 * day)
        }
        let settled = Granularity.hourly.floor(World.start + 7 * 3600 - days * day)
        let hourly = try await history.coverage().first {
            $0.scope == Scope(application: "APP") && $0.granularity == .hourly
        }
        #expect(
            hourly?.ranges.contains(TimeRange(settled - (59 - days) * day, settled)) == true,
            "what settles beyond the tail is fetched")
    }

    @Test("A reader of the oldest weeks that are served gets them, though everything before them is refused")
    func retention() async throws {
        var settings = CollectionSettings()
        settings.indices = IndexFilter(exclude: ["tmp_*"])
        let world = World(indices: ["products", "tmp_old"], settings: settings)
        var behaviour = FalseVendor.Behaviour()
        behaviour.retention = 30 * day
        let vendor = FalseVendor(world, behaviour)
        let collector = try world.collector(try world.openHistory(), client: vendor.client())
        #expect(try await world.settle(collector))
        #expect(await collector.status().horizons.map(\.granularity).contains(.hourly))
        let before = vendor.requests.count
        let start = Granularity.hourly.ceiling(world.clock.now - 29 * day)
        let range = TimeRange(start, start + day)
        #expect(
            try await collector.readThrough(Scope(application: "APP", index: "tmp_old"), .hourly, range, .all))
        #expect(vendor.requests[before...].allSatisfy { $0.status == 200 })
        #expect(vendor.requests.count > before)
    }
}
