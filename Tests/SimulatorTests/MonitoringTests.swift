import Foundation
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Monitoring API")
struct MonitoringTests {
    let world = World()
    let headers = World.headers("demo-monitoring-key")

    /// The points of `{"metrics":{metric:{name:[…]}}}` by name.
    private func points(_ answer: SimulatedResponse, _ metric: String) throws -> [String: [[String: NSNumber]]] {
        let metrics = try #require(try answer.object()["metrics"] as? [String: Any])
        return try #require(metrics[metric] as? [String: [[String: NSNumber]]])
    }

    @Test(
        "infrastructure has a point per step of its period",
        arguments: [("minute", 10, 6), ("hour", 60, 60), ("day", 600, 144), ("week", 3600, 168), ("month", 86_400, 30)])
    func periods(period: String, step: Int64, count: Int) async throws {
        let answer = await world.get("/1/infrastructure/cpu_usage/period/\(period)", headers: headers)
        let servers = try points(answer, "cpu_usage")
        #expect(servers.count >= 4)
        let longest = try #require(servers.values.max { $0.count < $1.count })
        #expect(longest.count == count)
        let times = longest.compactMap { $0["t"]?.int64Value }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == step * 1000 })
        #expect(try #require(times.last) / 1000 + step <= World.now)
    }

    @Test("infrastructure points are the truth")
    func truth() async throws {
        let answer = await world.get("/1/infrastructure/*/period/hour", headers: headers)
        for metric in Truth.infrastructureMetrics {
            for (server, list) in try points(answer, metric) {
                for point in list {
                    let value = world.truth.infrastructure(
                        application: World.application, metric: metric, server: server,
                        at: try #require(point["t"]).int64Value / 1000)
                    #expect(point["v"]?.doubleValue == value?.double)
                }
            }
        }
    }

    @Test("times may be in seconds")
    func seconds() async throws {
        world.simulator.faults.monitoringSeconds = true
        let answer = await world.get("/1/infrastructure/ssd_usage/period/hour", headers: headers)
        let time = try #require(try points(answer, "ssd_usage").values.first?.last?["t"]).int64Value
        #expect(time == World.now - 60)
    }

    @Test("a wrong metric or period of infrastructure is refused with a reason")
    func refused() async throws {
        for path in ["/1/infrastructure/x/period/hour", "/1/infrastructure/cpu_usage/period/year"] {
            let answer = await world.get(path, headers: headers)
            #expect(answer.status == 400)
            #expect(try !answer.message("reason").isEmpty)
        }
    }

    @Test("an unknown cluster is plain text where statuses and incidents are, a reason where probes are")
    func unknownClusters() async throws {
        for path in ["/1/status/test", "/1/incidents/c4-fr,test"] {
            let answer = await world.get(path, headers: [])
            #expect(answer.status == 404)
            #expect(answer.header("Content-Type")?.hasPrefix("text/plain") == true)
            #expect(answer.text == #"Unknown cluster "test""#)
        }
        for path in ["/1/latency/test", "/1/indexing/test", "/1/reachability/test/probes"] {
            let answer = await world.get(path, headers: [])
            #expect(answer.status == 400)
            #expect(answer.text == #"{"reason":"Unknown servers"}"#)
        }
    }

    @Test("a wrong key is refused in the words of each endpoint, and not looked at by the probes")
    func wrongKeys() async throws {
        let clusters = world.truth.clusters(application: World.application).joined(separator: ",")
        for headers in [
            World.headers(), World.headers("demo-monitoring-key", application: "OTHER"), [World.headers()[0]],
        ] {
            for path in ["/1/status", "/1/incidents", "/1/status/\(clusters)"] {
                let answer = await world.get(path, headers: headers)
                #expect(answer.status == 401)
                #expect(answer.header("Content-Type")?.hasPrefix("text/plain") == true)
                #expect(answer.text == "Invalid credentials")
            }
            let inventory = await world.get("/1/inventory/servers", headers: headers)
            #expect(inventory.status == 403)
            #expect(inventory.text == #"{"reason":"invalid credentials"}"#)
            let infrastructure = await world.get("/1/infrastructure/*/period/hour", headers: headers)
            #expect(infrastructure.status == 401)
            #expect(try infrastructure.message("reason").contains("Enterprise"))
            for path in ["/1/latency/\(clusters)", "/1/indexing/\(clusters)", "/1/reachability/\(clusters)/probes"] {
                #expect(await world.get(path, headers: headers).status == 200)
            }
        }
        #expect(await world.get("/1/infrastructure/*/period/hour", headers: []).status == 401)
    }

    @Test("values are integers, unless decimals are asked for", arguments: [false, true])
    func integers(hasDecimals: Bool) async throws {
        let world = World { $0.hasDecimals = hasDecimals }
        let answer = await world.get("/1/infrastructure/*/period/day", headers: headers)
        let values = try Truth.infrastructureMetrics.flatMap { metric in
            try points(answer, metric).values.flatMap { $0.compactMap { $0["v"]?.doubleValue } }
        }
        #expect(values.count > 1000)
        #expect(values.allSatisfy { $0 == $0.rounded() } != hasDecimals)
    }

    @Test("a stray point is behind the points that were asked for")
    func strayPoints() async throws {
        let stray = try time("9999-12-31T23:59:00Z")
        world.simulator.faults.strayPoints = [stray]
        let answer = await world.get("/1/infrastructure/*/period/hour", headers: headers)
        for metric in Truth.infrastructureMetrics {
            for points in try points(answer, metric).values {
                #expect(points.last?["t"]?.int64Value == stray * 1000)
                #expect(points.count > 1)
            }
        }
    }

    @Test("the inventory lists the servers in use")
    func inventory() async throws {
        let answer = await world.get("/1/inventory/servers", headers: headers)
        let items = try #require(try answer.object()["inventory"] as? [[String: Any]])
        #expect(
            items.compactMap { $0["name"] as? String }
                == world.truth.servers(application: World.application, at: World.now))
        for attribute in ["region", "cluster", "is_replica", "is_slave", "status", "type"] {
            #expect(items.allSatisfy { $0[attribute] != nil })
        }
    }

    @Test("the inventory without headers lists all servers, in every published region and no other")
    func everybodysInventory() async throws {
        let answer = await world.get("/1/inventory/servers", headers: [])
        let items = try #require(try answer.object()["inventory"] as? [[String: Any]])
        let names = items.compactMap { $0["name"] as? String }
        #expect(Set(names).isStrictSuperset(of: world.truth.servers(application: World.application, at: World.now)))
        #expect(Set(names).count == names.count)
        let published = ["au", "br", "ca", "de", "eu", "hk", "in", "jp", "sg", "uae", "uk", "usc", "use", "usw", "za"]
        #expect(Set(items.compactMap { $0["region"] as? String }).sorted() == published)
    }

    @Test("status, latency, indexing and reachability need no key")
    func open() async throws {
        let clusters = world.truth.clusters(application: World.application)
        let list = clusters.joined(separator: ",")
        let status = try await world.get("/1/status", headers: []).object()["status"] as? [String: String]
        #expect(Set(try #require(status).keys).isStrictSuperset(of: clusters), "all of Algolia's")
        let own = try await world.get("/1/status/\(list)", headers: []).object()["status"] as? [String: String]
        #expect(Set(try #require(own).keys) == Set(clusters))
        for metric in ["latency", "indexing"] {
            let values = try points(await world.get("/1/\(metric)/\(list)", headers: []), metric)
            #expect(Set(values.keys) == Set(clusters))
            #expect(values.values.allSatisfy { $0.count == 144 })
        }
        let probes = try await world.get("/1/reachability/\(clusters[0])/probes", headers: []).object()
        #expect(try #require(probes[clusters[0]] as? [String: Bool])["probe-frankfurt"] == true)
    }

    @Test("an incident shows in the status while it lasts, and in the incidents afterwards")
    func incidents() async throws {
        let cluster = try #require(world.truth.clusters(application: World.application).first)
        var time = World.now
        while world.truth.status(cluster: cluster, at: time) == "operational" { time += 600 }
        world.clock.advance(to: Double(time))
        let during = try await world.get("/1/status/\(cluster)", headers: []).object()["status"] as? [String: String]
        #expect(during?[cluster] == world.truth.status(cluster: cluster, at: time))
        world.clock.advance(by: 86_400)
        let answer =
            try await world.get("/1/incidents/\(cluster)", headers: []).object()["incidents"]
            as? [String: [[String: Any]]]
        let entries = try #require(answer?[cluster])
        let times = try entries.map { try #require($0["t"] as? NSNumber).int64Value }
        #expect(times == times.sorted(by: >), "newest first")
        #expect(times.allSatisfy { $0 > World.now * 1000 - 91 * 86_400_000 })
        #expect((entries.first?["v"] as? [String: String])?["title"] == "Resolved")
        #expect(entries.compactMap { ($0["v"] as? [String: String])?["status"] }.contains { $0 != "operational" })
    }
}
