import Testing
import UsageModel

@Suite("Addresses of the HTTP interface")
struct WebPathsTests {
    private func paths(prefix: String? = nil, url: String? = nil, metrics: String? = nil) throws -> WebPaths {
        try WebPaths(routePrefix: prefix, externalURL: url, telemetryPath: metrics)
    }

    @Test("Without flags everything is served at the root")
    func defaults() throws {
        #expect(try paths() == WebPaths())
        #expect(WebPaths().link("/capacity") == "/capacity" && WebPaths().telemetry == "/metrics")
    }

    @Test(
        "The external URL gives the prefix of links and of routes",
        arguments: ["https://x.example/algolia", "HTTPS://X.example/algolia/", "https://x.example//algolia//"])
    func externalURL(url: String) throws {
        let paths = try paths(url: url)
        #expect(paths.routePrefix == "/algolia" && paths.linkPrefix == "/algolia")
        #expect(paths.externalOrigin == "https://x.example" && paths.externalHost == "x.example")
    }

    @Test("The route prefix wins over the external URL's path for routes, not for links")
    func stripped() throws {
        let paths = try paths(prefix: "/", url: "http://[::1]:8080/a/b")
        #expect(paths.routePrefix == "" && paths.link("/health") == "/a/b/health")
        #expect(paths.externalHost == "::1")
    }

    @Test("A route prefix alone is also that of links; a path alone is an external URL on this server")
    func pathsOnly() throws {
        #expect(try paths(prefix: "algolia/").link("/") == "/algolia/")
        let external = try paths(url: "/algolia")
        #expect(external.routePrefix == "/algolia" && external.externalOrigin == nil)
    }

    @Test(
        "An external URL that is none is refused by its flag's name",
        arguments: [
            "", "x.example", "ftp://x.example", "https://", "https://u:p@x.example", "https://x.example?q",
            "https://x.example/a#b", "https://x.example:99999", "https://x.example/a b", "//x.example", "https://[::1",
            "https://x.example/a/../b", "\"https://x.example\"",
        ])
    func wrongURL(url: String) {
        let error = #expect(throws: WebPaths.Invalid.self) { try paths(url: url) }
        #expect(error?.description.hasPrefix("--web.external-url: ") == true)
    }

    @Test(
        "A prefix or path that would need encoding is refused",
        arguments: ["/a b", "/é", "/a%2Fb", "/{x}", "/..", "/a?b"])
    func wrongPaths(path: String) {
        let prefix = #expect(throws: WebPaths.Invalid.self) { try paths(prefix: path) }
        #expect(prefix?.description.hasPrefix("--web.route-prefix: ") == true)
        let metrics = #expect(throws: WebPaths.Invalid.self) { try paths(metrics: path) }
        #expect(metrics?.description.hasPrefix("--web.telemetry-path: ") == true)
    }

    @Test("The path of metrics is absolute", arguments: ["", "/", "metrics"])
    func telemetry(path: String) throws {
        #expect(throws: WebPaths.Invalid.self) { try paths(metrics: path) }
        #expect(try paths(metrics: "/probe/metrics/").telemetry == "/probe/metrics")
    }
}
