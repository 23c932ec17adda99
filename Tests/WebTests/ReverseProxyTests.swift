import TestSupport
import Testing
import UsageModel
import Web

@Suite("Behind a reverse proxy")
struct ReverseProxyTests {
    private static let places = [
        "/", "/explore", "/explore?statistic=records&granularity=daily", "/capacity", "/collector",
        "/setup",
    ]

    /// A site with a week of data, found at `paths`.
    private func exporter(_ paths: WebPaths) async throws -> Exporter {
        let site = try Site()
        try await site.storeDays("records", 20) { Int64($0) }
        try await site.storeDays("records", 20, application: "OTHER") { Int64($0) }
        return .test(site.history, site.clock, paths: paths) { [site] in
            _ = site
            return []
        }
    }

    /// Follows every address on every page, as a browser would that sees them below `prefix`.
    /// - Parameter removing: whether the proxy removes the prefix before it asks the server.
    private func follow(_ paths: WebPaths, prefix: String, removing: Bool) async throws {
        try await withServer(exporter(paths)) { web in
            func path(_ seen: String) -> String { removing ? String(seen.dropFirst(prefix.count)) : seen }
            var followed: Set<String> = []
            for place in Self.places {
                let page = try await web.get(path(prefix + place)).page(current: prefix + place.prefix { $0 != "?" })
                for address in page.elements.flatMap({ [$0.attributes["href"], $0.attributes["action"]] }) {
                    guard let address, !address.hasPrefix("#"), followed.insert(address).inserted else { continue }
                    try #require(address.hasPrefix(prefix + "/"), "\(address) on \(place)")
                    let target = address.replacing("&amp;", with: "&")
                    let answer = try await web.get(path(target))
                    #expect(answer.status == 200, "\(address) on \(place)")
                }
            }
            #expect(followed.count > 20)
        }
    }

    @Test("Every link, form and asset works below a prefix that the proxy keeps")
    func keeping() async throws {
        let paths = try WebPaths(
            routePrefix: nil, externalURL: "https://metrics.example.com/ops/algolia/", telemetryPath: "/numbers")
        try await follow(paths, prefix: "/ops/algolia", removing: false)
    }

    @Test("Every link, form and asset works below a prefix that the proxy removes")
    func removing() async throws {
        let paths = try WebPaths(
            routePrefix: "/", externalURL: "https://metrics.example.com/algolia", telemetryPath: nil)
        try await follow(paths, prefix: "/algolia", removing: true)
    }

    @Test("Outside of the prefix the root leads to the first page, and nothing else is there")
    func outside() async throws {
        let paths = try WebPaths(routePrefix: "/algolia", externalURL: nil, telemetryPath: nil)
        try await withServer(exporter(paths)) { web in
            let answer = try await web.raw("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 302 ") && answer.lowercased().contains("\r\nlocation: /algolia/\r\n"))
            for path in [
                "/metrics", "/health", "/-/healthy", "/algoliax/health", "/algoli", "/algolia%2Fhealth",
                "/1/usage/records",
            ] {
                try await web.get(path).expectProblem(404)
            }
            try await web.send("POST", "/").expectProblem(404)
        }
    }

    @Test("Health, metrics, the usage proxy and Grafana's protocol lie below the prefix, in any spelling of it")
    func below() async throws {
        let site = try Site()
        try await site.store(index: "a/b", hours([7]))
        let paths = try WebPaths(routePrefix: "/algolia", externalURL: nil, telemetryPath: nil)
        let exporter = Exporter.test(site.history, site.clock, usage: .fixed(), paths: paths) { [] }
        try await withServer(exporter) { web in
            for path in [
                "/algolia", "/algolia/", "//algolia//health", "/%61lgolia/-/healthy", "/algolia/metrics?x=1",
                "/algolia/grafana",
            ] {
                #expect(try await web.get(path).status == 200, "\(path)")
            }
            let window = "startDate=2026-07-15T00:00:00Z&endDate=2026-07-16T00:00:00Z&granularity=hourly"
            let usage = try await web.get(
                "/algolia/1/usage/records/a%2Fb?\(window)", headers: ProxyWorld.credentials)
            #expect(usage.status == 200, "\(usage.text)")
        }
    }

    @Test("/openapi.json names the address that readers use")
    func openAPI() async throws {
        let cases = [
            (
                try WebPaths(routePrefix: "/", externalURL: "https://x.example/algolia", telemetryPath: nil),
                "/openapi.json", "https://x.example/algolia"
            ),
            (try WebPaths(routePrefix: "/p", externalURL: nil, telemetryPath: nil), "/p/openapi.json", "/p"),
            (WebPaths(), "/openapi.json", "/"),
        ]
        for (paths, path, server) in cases {
            try await withServer(exporter(paths)) { web in
                let document = try await web.get(path).json()
                #expect(document["servers"]?.array?.first?["url"]?.string == server)
            }
        }
    }

    @Test("On a loopback address the external URL's host may be asked for, and its pages may reload")
    func external() async throws {
        let site = try Site()
        let paths = try WebPaths(routePrefix: "/", externalURL: "https://x.example/algolia", telemetryPath: nil)
        let exporter = Exporter.test(site.history, site.clock, reload: {}, paths: paths) { [] }
        try await withServer(exporter) { web in
            #expect(try await web.get("/health", headers: ["Host": "x.example"]).status == 200)
            try await web.get("/health", headers: ["Host": "evil.example"]).expectProblem(421, parameter: "Host")
            #expect(try await web.send("POST", "/-/reload", headers: ["Origin": "https://x.example"]).status == 200)
            try await web.send("POST", "/-/reload", headers: ["Origin": "https://y.example"])
                .expectProblem(403, parameter: "Origin")
        }
    }

    @Test(
        "The metrics cannot take another endpoint's path",
        arguments: ["/health", "/openapi.json", "/api/v1/metrics", "/capacity", "/1/x"])
    func taken(path: String) throws {
        let site = try Site()
        let paths = try WebPaths(routePrefix: nil, externalURL: nil, telemetryPath: path)
        let exporter = Exporter.test(site.history, site.clock, paths: paths) { [] }
        let error = #expect(throws: WebPaths.Invalid.self) {
            try WebServer(exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], logger: exporter.logger)
        }
        #expect(error?.description.contains("--web.telemetry-path: \(path) is used") == true)
    }
}
