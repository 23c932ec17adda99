import TestSupport
import Testing
import Web

@Suite("Paths and methods")
struct RoutingTests {
    @Test(
        "A path that is not there is a problem document",
        arguments: ["/nope", "/api", "/api/v1", "/api/v1/rangefinder", "/api/v1/range/records", "/metrics.txt", "/%00"])
    func notFound(path: String) async throws {
        try await withServer(Site().exporter) { web in
            try await web.get(path).expectProblem(404)
            try await web.send("POST", path).expectProblem(404)
        }
    }

    @Test(
        "A method that is not served is refused with those that are",
        arguments: ["/metrics", "/", "/api/v1/range", "/indices/products"])
    func method(path: String) async throws {
        try await withServer(Site().exporter) { web in
            for method in ["POST", "PUT", "DELETE", "PATCH"] {
                let answer = try await web.send(method, path)
                try answer.expectProblem(405)
                #expect(answer.header["Allow"] == ["GET, HEAD"])
            }
        }
    }

    @Test(
        "HEAD never has a body, which would be taken for the next answer on the connection",
        .enabled(if: Tool.isInstalled("curl"), "curl is not installed"))
    func head() async throws {
        try await withServer(Site().exporter) { web in
            for path in ["/nope", "/api/v1/range", "/api/v1/range?statistic=nope", "/ready", "/metrics", "/"] {
                let get = try await web.get(path)
                // Told that it is a custom method, curl counts what comes as a body.
                let outcome = try await Tool.run(
                    "curl",
                    [
                        "-s", "-X", "HEAD", "-H", "Connection: close", "-o", "/dev/null", "-w",
                        "%{http_code} %{size_download}", web.url(path),
                    ])
                #expect(outcome.output == "\(get.status) 0", "\(path)")
            }
        }
    }

    @Test(
        "Where nothing is, a page is for those who prefer it to a document (RFC 9110, section 12.5.1)",
        arguments: [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true), ("text/html", true),
            ("application/json;q=0.5, text/html;q=0.5", true), ("*/*", false), ("application/json", false),
            ("text/html;q=0, */*", false), ("text/html;q=0.1, application/json", false),
            ("application/problem+json, text/html; q=0.9", false), (nil, false),
        ])
    func preference(accept: String?, isPage: Bool) async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get("/nope", headers: accept.map { ["Accept": $0] } ?? [:])
            #expect(answer.status == 404)
            #expect(answer.contentType == (isPage ? "text/html; charset=utf-8" : "application/problem+json"))
            #expect(!isPage || answer.header["Vary"] == ["Accept, Accept-Encoding"])
        }
    }

    @Test("What monitors add to an address does not matter", arguments: ["/", "/metrics", "/health", "/openapi.json"])
    func parameters(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get(path + "?verbose=1&verbose=2")
            #expect(answer.status == 200)
        }
    }
}
