import Simulator
import Testing
import UsageModel

@Suite("Usage API: what is refused")
struct UsageValidationTests {
    let world = World()
    static let range = "?startDate=2026-07-14T00:00:00Z&endDate=2026-07-15T00:00:00Z&granularity=hourly"

    @Test("missing headers are 401, and so are a wrong key and a wrong application")
    func credentials() async throws {
        let target = "/1/usage/records" + Self.range
        for headers in [[], [World.headers()[0]], [World.headers()[1]]] {
            let answer = await world.get(target, headers: headers)
            #expect(answer.status == 401)
            #expect(try answer.object()["status"] as? Int == 401)
        }
        for headers in [World.headers("wrong"), World.headers(application: "OTHER")] {
            let answer = await world.get(target, headers: headers)
            #expect(answer.text == #"{"status":401,"message":"Invalid credentials"}"#)
        }
        for key in ["demo-search-key", "demo-monitoring-key"] {
            let answer = await world.get(target, headers: World.headers(key))
            #expect(answer.status == 401)
            #expect(try answer.message() == #"The provided API key is missing the "usage" ACL"#)
        }
    }

    @Test("only GET is allowed", arguments: ["POST", "PUT", "DELETE", "HEAD"])
    func methods(method: String) async {
        let request = SimulatedRequest(
            method: method, target: "/1/usage/records" + Self.range, headers: World.headers())
        let answer = await world.simulator.respond(to: request)
        #expect(answer.status == 405)
        #expect(answer.header("allow") == "GET")
    }

    @Test(
        "a wrong parameter is 422, and named",
        arguments: [
            ("endDate=2026-07-15T00:00:00Z", "startDate is required"),
            ("startDate=2026-07-15T00:00:00Z", "endDate is required"),
            ("startDate=2026-07-14&endDate=2026-07-15T00:00:00Z", "startDate"),
            ("startDate=2026-07-14T00:00:00Z&endDate=2026-07-15", "endDate"),
            ("startDate=2026-07-15T00:00:00Z&endDate=2026-07-15T00:00:00Z", "startDate must be before endDate"),
            ("startDate=2026-07-16T00:00:00Z&endDate=2026-07-15T00:00:00Z", "startDate must be before endDate"),
            ("startDate=2026-07-14T00:00:00Z&endDate=2026-07-15T00:00:00Z&granularity=minutely", "granularity"),
            ("startDate=2026-07-01T00:00:00Z&endDate=2026-07-08T00:00:01Z&granularity=hourly", "7 days"),
            ("startDate=2025-01-01T00:00:00Z&endDate=2026-01-01T00:00:01Z", "365 days"),
        ])
    func parameters(query: String, message: String) async throws {
        let answer = await world.get("/1/usage/records?" + query)
        #expect(answer.status == 422)
        #expect(try answer.message().contains(message))
    }

    @Test("the longest ranges are served")
    func longestRanges() async {
        let hourly = await world.usage("records", from: "2026-07-01T00:00:00Z", to: "2026-07-08T00:00:00Z")
        #expect(hourly.status == 200)
        let daily = await world.usage(
            "records", from: "2025-07-16T00:00:00Z", to: "2026-07-16T00:00:00Z", granularity: "daily")
        #expect(daily.status == 200)
        let year = await world.usage(
            "records", from: "2025-12-01T00:00:00.25Z", to: "2026-12-01T00:00:00.25Z", granularity: "daily")
        #expect(year.status == 200, "exactly 365 days that end in the future")
    }

    @Test("an unknown statistic is 422 with its name", arguments: ["x", "records,x", "*,x", "x,records"])
    func unknownStatistic(statistics: String) async {
        let answer = await world.usage(statistics)
        #expect(answer.text == #"{"status":422,"message":"Metric \"x\" not found"}"#)
    }

    @Test("the index endpoint refuses statistics that exist for applications only")
    func notPerIndex() async {
        #expect(await world.usage("max_qps", index: "products").status == 422)
        #expect(await world.usage("max_qps").status == 200)
        #expect(await world.usage("insights_operations", index: "products").status == 422)
        #expect(await world.usage("insights_operations").status == 200)
    }

    @Test("an unknown index is 404, and so is a path that no API has")
    func notFound() async throws {
        let answer = await world.usage("records", index: "no/such")
        #expect(answer.status == 404)
        #expect(try answer.message() == "Index no/such does not exist")
        for path in ["/1/usage", "/1/usage/records/shop/eu", "/2/usage/records", "/", "/1/usage/%zz"] {
            #expect(await world.get(path + Self.range).status == 404)
        }
    }
}
