import AlgoliaClient
import Collector
import Foundation
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Servers and clusters")
struct MonitoringTests {
    private func minutes(
        _ history: History, _ statistic: StatisticName, _ range: TimeRange, _ granularity: Granularity = .minutely
    ) async throws -> [ServerName: [Point]] {
        let answer = try await history.range(
            RangeQuery(statistics: [statistic], granularity: granularity, range: range), now: range.end, limit: .max)
        return Dictionary(uniqueKeysWithValues: answer.series.map { ($0.key.key, $0.points) })
    }

    @Test(
        "Every server's minutes equal the truth, whether times come in seconds or milliseconds",
        arguments: [false, true])
    func truth(inSeconds: Bool) async throws {
        var faults = Faults()
        faults.monitoringSeconds = inSeconds
        let world = World(faults: faults)
        let history = try world.openHistory()
        let collector = try world.monitoring(history)
        let end = World.start + 3 * 3600
        try await world.run(collector, until: end)
        let truth = world.simulator.truth
        var compared = 0
        for metric in Truth.infrastructureMetrics.compactMap({ StatisticName($0) }) {
            // From an hour before the start every minute; before that every ten minutes of a day.
            let range = TimeRange(World.start - 3600, end - 120)
            let stored = try await minutes(history, metric, range)
            #expect(Set(stored.keys.map(\.text)).isSuperset(of: truth.servers(application: "APP", at: World.start)))
            for (server, points) in stored {
                var expected: [Point] = []
                for time in stride(from: range.start, to: range.end, by: 60) {
                    truth.infrastructure(application: "APP", metric: metric.text, server: server.text, at: time)
                        .map { expected.append(Point(time: time, value: $0)) }
                }
                #expect(points == expected, "\(metric) \(server)")
                compared += points.count
            }
            let older = try await minutes(history, metric, TimeRange(World.start - 86_000, World.start - 7200))
            #expect(older.values.contains { $0.count > 100 })
            for (server, points) in older {
                for point in points {
                    let expected = truth.infrastructure(
                        application: "APP", metric: metric.text, server: server.text, at: point.time)
                    #expect(point.value == expected)
                }
            }
        }
        #expect(compared > 5 * 4 * 230)
        #expect(await collector.snapshot().isUp)
    }

    @Test("Hours are the mean and the maximum of their minutes, and the vendor's own before the first start")
    func hours() async throws {
        let world = World()
        let history = try world.openHistory()
        try await world.run(try world.monitoring(history), until: World.start + 3 * 3600)
        let hour = Granularity.hourly.floor(World.start) + 3600
        let range = TimeRange(hour, hour + 3600)
        let minutes = try await minutes(history, "ram_search_usage", range)
        let means = try await self.minutes(history, "ram_search_usage", range, .hourly)
        let maxima = try await self.minutes(history, "ram_search_usage_max", range, .hourly)
        #expect(minutes.count >= 4)
        for (server, points) in minutes {
            let values = points.map(\.value.double)
            #expect(means[server]?.first?.value.double == values.reduce(0, +) / Double(values.count))
            #expect(maxima[server]?.first?.value.double == values.max())
        }
        let week = try await self.minutes(
            history, "ssd_usage", TimeRange(World.start - 7 * 86_400, World.start - 2 * 86_400), .hourly)
        #expect(week.values.contains { $0.count >= 5 * 24 - 1 })
    }

    @Test("Clusters: status, probes, reachability, incidents and the inventory equal the truth")
    func clusters() async throws {
        let world = World()
        let history = try world.openHistory()
        let collector = try world.monitoring(history)
        let end = World.start + 3600
        try await world.run(collector, until: end)
        let truth = world.simulator.truth
        let own = truth.clusters(application: "APP").compactMap { ServerName($0) }.sorted()
        let snapshot = await collector.snapshot()
        #expect(snapshot.clusters == own)
        #expect(Set(snapshot.servers.map(\.name.text)) == Set(truth.servers(application: "APP", at: World.start)))
        #expect(snapshot.reachability.keys.sorted() == own)
        let range = TimeRange(World.start, end)
        for cluster in own {
            for (time, value) in try #require(try await minutes(history, "cluster_status", range)[cluster]).map({
                ($0.time, $0.value)
            }) {
                let name = truth.status(cluster: cluster.text, at: time)
                #expect(ClusterStatus(name: name).map { .integer($0.rawValue) } == value)
            }
            for probe in ["latency", "indexing"] as [StatisticName] {
                let points = try #require(try await minutes(history, probe, TimeRange(end - 40_000, end))[cluster])
                #expect(points.count > 60)
                #expect(points.allSatisfy { $0.value == truth.probe(probe.text, cluster: cluster.text, at: $0.time) })
            }
            #expect(try await minutes(history, "reachability", range)[cluster]?.isEmpty == false)
        }
        let incidents = try await history.incidents(range: TimeRange(end - 91 * 86_400, end))
        #expect(!incidents.isEmpty)
        #expect(Set(incidents.map(\.cluster)).isSubset(of: own))
    }

    @Test("An outage is filled from the coarser periods when it is over")
    func outage() async throws {
        let world = World()
        let history = try world.openHistory()
        let collector = try world.monitoring(history)
        try await world.run(collector, until: World.start + 600)
        world.simulator.faults.injected = [Fault(.status(500), target: .init(api: .monitoring))]
        try await world.run(collector, until: World.start + 6 * 3600)
        #expect(await !collector.snapshot().isUp)
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 7 * 3600)
        let dark = TimeRange(World.start + 3600, World.start + 5 * 3600)
        #expect(try await minutes(history, "cpu_usage", dark).values.contains { $0.count == 24 })
        #expect(await collector.snapshot().isUp)
    }

    @Test("A plan without access is told once, tried again seldom, and served when it changes", arguments: [401, 403])
    func refused(status: Int) async throws {
        let world = World(faults: Faults(injected: [Fault(.status(status), target: .init(api: .monitoring))]))
        let log = CapturedLog()
        let history = try world.openHistory()
        let collector = try world.monitoring(history, logger: log.logger)
        try await world.run(collector, until: World.start + 86_400)
        #expect(log.lines.count == 1, "\(log.lines)")
        #expect(log.lines.first?.hasPrefix("notice") == true)
        #expect(world.simulator.requests.count < 40)
        #expect(await collector.snapshot().isRefused)
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 90_000)
        #expect(await collector.snapshot().isUp)
        #expect(log.lines.count == 2, "and that it is served again")
    }

    @Test("A plan that lacks infrastructure alone still has its clusters")
    func partial() async throws {
        let world = World()
        let history = try world.openHistory()
        let collector = try world.monitoring(history)
        while await collector.snapshot().clusters.isEmpty { _ = await collector.step() }
        world.simulator.faults.refusedMonitoring = ["APP"]
        try await world.run(collector, until: World.start + 3600)
        #expect(try await !minutes(history, "cluster_status", TimeRange(World.start, World.start + 3600)).isEmpty)
        #expect(await collector.snapshot().isRefused)
    }

    // Fault (Algolia): Any failure of the Monitoring API
    // Done: each of its faults
    // Seen: usage is collected as if it were not there
    // Lost: nothing of usage
    @Test(
        "Whatever the Monitoring API does, usage is asked for as if it were not there",
        arguments: [
            Fault.Effect.status(401), .status(403), .status(500), .garbage,
        ])
    func independence(effect: Fault.Effect) async throws {
        func usageRequests(_ faults: Faults) async throws -> [String] {
            let world = World(indices: ["products"], faults: faults)
            let history = try world.openHistory()
            let usage = try world.collector(history)
            let monitoring = try world.monitoring(history)
            // By turns: both live on one clock.
            while world.clock.now < World.start + 2 * 3600 {
                guard case .idle(let first) = await usage.step() else { continue }
                guard case .idle(let second) = await monitoring.step() else { continue }
                world.clock.advance(to: max(min(first, second), world.clock.seconds + 0.05))
            }
            return world.simulator.requests.filter { $0.api == .usage }.map {
                "\($0.index) \($0.granularity?.rawValue ?? "") \($0.start ?? 0) \($0.end ?? 0)"
            }
        }
        let faults = Faults(injected: [Fault(effect, target: .init(api: .monitoring))])
        #expect(try await usageRequests(faults) == usageRequests(Faults()))
    }
}
