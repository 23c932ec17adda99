import Foundation
import Simulator
import Testing
import UsageModel

@Suite("Usage API v2")
struct BillingEndpointTests {
    private let world = World { $0.servesUsageV2 = true }

    private func rows(_ answer: SimulatedResponse, daily: Bool = false) throws -> [[String: Any]] {
        let object = try answer.object()
        if !daily { return try #require(object["metrics"] as? [[String: Any]]) }
        let applications = try #require(object["applications"] as? [String: Any])
        return try #require(applications["DEMOAPP"] as? [[String: Any]])
    }

    @Test("The registry names, labels and describes each metric")
    func registry() async throws {
        let answer = await world.get("/2/metrics/registry?application=DEMOAPP")
        #expect(answer.status == 200)
        let metrics = try rows(answer)
        #expect(metrics.count == 5)
        for metric in metrics {
            #expect(Set(metric.keys) == ["name", "label", "description"])
            #expect(metric.values.allSatisfy { ($0 as? String)?.isEmpty == false })
        }
    }

    @Test("Days come by application with a date, both ends included, and equal the statistics")
    func days() async throws {
        let answer = await world.get(
            "/2/metrics/daily?application=DEMOAPP&name=records&name=search_requests&startDate=2026-07-10&endDate=2026-07-12"
        )
        #expect(answer.status == 200, "\(answer.text)")
        let rows = try rows(answer, daily: true)
        #expect(rows.map { $0["date"] as? String } == ["2026-07-10", "2026-07-11", "2026-07-12"])
        for row in rows {
            let values = try #require(row["values"] as? [String: Any])
            let day = try #require(RFC3339.parse("\(row["date"] as? String ?? "")T00:00:00Z"))
            func truth(_ statistic: StatisticName) -> Double {
                world.truth.value(
                    application: "DEMOAPP", statistic: statistic, granularity: .daily, bucket: day, asOf: World.now
                )?.double ?? 0
            }
            #expect((values["records"] as? NSNumber)?.doubleValue == truth("records"))
            #expect(
                (values["search_requests"] as? NSNumber)?.doubleValue
                    == truth("total_search_requests") - truth("querysuggestions_total_search_requests"))
        }
    }

    @Test("Hours come with a time, names joined by a comma as well, and without an end up to now")
    func hours() async throws {
        let answer = await world.get(
            "/2/metrics/hourly?application=DEMOAPP&name=records%2Csearch_requests&startTime=2026-07-15T08:00:00Z")
        let rows = try rows(answer)
        #expect(
            rows.map { $0["time"] as? String } == [
                "2026-07-15T08:00:00Z", "2026-07-15T09:00:00Z", "2026-07-15T10:00:00Z",
            ])
        #expect(rows.allSatisfy { ($0["values"] as? [String: Any])?.count == 2 })
        let one = await world.get(
            "/2/metrics/hourly?application=DEMOAPP&name=records&startTime=2026-07-15T08:00:00Z&endTime=2026-07-15T08:00:00Z"
        )
        #expect(try self.rows(one).count == 1, "ends are inclusive")
        #expect(world.simulator.requests.map(\.api) == [.usageV2, .usageV2])
        #expect(world.simulator.requests[0].statistics == ["records", "search_requests"])
        #expect(world.simulator.requests[1].range?.seconds == 3600)
    }

    @Test(
        "What is missing or wrong is named in a 422",
        arguments: [
            ("registry", "application is required"), ("registry?x=1", "application is required"),
            ("daily?application=DEMOAPP&startDate=2026-07-10", "name is required"),
            ("daily?application=DEMOAPP&name=records", "startDate is required"),
            ("daily?application=DEMOAPP&name=records&startDate=yesterday", "startDate is invalid"),
            ("daily?application=DEMOAPP&name=x&startDate=2026-07-10", "name \"x\" is unknown"),
            (
                "daily?application=DEMOAPP&name=records&startDate=2026-07-10&endDate=2026-07-16",
                "endDate must not be in the future"
            ),
            (
                "hourly?application=DEMOAPP&name=records&startTime=2026-07-10T00:00:00Z&endTime=2026-07-15T11:00:00Z",
                "endTime must not be in the future"
            ),
            (
                "hourly?application=DEMOAPP&name=records&startTime=2026-07-01T00:00:00Z&endTime=2026-07-10T00:00:00Z",
                "the range is too long"
            ),
        ])
    func wrong(query: String, message: String) async throws {
        let answer = await world.get("/2/metrics/\(query)")
        #expect(answer.status == 422)
        #expect(try answer.message("error") == "request validation: \(message)")
    }

    @Test("A wrong key, another application, and no headers are 401 in its own words")
    func keys() async throws {
        for (target, headers) in [
            ("registry?application=DEMOAPP", World.headers("wrong")), ("registry?application=OTHER", World.headers()),
            ("registry?application=DEMOAPP", World.headers("demo-search-key")), ("registry?application=DEMOAPP", []),
        ] {
            let answer = await world.get("/2/metrics/\(target)", headers: headers)
            #expect(answer.status == 401)
            #expect(try answer.message() == "Invalid credential")
            #expect(try answer.object()["status"] as? Int == 401)
        }
    }

    @Test("Without it, its paths are not found; with it, only these are")
    func paths() async throws {
        let without = World()
        #expect(await without.get("/2/metrics/registry?application=DEMOAPP").status == 404)
        for path in [
            "/2/metrics", "/2/metrics/weekly", "/2/metrics/registry/x", "/2/usage/records", "/1/metrics/registry",
        ] {
            #expect(await world.get("\(path)?application=DEMOAPP").status == 404)
        }
        #expect(
            await world.simulator.respond(
                to: SimulatedRequest(method: "POST", target: "/2/metrics/registry", headers: World.headers())
            ).status == 405)
    }
}
