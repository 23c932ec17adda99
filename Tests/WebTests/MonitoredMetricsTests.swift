import AlgoliaClient
import Collector
import Exposition
import History
import PrometheusModel
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel
import Web

@Suite("/metrics of servers and clusters")
struct MonitoredMetricsTests {
    /// A quarter of an hour of a simulated application's servers and clusters.
    private func withMonitoredServer(
        _ change: @escaping @Sendable (inout InfrastructureStatus) -> Void = { _ in },
        _ body: (WebClient, World, InfrastructureStatus) async throws -> Void
    ) async throws {
        let world = World()
        let history = try world.openHistory()
        let collector = try world.collector(history)
        let registry = MetricsRegistry()
        let client = AlgoliaClient(
            application: "APP", usageKey: Secret(try #require(SecretText(key: "usage-key"))),
            monitoringKey: Secret(try #require(SecretText(key: "monitoring-key"))),
            transport: SimulatorTransport(world.simulator, clock: world.clock),
            quota: TokenBucket(requestsPerMinute: 6000, clock: world.clock), clock: world.clock, metrics: registry)
        let monitoring = try world.monitoring(history, client: client)
        try await world.run(monitoring, until: World.start + 900)
        let exporter = Exporter.test(history, world.clock, registry: registry) {
            var status = await collector.status()
            var infrastructure = await monitoring.snapshot()
            change(&infrastructure)
            status.infrastructure = infrastructure
            return [status]
        }
        try await withServer(exporter) { web in try await body(web, world, await monitoring.snapshot()) }
    }

    @Test("Every server and cluster has the vendor's newest minute in base units")
    func values() async throws {
        try await withMonitoredServer { web, world, status in
            let page = try ExpositionPage(await web.get("/metrics").text)
            #expect(!status.servers.isEmpty && !status.clusters.isEmpty)
            for name in Truth.infrastructureMetrics {
                let metric = MetricName(StatisticCatalogue.describe("\(name)"), perIndex: false)
                let gauge = try #require(metric.families.first)
                #expect(page.types[gauge] == "gauge")
                #expect(page.samples(of: gauge).count == status.servers.count)
                for server in status.servers {
                    let value = page.value(gauge, ["application": "APP", "server": server.name.text])
                    let recent = (1...4).compactMap { ago in
                        world.simulator.truth.infrastructure(
                            application: "APP", metric: name, server: server.name.text,
                            at: world.clock.now / 60 * 60 - 60 * ago)
                    }.map(metric.inBaseUnit)
                    #expect(value.map(recent.contains) == true, "\(gauge) of \(server.name)")
                }
            }
            for cluster in status.clusters {
                for gauge in ["latency_seconds", "indexing_seconds", "reachability_ratio"] {
                    #expect(
                        page.value("algolia_cluster_\(gauge)", ["application": "APP", "cluster": cluster.text]) != nil)
                }
                let current = world.simulator.truth.status(cluster: cluster.text, at: world.clock.now)
                for state in ClusterStatus.allCases {
                    let value = page.value(
                        "algolia_cluster_status", ["application": "APP", "cluster": cluster.text, "status": state.name])
                    #expect(value == .integer(state.name == current ? 1 : 0))
                }
            }
        }
    }

    @Test("The inventory and the vendor's probes are there")
    func inventory() async throws {
        try await withMonitoredServer { web, _, status in
            let page = try ExpositionPage(await web.get("/metrics").text)
            let info = "algolia_infrastructure_server_info"
            #expect(page.samples(of: info).count == status.servers.count)
            for server in status.servers {
                let labels = [
                    "application": "APP", "server": server.name.text, "region": server.region.text,
                    "cluster": server.cluster.text,
                    "type": server.type, "status": server.status,
                ]
                #expect(page.value(info, labels) == .integer(1))
            }
            let probes = page.samples(of: "algolia_cluster_probe_reachable")
            #expect(probes.count == status.reachability.values.reduce(0) { $0 + $1.count })
            for (cluster, reached) in status.reachability {
                for (probe, isReached) in reached {
                    let labels = ["application": "APP", "cluster": cluster.text, "probe": probe.text]
                    let value = page.value("algolia_cluster_probe_reachable", labels)
                    #expect(value == .integer(isReached ? 1 : 0))
                }
            }
        }
    }

    @Test("/api/v1/status tells clusters and probes apart whose names look alike")
    func twins() async throws {
        let change: @Sendable (inout InfrastructureStatus) -> Void = {
            $0.reachability = ["caf\u{E9}": ["p\u{E9}": true, "pe\u{301}": false], "cafe\u{301}": ["p\"q": false]]
        }
        try await withMonitoredServer(change) { web, _, _ in
            let answer = try await web.get("/api/v1/status")
            let expected =
                #""reachability":{"cafe\#u{301}":{"p\"q":false},"caf\#u{E9}":{"pe\#u{301}":false,"p\#u{E9}":true}}"#
            #expect(answer.body.contains(Array(expected.utf8)), "\(answer.text)")
            #expect(try answer.json()["version"] != nil)
        }
    }

    @Test("Requests to the Monitoring API are counted as its own")
    func requests() async throws {
        try await withMonitoredServer { web, world, _ in
            let page = try ExpositionPage(await web.get("/metrics").text)
            let counted = page.value("algolia_exporter_api_requests_total", ["api": "monitoring", "code": "200"])
            #expect(counted == .integer(Int64(world.simulator.requests.filter { $0.api == .monitoring }.count)))
        }
    }

    @Test("A metric that this version does not know is described as what it is shown as")
    func unknown() async throws {
        let site = try Site()
        let minute = site.clock.now - 60
        _ = try await site.history.store(
            [SeriesPoints(statistic: "future_disk", key: "c1-1", points: [Point(time: minute, value: .integer(7))])],
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), api: .monitoring, granularity: .minutely,
                range: TimeRange(minute, minute + 60), statistics: .all, fetchedAt: site.clock.now, settleDelay: 0))
        try await withServer(site.exporter) { web in
            let page = try ExpositionPage(await web.get("/metrics").text)
            let labels = ["application": "APP", "server": "c1-1"]
            #expect(page.value("algolia_infrastructure_future_disk", labels) == .integer(7))
            let statistics = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            let future = try #require(statistics.first { $0["statistic"] == .string("future_disk") })
            #expect(future["api"] == .string("monitoring") && future["known"] == .bool(false))
            #expect(future["metrics"] == .array([.string("algolia_infrastructure_future_disk")]))
        }
    }

    @Test(
        "promtool has nothing to say, and every family is one that /api/v1/statistics names",
        .enabled(if: Tool.isInstalled("promtool"), "promtool is not installed"))
    func described() async throws {
        try await withMonitoredServer { web, _, _ in
            let text = try await web.get("/metrics")
            let outcome = try await Tool.run("promtool", ["check", "metrics"], input: text.body)
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)")
            let statistics = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            let described = Set(statistics.flatMap { $0["metrics"]?.array ?? [] }.compactMap(\.string))
            let shown = try ExpositionPage(text.text).types.keys.filter {
                ($0.hasPrefix("algolia_infrastructure_") || $0.hasPrefix("algolia_cluster_"))
                    && !["algolia_infrastructure_server_info", "algolia_cluster_probe_reachable"].contains($0)
            }
            #expect(shown.count == 9)
            #expect(Set(shown).isSubset(of: described))
            let page = try await web.get("/metrics", headers: ["Accept": "application/openmetrics-text"])
            #expect(page.text.contains("# UNIT algolia_infrastructure_ram_search_usage_bytes bytes\n"))
        }
    }

    @Test("A minute disappears when it becomes stale, without anything new being stored")
    func staleness() async throws {
        try await withMonitoredServer { web, world, status in
            let gauge = "algolia_infrastructure_cpu_idle_ratio"
            let cluster = "algolia_cluster_latency_seconds"
            func shown() async throws -> [Bool] {
                let page = try ExpositionPage(await web.get("/metrics").text)
                return [gauge, cluster].map { !page.samples(of: $0).isEmpty }
            }
            let now = try await shown()
            #expect(now == [true, true])
            world.clock.advance(by: 11 * 60)
            let later = try await shown()
            #expect(later == [false, true])
            world.clock.advance(by: 30 * 60)
            let tooLate = try await shown()
            #expect(tooLate == [false, false])
            #expect(!status.servers.isEmpty)
        }
    }
}
