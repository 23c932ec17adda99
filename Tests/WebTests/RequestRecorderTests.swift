import Exposition
import Output
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("Metrics of requests and the access log")
struct RequestRecorderTests {
    /// Waits until a request was recorded, which is when its answer has been sent.
    private func count(
        _ site: Site, _ handler: String, _ method: String, _ code: Int, isAtLeast count: Double = 1
    ) async {
        while (site.registry.value(of: HTTPMetric.requests, handler, method, "\(code)") ?? 0) < count {
            await Task.yield()
        }
    }

    @Test("Each request counts with its endpoint, method and status, and its time with the endpoint")
    func requests() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            for (method, path, handler, code) in [
                ("GET", "/health", "/health", 200), ("HEAD", "/health?x=1", "/health", 200),
                ("GET", "//-/%68ealthy/", "/-/healthy", 200), ("POST", "/metrics", "/metrics", 405),
                ("GET", "/api/v1/range?statistic=nope", "/api/v1/range", 404), ("GET", "/", "/", 200),
                ("POST", "/-/reload", "/-/reload", 403), ("GET", "/1/usage/records/my%2Findex", "/1/usage", 401),
                ("GET", "/nope", "other", 404), ("PUT", "/metrics/x", "other", 404),
            ] {
                #expect(try await web.send(method, path).status == code, "\(method) \(path)")
                await count(site, handler, method, code)
            }
            let page = try ExpositionPage(await web.get("/metrics").text)
            let buckets = page.samples(of: "algolia_exporter_http_request_duration_seconds_count")
            #expect(Set(buckets.keys.map { $0.labels["handler"] ?? "" }).contains("/health"))
            #expect(
                page.value("algolia_exporter_http_request_duration_seconds_count", ["handler": "/health"])
                    == .integer(2))
        }
    }

    @Test("A host that is refused and a path outside of the prefix count, too")
    func refused() async throws {
        let site = try Site()
        let paths = try WebPaths(routePrefix: "/p", externalURL: nil, telemetryPath: nil)
        let exporter = Exporter.test(site.history, site.clock, registry: site.registry, paths: paths) { [] }
        try await withServer(exporter) { web in
            #expect(try await web.get("/p/metrics", headers: ["Host": "evil.example"]).status == 421)
            await count(site, "/metrics", "GET", 421)
            #expect(try await web.get("/metrics").status == 404)
            await count(site, "other", "GET", 404)
            let all = try await web.raw("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(all.hasPrefix("HTTP/1.1 204 "))
            await count(site, "other", "OPTIONS", 204)
        }
    }

    @Test("Paths that clients make up add no series")
    func bounded() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            for number in 0..<40 {
                for path in [
                    "/x\(number)", "/1/usage/records/i\(number)", "/metrics?x=\(number)", "/health%\(10 + number)",
                ] {
                    _ = try await web.get(path)
                }
            }
            await count(site, "/metrics", "GET", 200, isAtLeast: 40)
            let samples = site.registry.samples(of: HTTPMetric.requests)
            #expect(Set(samples.compactMap { $0.labels["handler"] }) == ["other", "/1/usage", "/metrics"])
        }
    }

    @Test("The access log has a line for each request, without query, headers or line ends")
    func log() async throws {
        let site = try Site()
        let log = CapturedLog()
        try await withServer(site.exporter, accessLog: log.logger) { web in
            _ = try await web.get(
                "/api/v1/range?statistic=records&secret=in-query",
                headers: ["Authorization": "Bearer in-header", "X-Algolia-API-Key": "in-key", "Cookie": "in-cookie"])
            await count(site, "/api/v1/range", "GET", 400)
            _ = try await web.get("/a%0Alevel=error%0D")
            await count(site, "other", "GET", 404)
            _ = try await web.raw(
                "GET http://in-user:in-password@localhost/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
        }
        let lines = log.lines.filter { $0.hasPrefix("info HTTP request ") }
        let range = try #require(lines.first { $0.contains("/api/v1/range") })
        for field in [#""client": 127.0.0.1"#, #""method": GET"#, #""status": 400"#, #""path": /api/v1/range"#] {
            #expect(range.contains(field), "\(range)")
        }
        #expect(range.contains(#""duration": 0."#), "\(range)")
        #expect(log.lines.allSatisfy { !$0.contains("in-") && !$0.contains("statistic") }, "\(log.lines)")
        #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
    }

    @Test("Without the flag nothing is logged")
    func quiet() async throws {
        let site = try Site()
        let log = CapturedLog()
        try await withServer(site.exporter, logger: log.logger) { web in
            _ = try await web.get("/health")
            await count(site, "/health", "GET", 200)
        }
        #expect(log.lines.allSatisfy { !$0.contains("HTTP request") })
    }
}
