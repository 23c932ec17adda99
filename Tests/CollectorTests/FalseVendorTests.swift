import AlgoliaClient
import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

/// Backfills against vendors that answer as real ones do: whatever they offer is stored, whatever they do not is
/// named, and hardly a request is wasted.
@Suite("False vendors")
struct FalseVendorTests {
    private static let indices: [IndexName] = ["products", "blog", "young", "shop", "help", "jobs"]
    private static let day: Int64 = 86_400
    private static let birth = World.start - 40 * day - 4567
    /// Hours that are no midnights, so that days are not concerned.
    private static let poison: [String: [UnixTime: String]] = [
        "records": [hour(30): "NaN", hour(1000): "\"12\""], "max_qps": [hour(2000): "{\"c1\":{}}"],
        "total_search_requests": [hour(31): "true"],
    ]

    private static func hour(_ ago: Int64) -> UnixTime { Granularity.hourly.floor(World.start) - ago * 3600 }

    /// A finished backfill.
    private struct Backfill {
        let world: World
        let history: History
        let vendor: FalseVendor
        let status: ApplicationStatus
        let shortfall: [String]
    }

    private func backfill(_ behaviour: FalseVendor.Behaviour, horizon: Int64 = 90 * Self.day) async throws -> Backfill {
        var settings = CollectionSettings()
        settings.horizon = horizon
        let world = World(indices: Self.indices, settings: settings)
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        let shortfall = await collector.runUntilComplete { _ in }
        return Backfill(
            world: world, history: history, vendor: vendor, status: await collector.status(), shortfall: shortfall)
    }

    /// Requests of an honest vendor, which has what is needed and nothing else.
    private func needed(_ behaviour: FalseVendor.Behaviour) async throws -> Int {
        let retention = min(behaviour.retention ?? .max, 90 * Self.day)
        return try await Self.honest.requests(retention) {
            try await backfill(FalseVendor.Behaviour(), horizon: retention).vendor.requests.count
        }
    }

    private static let honest = Honest()

    /// How many requests each horizon takes, found out once.
    private actor Honest {
        private var counts: [Int64: Task<Int, any Error>] = [:]

        func requests(_ horizon: Int64, _ count: @escaping @Sendable () async throws -> Int) async throws -> Int {
            let task = counts[horizon] ?? Task { try await count() }
            counts[horizon] = task
            return try await task.value
        }
    }

    /// Whether all that was offered is stored, nothing else is, and all that was not is named.
    private func expectOffered(_ done: Backfill, _ behaviour: FalseVendor.Behaviour) async throws {
        let now = done.world.clock.now
        for index in [""] + Self.indices {
            let scope = Scope(application: "APP", index: index)
            let birth = behaviour.births[index.text] ?? 0
            for granularity in [Granularity.hourly, .daily] {
                let horizon: Int64 = granularity == .hourly ? 90 * Self.day - 3600 : 365 * Self.day
                let kept = min(behaviour.retention ?? .max, horizon)
                let settled = granularity.floor(now - 7200) - (granularity == .hourly ? 3600 : 0)
                var comparison = TruthComparison()
                try await comparison.compare(
                    done.history, done.world.simulator.truth, scope, granularity,
                    range: TimeRange(max(granularity.ceiling(now - kept), granularity.ceiling(birth)), settled),
                    asOf: now,
                    statistics: FalseVendor.statistics(perIndex: !index.isEmpty).compactMap { StatisticName($0) })
                #expect(comparison.wrong.isEmpty, "\(index) \(granularity): \(comparison.wrong)")
                let poisoned =
                    granularity == .hourly
                    ? behaviour.poison.filter { index.isEmpty || $0.key != "max_qps" }.values.flatMap(\.keys)
                        .filter { $0 >= max(now - kept, birth) }.count : 0
                let setAside = done.status.setAside.filter { $0.scope == scope && $0.granularity == granularity }
                #expect(setAside.count == poisoned, "\(index) \(granularity): \(setAside)")
                #expect(setAside.allSatisfy { $0.range.seconds == 3600 })
                // A map that is unreadable as a whole lacks a point of each of its keys.
                #expect(
                    poisoned == 0 ? comparison.missing.isEmpty : !comparison.missing.isEmpty,
                    "\(index) \(granularity): \(comparison.missing)")
                #expect(
                    comparison.missing.allSatisfy { missing in
                        behaviour.poison.contains { name, hours in
                            missing.contains(" \(name) ")
                                && hours.keys.contains { missing.contains(RFC3339.string($0)) }
                        }
                    }, "\(index) \(granularity): \(comparison.missing)")
            }
        }
        let stray = try await done.history.range(
            RangeQuery(
                statistics: ["records"], indices: .all, range: TimeRange(World.start + 86_400, 253_402_300_799)),
            now: now)
        #expect(stray.series.isEmpty, "points outside the asked range")
        #expect(done.status.remaining.values.allSatisfy { $0 == 0 })
        #expect(done.status.state == .current)
        #expect(done.status.refused.values.allSatisfy { $0.isEmpty }, "no statistic is blamed: \(done.status.refused)")
        #expect(done.shortfall.isEmpty == done.status.setAside.isEmpty || behaviour.retention != nil)
        for one in done.status.setAside.prefix(20) {
            #expect(done.shortfall.contains { $0.contains(one.statistic.text) && $0.contains(one.reason) })
        }
    }

    /// Within 10 % of what is needed, each answer that was none asked for once more; a failure at the wrong moment lets
    /// an index look for the vendor's horizon before the application does, which takes some more.
    private func expectFrugal(_ done: Backfill, needed: Int) {
        let requests = done.vendor.requests
        let errors = requests.count { $0.isErrorObject }
        #expect(
            Double(requests.count) <= 1.1 * Double(needed + errors) + (errors > 0 ? 5 : 0),
            "\(requests.count) requests, \(errors) without an answer, \(needed) needed"
        )
    }

    @Test("One that answers 200 with an error object now and then")
    func errorObjects() async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.errorObjectEvery = 7
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        expectFrugal(done, needed: try await needed(behaviour))
        #expect(done.status.lastError?.contains("Service Unavailable") == true)
    }

    @Test("One whose values are no numbers in single hours")
    func poisoned() async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.poison = Self.poison
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        expectFrugal(done, needed: try await needed(behaviour))
        #expect(done.status.setAside.contains { $0.reason == "NaN" && $0.statistic == "records" })
    }

    // Fault (Algolia): A shorter retention than expected
    // Done: ranges beyond it are refused
    // Seen: the limit is found and shown; newer data are complete
    // Lost: nothing that Algolia has
    @Test(
        "One that refuses what is older than its retention",
        arguments: [(400, 90), (404, 60), (422, 60), (400, 45), (404, 33)])
    func retention(status: Int, days: Int64) async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.retention = days * Self.day
        behaviour.refusal = status
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        // A contract of odd length takes some more questions to find out.
        if days % 30 == 0 { expectFrugal(done, needed: try await needed(behaviour)) }
        let horizon = try #require(done.status.horizons.first { $0.granularity == .hourly && $0.level == .application })
        #expect(horizon.age <= days * Self.day && horizon.age > days * Self.day - 7200)
        #expect(horizon.reason.contains("\(status)"))
        #expect(done.shortfall.isEmpty == (days >= 90), "\(done.shortfall)")
        #expect(done.vendor.requests.count { $0.status != 200 } < 25)
    }

    @Test("One that has indices without old data, and says 404 for their old weeks")
    func young() async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.births = ["young": Self.birth, "blog": World.start - 3 * 3600]
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        expectFrugal(done, needed: try await needed(behaviour))
        #expect(done.shortfall.isEmpty)
        let coverage = try await done.history.coverage(Scope(application: "APP", index: "young"))
        #expect(coverage.first { $0.granularity == .hourly }?.ranges.seconds ?? 0 >= 89 * Self.day)
    }

    // Fault (Algolia): Points outside of the range that was asked for
    // Done: a vendor that adds them
    // Seen: they are dropped, counted and said once
    // Lost: nothing
    @Test("One that sends points outside the range that was asked for")
    func outside() async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.sendsOutside = true
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        expectFrugal(done, needed: try await needed(behaviour))
    }

    @Test(
        "One that refuses indices, whichever are asked first", arguments: [400, 403, 422],
        [["blog"], ["products"], ["young"], ["blog", "products"], ["products", "young"]])
    func refusedIndices(status: Int, refused indices: [String]) async throws {
        let world = World(indices: Self.indices)
        var behaviour = FalseVendor.Behaviour()
        behaviour.refusedIndices = Dictionary(uniqueKeysWithValues: indices.map { ($0, status) })
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        try await world.run(collector, until: World.start + 7200)
        let status = await collector.status()
        let refused = status.refused.values.flatMap { $0 }
        #expect(refused.isEmpty, "\(refused)")
        let failing = status.failing.map(\.text)
        #expect(failing == indices)
        let coverage = try await history.coverage()
        for other in Self.indices where !indices.contains(other.text) {
            let hours = coverage.first { $0.scope.index == other && $0.granularity == .hourly }
            let covered = hours?.ranges.seconds ?? 0
            #expect(covered >= 90 * Self.day - 4 * 3600, "\(other)")
        }
        for index in indices {
            let asked = vendor.requests.count { $0.index == index }
            #expect((1...20).contains(asked), "\(asked)")
        }
    }

    @Test("One whose key is restricted to the last half of its indices", arguments: [14, 40])
    func restrictedKey(count: Int) async throws {
        let indices = (100..<100 + count).map { "index \($0)" as IndexName }
        let served = Set(indices.suffix(count / 2 + 1))
        let world = World(indices: indices)
        var behaviour = FalseVendor.Behaviour()
        behaviour.refusedIndices = Dictionary(
            uniqueKeysWithValues: indices.filter { !served.contains($0) }.map { ($0.text, 403) })
        let vendor = FalseVendor(world, behaviour)
        let history = try world.openHistory()
        let collector = try world.collector(history, client: vendor.client())
        for minutes in 1...12 {
            try await world.run(collector, until: World.start + Int64(minutes) * 600)
            #expect(await collector.status().state != .unauthorized)
        }
        let status = await collector.status()
        let refusedNames = status.refused.values.flatMap { $0 }
        #expect(refusedNames.isEmpty, "\(refusedNames)")
        let coverage = try await history.coverage()
        for scope in served.map({ Scope(application: "APP", index: $0) }) + [Scope(application: "APP")] {
            let hours = coverage.first { $0.scope == scope && $0.granularity == .hourly }?.ranges.seconds ?? 0
            #expect(hours >= 90 * Self.day - 4 * 3600, "\(scope)")
        }
    }

    // Fault (Algolia): A vendor with all known deviations at once
    // Done: errors with 200, values that are no numbers, false 404, points outside
    // Seen: the history equals the truth where it was answered
    // Lost: nothing
    @Test("One that does all of it", arguments: [400, 404])
    func everything(status: Int) async throws {
        var behaviour = FalseVendor.Behaviour()
        behaviour.errorObjectEvery = 11
        behaviour.poison = Self.poison
        behaviour.retention = 90 * Self.day
        behaviour.refusal = status
        behaviour.births = ["young": Self.birth, "blog": World.start - 3 * 3600]
        behaviour.sendsOutside = true
        let done = try await backfill(behaviour)
        try await expectOffered(done, behaviour)
        expectFrugal(done, needed: try await needed(behaviour))
    }
}
