import Foundation
import Simulator
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

    @Test("a wrong metric, period or cluster is refused with a reason")
    func refused() async throws {
        for path in ["/1/infrastructure/x/period/hour", "/1/infrastructure/cpu_usage/period/year", "/1/status/x"] {
            let answer = await world.get(path, headers: headers)
            #expect((400...404).contains(answer.status))
            #expect(try !answer.message("reason").isEmpty)
        }
        let answer = await world.get("/1/inventory/servers")
        #expect(answer.status == 403)
        #expect(try answer.message("reason") == "Invalid Application-ID or API key")
        #expect(await world.get("/1/inventory/servers", headers: []).status == 401)
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

    @Test("status, latency, indexing and reachability need no key")
    func open() async throws {
        let clusters = world.truth.clusters(application: World.application)
        let list = clusters.joined(separator: ",")
        let status = try await world.get("/1/status", headers: []).object()["status"] as? [String: String]
        #expect(Set(try #require(status).keys) == Set(clusters))
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
        let during = try await world.get("/1/status/\(cluster)").object()["status"] as? [String: String]
        #expect(during?[cluster] == world.truth.status(cluster: cluster, at: time))
        world.clock.advance(by: 86_400)
        let answer = try await world.get("/1/incidents/\(cluster)").object()["incidents"] as? [String: [[String: Any]]]
        let entries = try #require(answer?[cluster])
        #expect((entries.last?["v"] as? [String: String])?["title"] != nil)
        #expect(entries.compactMap { ($0["v"] as? [String: String])?["status"] }.contains { $0 != "operational" })
    }
}
