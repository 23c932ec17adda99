import Foundation
import Simulator
import Testing
import UsageModel

@Suite("Faults")
struct FaultTests {
    private func answer(_ effect: Fault.Effect, _ statistics: String = "records") async -> SimulatedResponse {
        await World(faults: Faults(injected: [Fault(effect)])).usage(statistics)
    }

    @Test("429 with seconds, with a date, and without Retry-After")
    func tooManyRequests() async {
        let seconds = await answer(.tooManyRequests(.seconds(17)))
        #expect(seconds.status == 429)
        #expect(seconds.header("Retry-After") == "17")
        let date = await answer(.tooManyRequests(.date(in: 90)))
        #expect(date.header("Retry-After") == "Wed, 15 Jul 2026 10:31:30 GMT")
        let past = await answer(.tooManyRequests(.date(in: -3600)))
        #expect(past.header("Retry-After") == "Wed, 15 Jul 2026 09:30:00 GMT")
        for text in ["soon", "-1", "1.5", "", "99999999999999999999"] {
            #expect(await answer(.tooManyRequests(.text(text))).header("Retry-After") == text)
        }
        let absent = await answer(.tooManyRequests(.absent))
        #expect(absent.status == 429)
        #expect(absent.header("Retry-After") == nil)
    }

    @Test("an injected 429 is not a violation of the quota")
    func noViolation() async {
        let world = World(faults: Faults(injected: [Fault(.tooManyRequests(.seconds(1)))]))
        _ = await world.usage("records")
        #expect(world.simulator.limitViolations == 0)
        #expect(world.simulator.requests.map(\.fault) == [.tooManyRequests(.seconds(1))])
    }

    @Test("server errors", arguments: [500, 503])
    func serverErrors(status: Int) async throws {
        let answer = await answer(.status(status))
        #expect(answer.status == status)
        #expect(try answer.object()["status"] as? Int == status)
    }

    @Test("faults of the connection are told by the delivery")
    func deliveries() async {
        let hang = await answer(.hang)
        #expect(hang.delivery == .hang)
        #expect(hang.body.isEmpty)
        let slow = await answer(.slowBody(chunkBytes: 10, delay: .milliseconds(5)))
        #expect(slow.delivery == .slow(chunkBytes: 10, delay: .milliseconds(5)))
        let cut = await answer(.cutConnection())
        #expect(cut.delivery == .cut(afterBytes: cut.body.count / 2))
        #expect(await answer(.cutConnection(afterBytes: 7)).delivery == .cut(afterBytes: 7))
    }

    @Test("truncated JSON and pages of HTML come with status 200")
    func brokenBodies() async {
        let whole = await World().usage("records")
        let truncated = await answer(.truncatedJSON)
        #expect(truncated.status == 200)
        #expect(whole.body.starts(with: truncated.body))
        #expect(throws: (any Error).self) { try truncated.object() }
        let garbage = await answer(.garbage)
        #expect(garbage.status == 200)
        #expect(garbage.text.hasPrefix("<!DOCTYPE html>"))
    }

    @Test("a fault happens as often as asked, to what it is aimed at")
    func targets() async {
        let target = Fault.Target(api: .usage, index: "shop/eu", statistic: "records", granularity: .hourly)
        let world = World(faults: Faults(injected: [Fault(.status(503), times: 2, target: target)]))
        #expect(await world.usage("records").status == 200)
        #expect(await world.usage("data_size", index: "shop/eu").status == 200)
        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(await world.usage("records", index: "shop/eu").status) }
        #expect(statuses == [503, 503, 200])
        world.simulator.faults.untidyJSON = true
        #expect(await world.usage("records", index: "shop/eu").status == 200)
        world.simulator.faults = Faults()
        world.simulator.faults = Faults(injected: [Fault(.status(500), times: 1)])
        #expect(await world.usage("records").status == 500)
        #expect(await world.usage("records").status == 200)
    }

    @Test("a probability is kept, and the same seed picks the same requests")
    func probability() async {
        func statuses() async -> [Int] {
            let world = World(faults: Faults(injected: [Fault(.status(500), probability: 0.3)]))
            var statuses: [Int] = []
            for _ in 0..<200 { statuses.append(await world.usage("x").status) }
            return statuses
        }
        let first = await statuses()
        #expect(await statuses() == first)
        #expect((35...85).contains(first.count { $0 == 500 }))
    }

    @Test("a refused wildcard leaves names and groups served")
    func refusedWildcard() async {
        var faults = Faults()
        faults.refusedWildcardStatus = 422
        let world = World(faults: faults)
        #expect(await world.usage("*").text == #"{"status":422,"message":"Metric \"*\" not found"}"#)
        #expect(await world.usage("*", index: "products").status == 422)
        #expect(await world.usage("records,search_operations").status == 200)
        world.simulator.faults.refusedWildcardStatus = 400
        #expect(await world.usage("*").status == 400)
    }

    @Test("a refused statistic is 422 by name and absent from the wildcard and its group")
    func refusedStatistics() async throws {
        var faults = Faults()
        faults.refusedStatistics = ["queries_operations"]
        let world = World(faults: faults)
        #expect(
            await world.usage("records,queries_operations").text
                == #"{"status":422,"message":"Metric \"queries_operations\" not found"}"#)
        for statistics in ["*", "search_operations"] {
            let answer = try await world.usage(statistics).object()
            #expect(answer["queries_operations"] == nil)
            #expect(answer["total_search_operations"] != nil)
        }
    }

    @Test("a failing index does not stop the others")
    func failingIndices() async {
        var faults = Faults()
        faults.failingIndices = ["a+b"]
        let world = World(faults: faults)
        #expect(await world.usage("records", index: "a+b").status == 500)
        #expect(await world.usage("records", index: "products").status == 200)
        #expect(await world.usage("records").status == 200)
    }

    @Test("unknown statistics appear in the wildcard, and are true")
    func unknownStatistics() async throws {
        #expect(await World().usage("future_metric_operations").status == 422)
        var faults = Faults()
        faults.unknownStatistics = true
        let world = World(faults: faults)
        let answer = await world.usage("*")
        #expect(try answer.scalar("future_metric_operations").count == 24)
        let start = try time("2026-07-14T05:00:00Z")
        let zone = world.truth.value(
            application: World.application, statistic: "future_by_zone", key: "zone é", granularity: .hourly,
            bucket: start, asOf: World.now)
        #expect(try answer.map("future_by_zone")[start]?["zone é"] == zone?.double)
        let index = try await world.usage("*", index: "products").object()
        #expect(index["future_metric_operations"] != nil)
        #expect(index["future_by_zone"] == nil)
    }

    @Test("untidy JSON and extra attributes say the same", arguments: ["records", "avg_processing_time"])
    func untidy(statistic: StatisticName) async throws {
        let tidy = await World().usage("*")
        var faults = Faults()
        faults.untidyJSON = true
        faults.extraPointAttributes = true
        let untidy = await World(faults: faults).usage("*")
        #expect(try untidy.scalar(statistic) == tidy.scalar(statistic))
        #expect(try untidy.map("used_search_capacity") == tidy.map("used_search_capacity"))
        #expect(untidy.text.contains("e-1"))
        #expect(untidy.text.contains(".0"))
        #expect(untidy.text.contains("{\t\"v\" : "))
        #expect(untidy.text.contains("quality"))
    }

    @Test("an empty answer may be an array")
    func emptyArray() async {
        var faults = Faults()
        faults.emptyAsArray = true
        let world = World(faults: faults)
        let answer = await world.usage("*", from: "2027-01-01T00:00:00Z", to: "2027-01-02T00:00:00Z")
        #expect(answer.text == "[]")
        #expect(await world.usage("records").text.hasPrefix("{"))
    }

    @Test("keys can be refused for an application, infrastructure alone too")
    func refusedKeys() async throws {
        let world = World()
        let inventory = "/1/inventory/servers"
        world.simulator.faults.refusedMonitoring = [World.application]
        let refused = await world.get(inventory, headers: World.headers("demo-monitoring-key"))
        #expect(refused.status == 403)
        #expect(refused.text == #"{"reason":"invalid credentials"}"#)
        let infrastructure = await world.get(
            "/1/infrastructure/*/period/hour", headers: World.headers("demo-monitoring-key"))
        #expect(infrastructure.status == 401)
        #expect(
            try infrastructure.message("reason").hasPrefix(
                "The infrastructure usage API is only available on Enterprise plans."))
        #expect(await world.usage("records").status == 200)
        #expect(await world.get("/1/status", headers: []).status == 200)
        world.simulator.faults.refusedKeys = [World.application]
        #expect(await world.usage("records").status == 401)
        world.simulator.faults = Faults()
        #expect(await world.usage("records").status == 200)
        #expect(await world.get(inventory, headers: World.headers("demo-monitoring-key")).status == 200)
    }
}
