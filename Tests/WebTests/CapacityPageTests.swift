import Presentation
import Capacity
import Reports
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The capacity page")
struct CapacityPageTests {
    /// Days that rise by a tenth in a hundred days, with a week in them.
    static func store(_ site: Site, application: ApplicationID = "APP", days: Int = 240) async throws {
        func value(_ day: Int) -> Int64 { 10_000 + Int64(day) * 10 + [0, 200, 300, 250, 400, -2_000, -3_000][day % 7] }
        try await site.storeDays("billed_search_requests", days, application: application, value)
        try await site.storeDays("records", days, application: application) { 50_000 + Int64($0) * 20 }
    }

    static let planning = CapacityCache.Planning(
        contracts: { ["APP": Contract(searchRequestsPerMonth: 400_000, records: 60_000)] })

    /// A commitment for the year from 1 December 2025 on, which the days of ``store(_:application:days:)`` exceed.
    static let commitments: Contract = {
        var contract = Contract()
        contract.searchRequestsPerYear = 3_000_000
        contract.recordsPerYear = 700_000
        contract.start = CapacityFixture.day("2025-12-01")
        contract.currency = "USD"
        contract.pricePer1000SearchRequests = 0.5
        return contract
    }()

    @Test("Has the term of a commitment, what exceeds it costs, the derived limit, and what no index has")
    func annual() async throws {
        let site = try Site()
        try await Self.store(site)
        try await site.storeDays("total_write_operations", 60) { _ in 1_000 }
        try await site.storeDays("billed_search_requests", 60, index: "products") { _ in 900 }
        let planning = CapacityCache.Planning(contracts: { ["APP": Self.commitments] })
        let exporter = site.exporter(planning: planning) { [] }
        try await withServer(exporter) { web in
            let answer = try await web.get("/capacity")
            try answer.page(current: "/capacity")
            for text in [
                "Will billed search requests exceed the annual commitment by 30 Nov 2026?",
                "Billed records per year: the billing periods of the term to 30 Nov 2026",
                "Cost of the projected excess: ", "This limit is derived, it is not in the contract",
                "Shares are of the searches that are attributed to an index.",
            ] {
                #expect(answer.text.contains(text), "\(text)")
            }
            let overview = try await web.get("/")
            let meters = try overview.page(current: "/").all("svg")
                .filter { $0.attributes["class"]?.hasPrefix("meter") == true }
            #expect(meters.count == 2)
            #expect(overview.text.contains("Will billed records use up the annual commitment in the coming year?"))
        }
    }

    @Test("Has the report's answers, charts with what is to come, and tables")
    func whole() async throws {
        let site = try Site()
        try await Self.store(site)
        for (index, searches) in [("products", 900), ("blog", 100)] as [(IndexName, Int)] {
            try await site.storeDays("billed_search_requests", 60, index: index) { _ in Int64(searches) }
        }
        try await site.storeDays("records", 60, index: "old") { _ in 7_000 }
        let exporter = site.exporter(planning: Self.planning) { [] }
        try await withServer(exporter) { web in
            let answer = try await web.get("/capacity")
            let page = try answer.page(current: "/capacity")
            let report = try await exporter.capacity.report("APP")
            #expect(report.answers.count > 5)
            for one in report.answers {
                #expect(answer.has(Markup(text: one.question).html) && answer.has(Markup(text: one.text).html))
            }
            #expect(page.all("figure").count >= 3)
            #expect(page.elements.contains { $0.attributes["class"]?.contains("band") == true })
            for word in ["products", "blog", "class=\"meter", "<caption>"] {
                #expect(answer.text.contains(word), "\(word)")
            }
            #expect(answer.text.contains("href=\"/api/v1/capacity?application=APP\""))
            #expect(answer.text.contains("algolia-exporter report --application APP"))
        }
    }

    @Test("Before anything is stored it says so", arguments: [false, true])
    func empty(isKnown: Bool) async throws {
        let site = try Site()
        if isKnown { try await site.store(hours([1])) }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/capacity")
            try answer.page(current: "/capacity")
            #expect(answer.text.contains(isKnown ? "no whole day is stored yet" : "No application"))
        }
    }

    @Test("Of several applications one is chosen")
    func choice() async throws {
        let site = try Site()
        try await Self.store(site, application: "A", days: 100)
        try await Self.store(site, application: "B", days: 100)
        try await withServer(site.exporter) { web in
            let first = try await web.get("/capacity").page()
            #expect(first.all("select").count == 1)
            let second = try await web.get("/capacity?application=B")
            try second.page()
            #expect(second.text.contains("<strong><bdi>B</bdi></strong>"))
        }
    }

    @Test("Names that are markup are text", arguments: markupNames)
    func awkward(name: String) async throws {
        let site = try Site()
        try await Self.store(site, application: "\(name)", days: 100)
        try await site.storeDays("records", 100, application: "\(name)", index: "\(name)") { _ in 7 }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/capacity", ["application": name])
            let page = try answer.page()
            #expect(page.all("img").isEmpty && !answer.has("<\u{301}script"))
            let link = try #require(
                page.all("a").compactMap { $0.attributes["href"] }.first { $0.hasPrefix("/api/v1/capacity?") })
            #expect(try await web.get(link).status == 200)
        }
    }

    @Test(
        "What is not there is said on the page",
        arguments: [("application=NOPE", "application", 404), ("app=APP", "app", 400)])
    func wrong(query: String, parameter: String, status: Int) async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/capacity?\(query)")
            try answer.page(status, current: "/capacity")
            #expect(answer.text.contains("Parameter \(parameter):"))
        }
    }
}
