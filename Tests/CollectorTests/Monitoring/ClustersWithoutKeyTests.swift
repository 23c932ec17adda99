import AlgoliaClient
import Collector
import CoreMetrics
import Foundation
import History
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("The state of clusters without a key")
struct ClustersWithoutKeyTests {
    private let world = World()
    private let log = CapturedLog()
    private let recorded = RecordedMetrics()

    private var truth: Truth { world.simulator.truth }
    private var clusters: [ServerName] { truth.clusters(application: "APP").compactMap { ServerName($0) }.sorted() }

    private func client(
        key: String? = nil, endpoints: RequestOptions.Endpoints = RequestOptions.Endpoints()
    ) throws -> AlgoliaClient {
        var options = RequestOptions()
        options.endpoints = endpoints
        return AlgoliaClient(
            application: "APP", options: options, usageKey: Secret(try #require(SecretText(key: "usage-key"))),
            monitoringKey: try key.map { Secret(try #require(SecretText(key: $0))) },
            transport: SimulatorTransport(world.simulator, clock: world.clock),
            quota: TokenBucket(requestsPerMinute: 6000, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
    }

    private func collector(
        _ history: History, key: String? = nil, clusters: [ServerName]? = nil
    ) throws -> MonitoringCollector {
        var settings = CollectionSettings()
        settings.clusters = clusters
        return MonitoringCollector(
            settings: settings, client: try client(key: key), history: history, clock: world.clock, metrics: recorded,
            logger: log.logger, generator: SeededGenerator(1))
    }

    /// Stores an hour of `max_qps` of these servers, as the Usage API has it.
    private func store(
        _ servers: [ServerName], _ history: History, at time: UnixTime = World.start - 7200
    ) async throws {
        let hour = Granularity.hourly.floor(time)
        let series = servers.map {
            SeriesPoints(statistic: "max_qps", key: $0, points: [Point(time: hour, value: .integer(5))])
        }
        _ = try await history.store(
            series,
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), api: .usage, granularity: .hourly,
                range: TimeRange(hour, hour + 3600),
                statistics: .all, fetchedAt: World.start, settleDelay: 0))
    }

    private func stored(_ history: History, _ statistic: StatisticName) async throws -> Set<ServerName> {
        let range = TimeRange(World.start - 90_000, world.clock.now + 60)
        let answer = try await history.range(
            RangeQuery(statistics: [statistic], granularity: .minutely, range: range), now: range.end, limit: .max)
        return Set(answer.series.map(\.key.key))
    }

    @Test("Its clusters are those of the servers in the history; no request says who asks, and none is refused")
    func servers() async throws {
        let history = try world.openHistory()
        try await store(truth.servers(application: "APP", at: World.start).compactMap { ServerName($0) }, history)
        let collector = try collector(history)
        try await world.run(collector, until: World.start + 900)
        let state = await collector.snapshot()
        #expect(state.clusters == clusters && state.clusterSource == .servers)
        #expect(state.isUp && !state.isRefused && !state.hasKey && state.isAsked)
        #expect(state.serversFetched == nil && state.servers.isEmpty)
        for statistic in ["cluster_status", "latency", "indexing", "reachability"] as [StatisticName] {
            #expect(try await stored(history, statistic) == Set(clusters), "\(statistic)")
        }
        #expect(try await !history.incidents(range: TimeRange(0, World.start + 900)).isEmpty)
        let requests = world.simulator.requests
        #expect(requests.allSatisfy { $0.status == 200 && $0.application.isEmpty && $0.api == .monitoring })
        #expect(!requests.contains { $0.path.contains("inventory") || $0.path.contains("infrastructure") })
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 1)
        #expect(log.lines.isEmpty, "\(log.lines)")
    }

    @Test("Where no cluster is known, nothing is asked for and no gauge says anything, until one is")
    func nothing() async throws {
        let history = try world.openHistory()
        let collector = try collector(history)
        try await world.run(collector, until: World.start + 600)
        #expect(world.simulator.requests.isEmpty)
        #expect(await !collector.snapshot().isAsked)
        #expect(!recorded.values.keys.contains { $0.contains("monitoring") })
        try await store(["c4-fr-1", "oddly named"], history)
        try await world.run(collector, until: World.start + 800)
        #expect(await collector.snapshot().clusters == ["c4-fr"])
        #expect(try await stored(history, "cluster_status") == ["c4-fr"])
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 1)
    }

    @Test("A server that has not been named for a week counts no more, unless no other is named")
    func gone() async throws {
        let history = try world.openHistory()
        try await store(["c7-use-1"], history, at: World.start - 10 * 86_400)
        #expect(try await history.clustersOfServers("APP", now: World.start) == ["c7-use"])
        try await store(["c4-fr-1"], history, at: World.start - 86_400)
        #expect(try await history.clustersOfServers("APP", now: World.start) == ["c4-fr"])
        #expect(try await history.clustersOfServers("OTHER", now: World.start).isEmpty)
    }

    @Test(
        "Configured clusters replace all others; with none configured, nothing is asked for", arguments: [true, false])
    func configured(hasAny: Bool) async throws {
        let history = try world.openHistory()
        try await store(["c4-fr-1"], history)
        let collector = try collector(history, clusters: hasAny ? ["c9-uk"] : [])
        try await world.run(collector, until: World.start + 300)
        #expect(try await stored(history, "cluster_status") == (hasAny ? ["c9-uk"] : []))
        #expect(world.simulator.requests.isEmpty == !hasAny)
        #expect(await collector.snapshot().clusterSource == (hasAny ? .configuration : nil))
    }

    @Test("A plan without servers still has its clusters, told once; up is 0 because servers were asked for")
    func refused() async throws {
        world.simulator.faults.refusedMonitoring = ["APP"]
        let history = try world.openHistory()
        try await store(["c4-fr-1"], history)
        let collector = try collector(history, key: "monitoring-key")
        try await world.run(collector, until: World.start + 3600)
        let state = await collector.snapshot()
        #expect(state.isRefused && state.clusters == ["c4-fr"] && state.clusterSource == .servers)
        #expect(try await stored(history, "latency") == ["c4-fr"])
        let states = world.simulator.requests.filter { $0.path.hasPrefix("/1/status") }
        #expect((55...62).contains(states.count) && states.allSatisfy { $0.status == 200 && $0.application.isEmpty })
        #expect(log.lines.count == 1, "\(log.lines)")
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 0)
        world.simulator.faults = Faults()
        try await world.run(collector, until: World.start + 3 * 3600)
        #expect(await collector.snapshot().clusterSource == .inventory)
        #expect(await collector.snapshot().clusters == clusters)
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 1)
    }

    @Test("A cluster that Algolia does not know is left out of every question, told once, and the others go on")
    func unknown() async throws {
        let history = try world.openHistory()
        let collector = try collector(history, clusters: ["c0-xx", "c4-fr", "c9-uk"])
        try await world.run(collector, until: World.start + 3600)
        let state = await collector.snapshot()
        #expect(state.isUp && state.unknownClusters == ["c0-xx"])
        for statistic in ["cluster_status", "latency", "indexing", "reachability"] as [StatisticName] {
            #expect(try await stored(history, statistic) == ["c4-fr", "c9-uk"], "\(statistic)")
        }
        #expect(log.lines.count == 1, "\(log.lines)")
        #expect(log.lines[0].contains(#"Algolia does not know cluster c0-xx (status: 404 Unknown cluster "c0-xx")"#))
        let refused = world.simulator.requests.count { $0.status == 404 || $0.status == 400 }
        #expect(refused == 2 + 3 * 2, "two ask by name, three for each alone")
        // The next day it is tried again.
        world.clock.advance(by: 86_400)
        try await world.run(collector, until: world.clock.now + 600)
        #expect(world.simulator.requests.count { $0.status == 404 || $0.status == 400 } == 2 * refused)
        #expect(log.lines.count == 1)
        #expect(await collector.snapshot().isUp)
    }

    @Test("When Algolia knows none of them, the API is not up, and they are left alone for a day")
    func allUnknown() async throws {
        let collector = try collector(try world.openHistory(), clusters: ["c0-xx"])
        try await world.run(collector, until: World.start + 3600)
        #expect(await !collector.snapshot().isUp)
        #expect(recorded.values["algolia_exporter_up APP monitoring"] == 0)
        #expect(world.simulator.requests.count == 5)
        #expect(log.lines.count == 1, "\(log.lines)")
    }

    @Test("A gateway that wants a key is told once, and asked seldom")
    func gateway() async throws {
        world.simulator.faults.injected = [Fault(.status(401), target: .init(api: .monitoring))]
        let collector = try collector(try world.openHistory(), clusters: ["c4-fr"])
        try await world.run(collector, until: World.start + 86_400)
        #expect(world.simulator.requests.count < 5 * 40)
        #expect(log.lines.count == 1, "\(log.lines)")
        #expect(log.lines.first?.contains("status 401, although it needs no key") == true)
        #expect(await !collector.snapshot().isRefused)
    }

    @Test("A key that comes brings the servers, and one that goes takes them along; the clusters stay")
    func keys() async throws {
        let history = try world.openHistory()
        try await store(["c4-fr-1"], history)
        let collector = try collector(history)
        try await world.run(collector, until: World.start + 300)
        await collector.reconfigure(CollectionSettings(), client: try client(key: "monitoring-key"))
        try await world.run(collector, until: World.start + 600)
        #expect(await collector.snapshot().clusterSource == .inventory)
        #expect(await !collector.snapshot().servers.isEmpty)
        await collector.reconfigure(CollectionSettings(), client: try client())
        try await world.run(collector, until: World.start + 900)
        let state = await collector.snapshot()
        #expect(state.servers.isEmpty && state.serversFetched == nil && state.isUp)
        #expect(state.clusters == ["c4-fr"] && state.clusterSource == .servers)
    }

    @Test("A new key is told once, also while the API has said to wait")
    func waitingKey() async throws {
        let path = world.folder.file("monitoring")
        try "wrong".write(toFile: path, atomically: true, encoding: .utf8)
        let client = try world.client(
            usageKey: Secret(try #require(SecretText(key: "usage-key"))),
            monitoringKey: Secret(file: path, as: .key, writingTime: 0))
        var settings = CollectionSettings()
        settings.clusters = ["c4-fr"]
        let collector = MonitoringCollector(
            settings: settings, client: client, history: try world.openHistory(), clock: world.clock, metrics: recorded,
            logger: log.logger, generator: SeededGenerator(1))
        while await !collector.snapshot().isRefused { _ = await collector.step() }
        world.simulator.faults.injected = [
            Fault(.tooManyRequests(.seconds(600)), target: .init(api: .monitoring))
        ]
        _ = await collector.step()
        try "monitoring-key".write(toFile: path, atomically: true, encoding: .utf8)
        for _ in 0..<5 {
            let step = await collector.step()
            guard case .idle(let wakeUp) = step else { throw Unexpected() }
            #expect(wakeUp >= world.clock.seconds + 590)
        }
        #expect(log.lines.count { $0.contains("monitoring key changed") } == 1, "\(log.lines)")
        world.simulator.faults = Faults()
        try await world.run(collector, until: world.clock.now + 700)
        #expect(await !collector.snapshot().servers.isEmpty)
    }

    private struct Unexpected: Error {}

    @Test("Beside a gateway for usage alone, nothing goes to Algolia's public address without a key")
    func gatewayForUsage() async throws {
        var endpoints = RequestOptions.Endpoints()
        #expect(try client(endpoints: endpoints).canAskStatus)
        endpoints.usage = "https://gateway.example"
        #expect(try !client(endpoints: endpoints).canAskStatus)
        #expect(try client(key: "monitoring-key", endpoints: endpoints).canAskStatus)
        let history = try world.openHistory()
        var settings = CollectionSettings()
        settings.clusters = ["c4-fr"]
        let silent = Collector(
            [CollectedApplication(settings: settings, client: try client(endpoints: endpoints))], history: history,
            clock: world.clock, metrics: recorded, logger: log.logger)
        #expect(await silent.status().map(\.infrastructure) == [nil])
        // Who names the default means it.
        endpoints.monitoring = RequestOptions.Endpoints().monitoring
        #expect(try client(endpoints: endpoints).canAskStatus)
        let asking = Collector(
            [CollectedApplication(settings: settings, client: try client(endpoints: endpoints))], history: history,
            clock: world.clock, metrics: recorded, logger: log.logger)
        #expect(await asking.status().map(\.infrastructure?.clusters) == [["c4-fr"]])
    }
}
