import Reports
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("/api/v1/capacity")
struct CapacityRouteTests {
    @Test("Has a report of each application, the same as the library makes")
    func reports() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site)
        try await CapacityPageTests.store(site, application: "B", days: 30)
        let exporter = site.exporter(planning: CapacityPageTests.planning) { [] }
        try await withServer(exporter) { web in
            let answer = try await web.get("/api/v1/capacity")
            #expect(answer.status == 200 && answer.contentType == "application/json")
            let made = try CapacityDocument.json(try await exporter.capacity.reports())
            #expect(answer.body == made)
            let applications = try #require(try answer.json()["applications"]?.array)
            #expect(applications.map { $0["application"] } == [.string("APP"), .string("B")])
            let limit = try #require(applications[0]["limits"]?.array?.first)
            #expect(limit["limit"] == .string("search_requests_per_month"))
            #expect(limit["agreed"] == .number(.integer(400_000)))
            let one = try await web.get("/api/v1/capacity?application=B").json()
            #expect(one["applications"]?.array == [applications[1]])
            let both = try await web.get("/api/v1/capacity?application=B&application=APP").json()
            #expect(both["applications"]?.array?.count == 2)
        }
    }

    @Test("An empty history is an empty list")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get("/api/v1/capacity").json()
            #expect(answer["applications"] == .array([]))
        }
    }

    @Test("An application with a contract has a report before anything is stored")
    func contractOnly() async throws {
        let exporter = try Site().exporter(planning: CapacityPageTests.planning) { [] }
        try await withServer(exporter) { web in
            let applications = try await web.get("/api/v1/capacity?application=APP").json()["applications"]?.array
            #expect(applications?.count == 1)
        }
    }

    @Test(
        "A wrong parameter is named",
        arguments: [("application=NOPE", "application", 404), ("statistic=records", "statistic", 400)])
    func wrong(query: String, parameter: String, status: Int) async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            try await web.get("/api/v1/capacity?\(query)").expectProblem(status, parameter: parameter)
        }
    }
}
