import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The setup page")
struct SetupPageTests {
    /// The text of a block, as a reader copies it.
    private func block(_ label: String, _ answer: Answer) throws -> String {
        let start = try #require(answer.text.range(of: "aria-label=\"\(label)\"><code>"))
        let end = try #require(answer.text.range(of: "</code>", range: start.upperBound..<answer.text.endIndex))
        return String(answer.text[start.upperBound..<end.lowerBound])
            .replacing("&quot;", with: "\"").replacing("&gt;", with: ">").replacing("&lt;", with: "<")
            .replacing("&amp;", with: "&")
    }

    @Test("Names the address that was asked")
    func address() async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get("/setup")
            try answer.page(current: "/setup")
            let scrape = try block("Scrape configuration", answer)
            #expect(scrape.contains("- targets: [\"127.0.0.1:\(web.port)\"]"))
            for word in ["scheme:", "metrics_path:", "basic_auth:"] { #expect(!scrape.contains(word), "\(word)") }
            #expect(try block("Remote read", answer).contains("url: \"http://127.0.0.1:\(web.port)/api/v1/read\""))
            #expect(try block("Grafana data source", answer).contains("url: \"http://127.0.0.1:\(web.port)\""))
        }
    }

    @Test("Behind a proxy it names the external address, the prefix and the path of the metrics")
    func external() async throws {
        let site = try Site()
        let paths = try WebPaths(
            routePrefix: "/", externalURL: "https://metrics.example.com/algolia", telemetryPath: "/numbers")
        try await withServer(.test(site.history, site.clock, paths: paths) { [] }) { web in
            let answer = try await web.get("/setup")
            let scrape = try block("Scrape configuration", answer)
            #expect(scrape.contains("scheme: https") && scrape.contains("metrics_path: /algolia/numbers"))
            #expect(scrape.contains("- targets: [\"metrics.example.com:443\"]"))
            let url = "url: \"https://metrics.example.com/algolia/api/v1/read\""
            #expect(try block("Remote read", answer).contains(url))
        }
    }

    @Test("With passwords each block says where one belongs")
    func passwords() {
        let snippets = SetupSnippets(
            asked: "host:1", isSecure: true, asksForPassword: true, paths: WebPaths(), applications: ["APP"],
            contracts: [:])
        for block in [snippets.scrape, snippets.remoteRead] {
            #expect(block.contains("password_file: /etc/prometheus/algolia-password"))
        }
        #expect(snippets.scrape.contains("scheme: https") && snippets.grafana.contains("url: \"https://host:1\""))
        #expect(snippets.grafana.contains("auth_method: basicAuth"))
    }

    @Test("A contract shows what is configured, and the rest as comments")
    func contract() async throws {
        let site = try Site()
        try await site.store(application: "OTHER", hours([1]))
        let planning = CapacityCache.Planning(
            contracts: { ["APP": Contract(searchRequestsPerMonth: 20_000, periodStartDay: 15)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let page = try await web.get("/setup")
            let lines = try block("Contract in the configuration file", page).split(separator: "\n").map(String.init)
            let own = try #require(lines.firstIndex(of: "  - id: \"APP\""))
            let other = try #require(lines.firstIndex(of: "  - id: \"OTHER\""))
            #expect(lines[own..<other].contains("      search_requests_per_month: 20000"))
            #expect(lines[own..<other].contains("      period_start_day: 15"))
            #expect(lines[own..<other].contains { $0.hasPrefix("      # records: ") })
            #expect(lines[other...].contains { $0.hasPrefix("      # search_requests_per_month: ") })
            #expect(page.text.contains("remove the <code>#</code>"))
        }
    }

    @Test("Where every limit is configured, nothing is called an example")
    func configured() async throws {
        let site = try Site()
        let planning = CapacityCache.Planning(
            contracts: { ["APP": Contract(searchRequestsPerMonth: 20_000, records: 10, maxQPS: 5)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let page = try await web.get("/setup")
            #expect(try block("Contract in the configuration file", page).contains("max_qps: 5"))
            #expect(!page.text.contains("are examples") && !page.text.contains("<code>#</code>"))
        }
    }

    @Test(
        "Prometheus accepts what it says",
        .enabled(if: Promtool.isInstalled, "promtool is not installed"), arguments: [nil, "https://[::1]:9/a"])
    func promtool(externalURL: String?) async throws {
        let paths = try WebPaths(routePrefix: nil, externalURL: externalURL, telemetryPath: "/m")
        let snippets = SetupSnippets(
            asked: "127.0.0.1:9914", isSecure: false, asksForPassword: true, paths: paths, applications: [],
            contracts: [:])
        let folder = TemporaryFolder()
        let configuration = folder.file("prometheus.yml")
        let rules = folder.file("algolia.yml")
        let text = "\(snippets.scrape)\n\(snippets.remoteRead)\nrule_files: [algolia.yml]\n"
        try text.replacing("/etc/prometheus/algolia-password", with: configuration)
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        try snippets.alerts.write(toFile: rules, atomically: true, encoding: .utf8)
        for arguments in [["check", "config", configuration], ["check", "rules", rules]] {
            let outcome = try await Tool.run("promtool", arguments)
            #expect(outcome.status == 0, "\(outcome.output)")
        }
    }
}

@Suite("A page that is not there")
struct NotFoundPageTests {
    private static let browser = ["Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"]

    @Test("Is a page for browsers, with the ways on", arguments: ["/nope", "/capacity/x", "/%3Cscript%3E"])
    func browser(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get(path, headers: Self.browser)
            let page = try answer.page(404, current: nil)
            #expect(answer.text.contains("<h1>Page not found</h1>") && answer.text.contains("There is nothing at"))
            #expect(page.all("script").count == 1)
            #expect(page.all("a").contains { $0.attributes["href"] == "/explore" })
            #expect(!page.all("a").contains { $0.attributes["aria-current"] == "page" })
            #expect(try await web.send("HEAD", path, headers: Self.browser).body.isEmpty)
        }
    }

    @Test(
        "Is a problem document for programs, and below the paths of programs",
        arguments: ["/api/v1/nope", "/grafana/x"])
    func program(path: String) async throws {
        try await withServer(Site().exporter) { web in
            try await web.get("/nope").expectProblem(404)
            try await web.get("/nope", headers: ["Accept": "application/json"]).expectProblem(404)
            try await web.send("POST", "/nope", headers: Self.browser).expectProblem(404)
            try await web.get(path, headers: Self.browser).expectProblem(404)
        }
    }

    @Test("Behind passwords nothing is said of it without one")
    func passwords() async throws {
        let users = ["user": "$2b$04$abcdefghijklmnopqrstuuKuvJOYYPUHVwY0z8qXWYsG8jcA6yS5q"]
        try await withServer(Site().exporter, security: WebSecurity(users: users)) { web in
            let answer = try await web.get("/nope", headers: Self.browser)
            #expect(answer.status == 401 && !answer.text.contains("<html"))
        }
    }
}
