import AlgoliaClient
import CoreMetrics
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

/// A simulated application with a Monitoring API, and the same clients for it that a collector has.
struct MonitoredWorld: Sendable {
    let clock = VirtualClock(World.start)
    let simulator: Simulator

    init(faults: Faults = Faults()) {
        let application = SimulatedApplication(
            id: "APP", usageKey: "usage-key", monitoringKey: "monitoring-key", indices: ["products"])
        simulator = Simulator(
            configuration: SimulatorConfiguration(
                applications: [application], requestsPerMinute: 6000, faults: faults), clock: clock)
    }

    init(_ effect: Fault.Effect) {
        self.init(faults: Faults(injected: [Fault(effect)]))
    }

    func client(key: String? = "monitoring-key") throws -> AlgoliaClient {
        AlgoliaClient(
            application: "APP", usageKey: Secret(try #require(SecretText(key: "usage-key"))),
            monitoringKey: try key.map { Secret(try #require(SecretText(key: $0))) },
            transport: SimulatorTransport(simulator, clock: clock),
            quota: TokenBucket(requestsPerMinute: 6000, clock: clock), clock: clock,
            metrics: NOOPMetricsHandler.instance)
    }

    var clusters: [ServerName] { simulator.truth.clusters(application: "APP").compactMap { ServerName($0) } }
}

@Suite("The Monitoring API against the simulator")
struct MonitoringTests {
    @Test("Infrastructure is the truth, by metric and server", arguments: [false, true])
    func infrastructure(inSeconds: Bool) async throws {
        let world = MonitoredWorld()
        world.simulator.faults.monitoringSeconds = inSeconds
        let series = try await world.client().infrastructure(.hour)
        #expect(Set(series.map(\.statistic.text)) == Set(Truth.infrastructureMetrics))
        #expect(series.count >= 4 * 5)
        for one in series {
            let times = one.points.map(\.time)
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 60 })
            for point in one.points {
                let value = world.simulator.truth.infrastructure(
                    application: "APP", metric: one.statistic.text, server: one.key.text, at: point.time)
                #expect(point.value == value)
            }
        }
    }

    @Test("A period's points are as dense and reach as far back as it says", arguments: InfrastructurePeriod.allCases)
    func periods(period: InfrastructurePeriod) async throws {
        let series = try await MonitoredWorld().client().infrastructure(period)
        let longest = try #require(series.map(\.points).max { $0.count < $1.count })
        #expect(Int64(longest.count) == period.length / period.step)
        #expect(zip(longest, longest.dropFirst()).allSatisfy { $1.time - $0.time == period.step })
        let last = try #require(longest.last)
        #expect((period.step...2 * period.step).contains(World.start - last.time))
    }

    @Test("The inventory lists the servers in use with their region and cluster")
    func inventory() async throws {
        let world = MonitoredWorld()
        let servers = try await world.client().inventory()
        #expect(servers.map(\.name.text) == world.simulator.truth.servers(application: "APP", at: World.start))
        #expect(Set(servers.map(\.cluster)).isSubset(of: world.clusters))
        #expect(servers.allSatisfy { !$0.region.isEmpty && $0.isReplica != nil && $0.isSlave != nil })
        #expect(servers.allSatisfy { $0.status == "PRODUCTION" && $0.type == "cluster" })
    }

    @Test("Status, probes and reachability are told for the clusters asked for")
    func clusters() async throws {
        let world = MonitoredWorld()
        let client = try world.client()
        let truth = world.simulator.truth
        let clusters = world.clusters
        #expect(!clusters.isEmpty)
        let expected = clusters.map { ($0, truth.status(cluster: $0.text, at: World.start)) }
        #expect(try await client.clusterStatus(clusters) == Dictionary(uniqueKeysWithValues: expected))
        #expect(try await Set(client.clusterStatus([]).keys).isStrictSuperset(of: clusters), "all of Algolia's")
        for probe in ClusterProbe.allCases {
            let series = try await client.probe(probe, clusters: clusters)
            #expect(series.map(\.key) == clusters)
            for one in series {
                #expect(one.statistic == probe.statistic && one.points.count == 144)
                for point in one.points {
                    #expect(point.value == truth.probe(probe.rawValue, cluster: one.key.text, at: point.time))
                }
            }
        }
        let reachability = try await client.reachability(clusters)
        #expect(Set(reachability.keys) == Set(clusters))
        #expect(reachability.values.allSatisfy { $0.count == 4 && $0["probe-frankfurt"] == true })
    }

    @Test("Incidents have a time, a title and a status")
    func incidents() async throws {
        let world = MonitoredWorld()
        let incidents = try await world.client().incidents(world.clusters)
        #expect(!incidents.isEmpty)
        for incident in incidents {
            #expect((World.start - 91 * 86_400...World.start).contains(incident.time))
            #expect(!incident.title.isEmpty && ClusterStatus(name: incident.status) != nil)
            let truth = world.simulator.truth.status(cluster: incident.cluster.text, at: incident.time)
            #expect(incident.status == truth)
        }
    }

    @Test("Without clusters nothing is asked that needs their names")
    func noClusters() async throws {
        let world = MonitoredWorld()
        let client = try world.client()
        #expect(try await client.probe(.latency, clusters: []).isEmpty)
        #expect(try await client.reachability([]).isEmpty)
        #expect(world.simulator.requests.isEmpty)
    }

    @Test(
        "Servers need a key; the state of clusters is asked for without one, whatever the key", arguments: [nil, "no"])
    func noKey(key: String?) async throws {
        let world = MonitoredWorld()
        let client = try world.client(key: key)
        if key == nil {
            let error = AlgoliaError.noKey("no monitoring key is configured")
            await #expect(throws: error) { try await client.infrastructure(.hour) }
            await #expect(throws: error) { try await client.inventory() }
            #expect(world.simulator.requests.isEmpty)
        }
        // The vendor refuses a wrong key where it needs none.
        let clusters = world.clusters
        #expect(try await client.clusterStatus(clusters).count == clusters.count)
        #expect(try await !client.incidents(clusters).isEmpty)
        for probe in ClusterProbe.allCases { #expect(try await !client.probe(probe, clusters: clusters).isEmpty) }
        #expect(try await client.reachability(clusters).count == clusters.count)
        #expect(world.simulator.requests.count == 5)
        #expect(world.simulator.requests.allSatisfy { $0.application.isEmpty })
    }

    @Test("A cluster that the vendor does not know is told from a path that it does not have")
    func unknownClusters() async throws {
        let world = MonitoredWorld()
        let client = try world.client(key: nil)
        let known = try #require(world.clusters.first)
        let named = try await #require(throws: AlgoliaError.self) {
            try await client.clusterStatus([known, "c0-xx", "c1-xx"])
        }
        #expect(named.isUnknownCluster)
        #expect(named.unknownClusters(among: [known, "c0-xx", "c1-xx"]) == ["c0-xx"], "the first alone is named")
        let unnamed = try await #require(throws: AlgoliaError.self) { try await client.reachability([known, "c0-xx"]) }
        #expect(unnamed == .refused(status: 400, message: "Unknown servers"))
        #expect(unnamed.isUnknownCluster && unnamed.unknownClusters(among: [known, "c0-xx"]).isEmpty)
        #expect(!AlgoliaError.notFound(message: "Path not found").isUnknownCluster)
        #expect(!AlgoliaError.refused(status: 422, message: "Unknown servers").isUnknownCluster)
    }

    @Test("A refusal has its type and the vendor's reason")
    func refusals() async throws {
        let world = MonitoredWorld()
        world.simulator.faults.refusedMonitoring = ["APP"]
        let plan = try await #require(throws: AlgoliaError.self) { try await world.client().infrastructure(.hour) }
        guard case .unauthorized(401, let reason) = plan else { throw Unexpected() }
        #expect(reason.hasPrefix("The infrastructure usage API is only available on Enterprise plans."))
        await #expect(throws: AlgoliaError.unauthorized(status: 403, message: "invalid credentials")) {
            try await world.client(key: "wrong").inventory()
        }
        // Plain text: the vendor has no JSON for this.
        let unknown = try await #require(throws: AlgoliaError.self) { try await world.client().clusterStatus(["c0"]) }
        guard case .notFound = unknown else { throw Unexpected() }
    }

    @Test("Each fault has its type", arguments: [401, 403, 500, 503])
    func status(code: Int) async throws {
        let error = try await error(.status(code))
        switch error {
        case .unauthorized(let status, _): #expect(status == code && code < 500)
        case .server(let status, _, _): #expect(status == code && code >= 500)
        default: Issue.record("\(error)")
        }
    }

    @Test("Garbage, cut JSON, a quota and a hanging answer are told apart")
    func broken() async throws {
        guard case .broken(let cut) = try await error(.truncatedJSON) else { throw Unexpected() }
        #expect(cut.reason == .truncated)
        guard case .broken(let garbage) = try await error(.garbage) else { throw Unexpected() }
        #expect(garbage.reason == .malformed)
        #expect(try await error(.tooManyRequests(.seconds(7))) == .rateLimited(retryAfter: 7))
        #expect(try await error(.hang) == .timeout)
    }

    private func error(_ effect: Fault.Effect) async throws -> AlgoliaError {
        let client = try MonitoredWorld(effect).client()
        return try #require(
            await #expect(throws: AlgoliaError.self) { try await client.infrastructure(.hour) })
    }

    private struct Unexpected: Error {}
}
