import AlgoliaClient
import Collector
import Foundation
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Billing metrics of Usage API v2")
struct BillingTests {
    private static let day: Int64 = 86_400
    private static let scope = Scope(application: "APP")
    private static let metrics: [StatisticName] = [
        "search_requests", "records", "recommend_requests", "indexing_operations", "query-suggestions.requests",
    ]

    private func world(
        _ faults: Faults = Faults(), served: Bool = true, requestsPerMinute: Int = 6000,
        configure: (inout SimulatorConfiguration) -> Void = { _ in }
    ) -> World {
        World(indices: ["products"], requestsPerMinute: requestsPerMinute, faults: faults) {
            $0.servesUsageV2 = served
            configure(&$0)
        }
    }

    /// Steps until nothing is missing.
    private func settle(
        _ world: World, _ collector: BillingCollector, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<3000 {
            guard case .idle(let wakeUp) = await collector.step() else { continue }
            let status = await collector.snapshot()
            if let status, status.lastSuccess != nil, status.remaining.values.allSatisfy({ $0 == 0 }) { return }
            world.clock.advance(to: wakeUp)
        }
        Issue.record("it does not come to an end", sourceLocation: sourceLocation)
    }

    private func requests(_ world: World) -> [RequestRecord] {
        world.simulator.requests.filter { $0.api == .usageV2 }
    }

    private func points(
        _ history: History, _ statistic: StatisticName, _ range: TimeRange, _ granularity: Granularity = .hourly
    ) async throws -> (points: [Point], coverage: Double) {
        let answer = try await history.range(
            RangeQuery(statistics: [statistic], granularity: granularity, range: range), now: range.end, limit: .max)
        return (answer.series.first?.points ?? [], answer.coverage)
    }

    private func truth(
        _ world: World, _ statistic: StatisticName, _ range: TimeRange, _ granularity: Granularity
    ) -> [Point] {
        world.simulator.truth.series(
            application: "APP", statistic: statistic, granularity: granularity, range: range, asOf: world.clock.now
        ).first?.points ?? []
    }

    @Test("Hours of 90 days and days of a year are stored as the vendor has them, and count as fetched")
    func truth() async throws {
        let world = world()
        let history = try world.openHistory()
        try await settle(world, world.billing(history))
        let now = world.clock.now
        for (granularity, length) in [(Granularity.hourly, 89 * Self.day), (.daily, 364 * Self.day)] {
            let end = granularity.floor(now - 7200)
            let range = TimeRange(end - length, end)
            let stored = try await points(history, "billing_records", range, granularity)
            #expect(stored.points == truth(world, "records", range, granularity))
            #expect(stored.points.count > 80)
            #expect(stored.coverage == 1)
            let requests = try await points(history, "billing_search_requests", range, granularity).points
            let total = truth(world, "total_search_requests", range, granularity)
            let free = truth(world, "querysuggestions_total_search_requests", range, granularity)
            let first = try #require(total.first)
            #expect(
                requests.first?.value
                    == first.value.subtracting(free.first { $0.time == first.time }?.value ?? .integer(0)))
        }
        let keys = try await history.storedSeries(statistics: nil).map(\.key)
        #expect(Set(keys.map(\.statistic)) == Set(Self.metrics.map { .billingPrefix + $0 }))
        #expect(keys.allSatisfy { $0.api == .usageV2 && $0.index.isEmpty })
        #expect(try await history.billingMetrics()["billing_records"]?.label == "Records")
        #expect(requests(world).allSatisfy { $0.status == 200 })
        // One registry, two tails, thirteen weeks and a year.
        #expect(requests(world).count <= 18, "\(requests(world).count)")
    }

    @Test("The end of a request is the last bucket itself, never one that has not begun")
    func inclusiveEnds() async throws {
        let world = world()
        let collector = try world.billing(try world.openHistory())
        try await world.run(collector, until: World.start + 2 * Self.day)
        let asked = requests(world).filter { !$0.path.hasSuffix("registry") }
        #expect(Set(asked.compactMap(\.granularity)) == [.hourly, .daily])
        for request in asked {
            let (granularity, range) = (try #require(request.granularity), try #require(request.range))
            // The simulator refuses an end in the future, and says which buckets it understood.
            #expect(request.status == 200)
            #expect(range.end - granularity.seconds <= UnixTime(request.time))
            #expect(range.seconds <= (granularity == .hourly ? 7 : 365) * Self.day)
        }
        let newest = asked.filter { $0.granularity == .hourly }.compactMap { $0.range?.end }.max()
        #expect(newest == Granularity.hourly.floor(World.start + 2 * Self.day - 61) + 3600)
    }

    @Test(
        "A registry that is refused costs one request a day and no word, and nothing looks like zero",
        arguments: [401, 403, 404, 422])
    func refused(status: Int) async throws {
        var faults = Faults()
        faults.refusedUsageV2Status = status
        let world = world(faults, served: status != 404)
        let history = try world.openHistory()
        let (log, recorded) = (CapturedLog(), RecordedMetrics())
        let collector = try world.billing(history, metrics: recorded, logger: log.logger)
        try await world.run(collector, until: World.start + 3 * Self.day + 3600)
        #expect(requests(world).count == 4)
        #expect(log.lines.allSatisfy { $0.hasPrefix("debug") || $0.hasPrefix("trace") }, "\(log.lines)")
        #expect(log.lines.count { $0.contains("Usage API v2 is not served") } == 1)
        let known = try #require(await collector.snapshot())
        #expect(!known.isServed && known.metrics.isEmpty && known.remaining == [.hourly: 0, .daily: 0])
        #expect(!recorded.values.keys.contains { $0.contains("usage_v2") }, "\(recorded.values)")
        #expect(try await history.storedSeries(statistics: nil).isEmpty)
        #expect(await collector.runUntilComplete().isEmpty, "nothing is missing of what does not exist")
    }

    @Test("A restart asks the registry only when a day is over, and fetches nothing twice")
    func restart() async throws {
        let world = world()
        let history = try world.openHistory()
        try await settle(world, world.billing(history))
        try await world.run(world.billing(history), until: World.start + 6 * 3600)
        let before = requests(world).count
        #expect(requests(world).count { $0.path == "/2/metrics/registry" } == 1)
        let restarted = try world.billing(history)
        for _ in 0..<5 { _ = await restarted.step() }
        // As of the other statistics, a start asks for the newest buckets.
        #expect(requests(world)[before...].allSatisfy { ($0.range?.start ?? 0) > world.clock.now - 2 * Self.day })
        #expect(requests(world).count <= before + 2)
        #expect(await restarted.snapshot()?.metrics.count == 5)
        try await world.run(restarted, until: World.start + Self.day + 3600)
        #expect(requests(world).count { $0.path == "/2/metrics/registry" } == 2)
        let backfilled = requests(world)[before...].filter { ($0.range?.start ?? .max) < World.start - 8 * Self.day }
        #expect(backfilled.isEmpty)
    }

    @Test("A restart in the middle of the backfill goes on where it was")
    func resumes() async throws {
        let world = world()
        let history = try world.openHistory()
        let first = try world.billing(history)
        while requests(world).count < 8 {
            if case .idle(let wakeUp) = await first.step() { world.clock.advance(to: wakeUp) }
        }
        let before = requests(world)
        try await settle(world, world.billing(history))
        let after = requests(world)[before.count...]
        let known = before.filter { $0.granularity == .daily && ($0.range?.seconds ?? 0) > 30 * Self.day }
        #expect(
            known.isEmpty || !after.contains { $0.granularity == .daily && ($0.range?.seconds ?? 0) > 30 * Self.day })
        #expect(requests(world).count <= 20, "\(requests(world).count)")
    }

    @Test("A metric that the registry gains is fetched over the whole past, alone; one that it loses is not asked for")
    func changingRegistry() async throws {
        var faults = Faults()
        faults.hiddenBillingMetrics = ["records"]
        let world = world(faults)
        let history = try world.openHistory()
        let collector = try world.billing(history)
        try await settle(world, collector)
        #expect(try await points(history, "billing_records", TimeRange(0, World.start)).points.isEmpty)
        let before = requests(world).count
        world.simulator.faults.hiddenBillingMetrics = ["indexing_operations"]
        try await world.run(collector, until: World.start + Self.day + 7200)
        try await settle(world, collector)
        let end = Granularity.hourly.floor(world.clock.now - 7200)
        let range = TimeRange(end - 89 * Self.day, end)
        #expect(try await points(history, "billing_records", range).points == truth(world, "records", range, .hourly))
        #expect(try await points(history, "billing_records", range).coverage == 1)
        let since = requests(world)[before...]
        let old = since.filter { ($0.range?.end ?? .max) < World.start - 10 * Self.day }
        #expect(!old.isEmpty && old.allSatisfy { $0.statistics == ["records"] })
        let registry = try #require(since.firstIndex { $0.path == "/2/metrics/registry" })
        #expect(since[registry...].allSatisfy { !$0.statistics.contains("indexing_operations") })
        #expect(since.allSatisfy { $0.status == 200 || $0.statistics.contains("indexing_operations") })
        #expect(try await !points(history, "billing_indexing_operations", range).points.isEmpty, "they stay")
        #expect(try await history.billingMetrics()["billing_indexing_operations"]?.label == "Indexing operations")
    }

    @Test("An API that comes is collected, and one that goes leaves its points and takes its gauges along")
    func comesAndGoes() async throws {
        var faults = Faults()
        faults.refusedUsageV2Status = 403
        let world = world(faults)
        let history = try world.openHistory()
        let (log, recorded) = (CapturedLog(), RecordedMetrics())
        let collector = try world.billing(history, metrics: recorded, logger: log.logger)
        try await world.run(collector, until: World.start + 3600)
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + Self.day + 3600)
        #expect(recorded.values["algolia_exporter_up APP usage_v2"] == 1)
        #expect(log.lines.count { $0.hasPrefix("info") && $0.contains("lists 5 new billing metrics") } == 1)
        world.simulator.faults.refusedUsageV2Status = 404
        try await world.run(collector, until: World.start + 3 * Self.day)
        #expect(recorded.values["algolia_exporter_up APP usage_v2"] == nil)
        #expect(log.lines.count { $0.hasPrefix("notice") && $0.contains("Usage API v2 is no longer served") } == 1)
        #expect(try await !points(history, "billing_records", TimeRange(0, World.start)).points.isEmpty)
        #expect(await collector.snapshot()?.isServed == false)
    }

    @Test("A registry that was refused is asked again as soon as the key is replaced")
    func newKey() async throws {
        let world = world()
        world.simulator.faults.rotatedUsageKeys = ["APP": "new-key"]
        let path = world.folder.file("key")
        try "usage-key".write(toFile: path, atomically: true, encoding: .utf8)
        let collector = try world.billing(
            try world.openHistory(), client: try world.client(usageKey: Secret(file: path, as: .key, writingTime: 0)))
        try await world.run(collector, until: World.start + 3600)
        #expect(await collector.snapshot()?.isServed == false)
        #expect(requests(world).map(\.status) == [401])
        try "new-key".write(toFile: path, atomically: true, encoding: .utf8)
        try await world.run(collector, until: World.start + 3600 + 60)
        #expect(await collector.snapshot()?.isServed == true)
        #expect(requests(world)[1].status == 200)
    }

    @Test("The registry of an API that was served and fails is asked again by and by, and the log says so")
    func failingRegistry() async throws {
        let world = world()
        let (log, recorded) = (CapturedLog(), RecordedMetrics())
        let collector = try world.billing(try world.openHistory(), metrics: recorded, logger: log.logger)
        try await settle(world, collector)
        world.simulator.faults.injected = [Fault(.status(503), target: .init(api: .usageV2))]
        try await world.run(collector, until: World.start + Self.day + 3600)
        #expect(recorded.values["algolia_exporter_up APP usage_v2"] == 0)
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("Usage API v2 request failed (registry)") })
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + Self.day + 2 * 3600)
        #expect(recorded.values["algolia_exporter_up APP usage_v2"] == 1)
    }

    @Test(
        "A registry that nobody knows to exist and that fails is asked seldom",
        arguments: [Fault.Effect.status(500), .garbage, .truncatedJSON, .errorObject])
    func unknownRegistry(effect: Fault.Effect) async throws {
        let world = world(Faults(injected: [Fault(effect, target: .init(api: .usageV2))]))
        let collector = try world.billing(try world.openHistory())
        try await world.run(collector, until: World.start + Self.day)
        #expect((10...60).contains(requests(world).count), "\(requests(world).count)")
        #expect(await collector.snapshot() == nil)
    }

    @Test(
        "Where older ranges are refused, what is served is fetched, and the limit is remembered", arguments: [400, 422])
    func retention(status: Int) async throws {
        var faults = Faults()
        faults.refusedOldRangeStatus = status
        let world = world(faults) {
            $0.hourlyRetention = 40 * Self.day
            $0.dailyRetention = 100 * Self.day
        }
        let history = try world.openHistory()
        let collector = try world.billing(history)
        try await settle(world, collector)
        let horizons = try #require(await collector.snapshot()).horizons
        #expect(Set(horizons.map(\.granularity)) == [.hourly, .daily])
        let end = Granularity.hourly.floor(world.clock.now - 7200)
        let range = TimeRange(end - 39 * Self.day, end)
        #expect(try await points(history, "billing_records", range).coverage == 1)
        #expect(requests(world).count < 90, "\(requests(world).count)")
        #expect(try await history.vendorHorizons(application: "APP").isEmpty, "that is the other statistics' limit")
        let before = requests(world).count
        let restarted = try world.billing(history)
        for _ in 0..<5 { _ = await restarted.step() }
        #expect(requests(world)[before...].allSatisfy { ($0.range?.start ?? 0) > world.clock.now - 2 * Self.day })
        #expect(requests(world).count <= before + 2)
        #expect(await restarted.snapshot()?.horizons.count == 2)
    }

    @Test("A range that is refused as too long is halved until it is served, and nothing is taken for refused")
    func tooLong() async throws {
        var faults = Faults()
        faults.longestBillingRange = 31
        let world = world(faults)
        let history = try world.openHistory()
        let collector = try world.billing(history)
        try await settle(world, collector)
        let status = try #require(await collector.snapshot())
        #expect(status.refused.isEmpty && status.setAside.isEmpty && status.horizons.isEmpty)
        let end = Granularity.daily.floor(world.clock.now - 7200)
        let range = TimeRange(end - 364 * Self.day, end)
        let stored = try await points(history, "billing_records", range, .daily)
        #expect(stored.points == truth(world, "records", range, .daily))
        #expect(stored.coverage == 1)
        // A day's hours at most, and a month's days.
        #expect(requests(world).count < 200, "\(requests(world).count)")
    }

    @Test("A value that is no integer is set aside with its hour, and everything else of the answer is stored")
    func poisoned() async throws {
        var faults = Faults()
        let hour = Granularity.hourly.floor(World.start) - 10 * 3600
        faults.poisonedValues = [
            PoisonedValue("billing_records", at: hour, text: "12.5"),
            PoisonedValue("billing_search_requests", at: hour - 3600, text: "\"12\""),
            PoisonedValue("billing_recommend_requests", at: hour - 7200, text: "92233720368547758070"),
        ]
        let world = world(faults)
        let history = try world.openHistory()
        let collector = try world.billing(history)
        try await settle(world, collector)
        let setAside = try #require(await collector.snapshot()).setAside
        #expect(
            Set(setAside.map(\.statistic)) == [
                "billing_records", "billing_search_requests", "billing_recommend_requests",
            ])
        #expect(setAside.first { $0.statistic == "billing_records" }?.range == TimeRange(hour, hour + 3600))
        #expect(setAside.first { $0.statistic == "billing_records" }?.reason.contains("12.5") == true)
        let range = TimeRange(hour - 3600, hour + 2 * 3600)
        #expect(try await points(history, "billing_records", range).points.map(\.time) == [hour - 3600, hour + 3600])
        #expect(try await history.setAside().isEmpty, "it is not the other statistics'")
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + Self.day + 3 * 3600)
        #expect(try await points(history, "billing_records", range).points.count == 3)
        #expect(try #require(await collector.snapshot()).setAside.isEmpty)
    }

    @Test("It takes a quarter of the quota at most")
    func pace() async throws {
        let world = world(requestsPerMinute: 60)
        let collector = try world.billing(try world.openHistory())
        try await world.run(collector, until: World.start + 120)
        let times = requests(world).map(\.time)
        #expect(times.count >= 10)
        for (first, second) in zip(times, times.dropFirst()) { #expect(second - first >= 4) }
    }

    @Test("Both collectors share one file, and neither changes what the other has answered")
    func beside() async throws {
        func usage(_ world: World) async throws -> (coverage: [Coverage], requests: [String]) {
            let history = try world.openHistory()
            let collector = try world.collector(history)
            let billing = try world.billing(history)
            while world.clock.now < World.start + 2 * 3600 {
                guard case .idle(let first) = await collector.step() else { continue }
                guard case .idle(let second) = await billing.step() else { continue }
                world.clock.advance(to: max(min(first, second), world.clock.seconds + 0.05))
            }
            let asked = world.simulator.requests.filter { $0.api == .usage }.map {
                "\($0.index) \($0.granularity?.rawValue ?? "") \($0.start ?? 0) \($0.end ?? 0) \($0.statistics)"
            }
            return (try await history.coverage(), asked)
        }
        let (with, without) = (world(), world(served: false))
        let (served, refused) = (try await usage(with), try await usage(without))
        #expect(served.requests == refused.requests)
        #expect(served.coverage == refused.coverage)
        #expect(requests(with).count > 10)
        #expect(requests(without).count == 1)
    }
}
