import Foundation
import TestSupport
import Testing
import UsageModel
import Web

@Suite("Headers of every response")
struct ResponseHeaderTests {
    private struct Fault: Error {}

    /// bcrypt of `s3cret`.
    private let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"
    private let headers: [WebSecurity.Header] = [
        .init("Content-Security-Policy", "default-src 'self'"), .init("X-Frame-Options", "deny"),
        .init("X-Content-Type-Options", "nosniff"), .init("X-XSS-Protection", "1; mode=block"),
        .init("Strict-Transport-Security", "max-age=31536000"),
    ]

    private func expectHeaders(
        _ answer: Answer, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == status, sourceLocation: sourceLocation)
        for header in headers {
            #expect(
                answer.header[header.name] == [header.value], "\(header.name) of \(status)",
                sourceLocation: sourceLocation)
        }
    }

    @Test("Configured headers are on answers of every kind, once, instead of the exporter's own")
    func everyStatus() async throws {
        let site = try Site()
        let exporter = Exporter.test(site.history, site.clock, reload: { throw Fault() }) { [] }
        try await withServer(exporter, security: WebSecurity(headers: headers)) { web in
            expectHeaders(try await web.get("/"), 200)
            expectHeaders(try await web.get("/metrics"), 200)
            expectHeaders(try await web.get("/api/v1/range"), 400)
            expectHeaders(try await web.get("/nothing"), 404)
            expectHeaders(try await web.send("POST", "/metrics"), 405)
            expectHeaders(try await web.send("HEAD", "/metrics"), 200)
            expectHeaders(try await web.send("POST", "/-/reload"), 500)
        }
        try await withServer(Site().exporter, security: WebSecurity(users: ["a": hash], headers: headers)) { web in
            expectHeaders(try await web.get("/metrics"), 401)
        }
    }

    @Test(
        "Requests that no handler sees get them as well",
        arguments: [
            ("NONSENSE\r\n\r\n", "501"), ("GET / HTTP/1.1\r\n\r\n", "400"),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n", "431"),
        ])
    func refusals(request: String, status: String) async throws {
        try await withServer(Site().exporter, security: WebSecurity(headers: headers)) { web in
            let answer = try await web.raw(request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            for header in headers {
                #expect(answer.components(separatedBy: "\(header.name): \(header.value)\r\n").count == 2, "\(answer)")
            }
        }
    }

    @Test("Without configured headers, answers have the exporter's own")
    func defaults() async throws {
        try await withServer(Site().exporter) { web in
            let page = try await web.get("/")
            #expect(page.header["X-Content-Type-Options"] == ["nosniff"])
            #expect(page.header["Content-Security-Policy"].first?.hasPrefix("default-src 'none'") == true)
            for name in ["X-Frame-Options", "X-XSS-Protection", "Strict-Transport-Security"] {
                #expect(page.header[name].isEmpty)
            }
        }
    }
}
