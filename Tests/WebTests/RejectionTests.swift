import Exposition
import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("What is refused is counted by its reason")
struct RejectionTests {
    /// bcrypt of `s3cret`, cost 4.
    private let users = ["alice": "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"]

    private func count(_ site: Site, _ reason: HTTPMetric.Rejection) -> Double? {
        site.registry.value(of: HTTPMetric.rejections, reason.rawValue)
    }

    // Fault (Clients): Requests beyond a limit of their size, for another host, against HTTP
    // Done: a long head, a long body, a body that is long when it is decompressed, a foreign `Host`, two of them
    // Seen: 431, 413, 421 and 400; each is counted by its reason
    // Lost: nothing
    @Test("Heads, bodies, hosts and what HTTP forbids")
    func requests() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            let long = String(repeating: "x", count: 100_000)
            #expect(try await web.raw("GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n").hasPrefix("HTTP/1.1 431 "))
            #expect(count(site, .head) == 1)
            let body = [UInt8](repeating: 0x20, count: 1 << 20 + 1)
            for path in ["/grafana/query", "/api/v1/read"] {
                try await web.send("POST", path, body: body).expectProblem(413, parameter: "body")
            }
            #expect(count(site, .body) == 2)
            #expect(try await web.get("/", headers: ["Host": "evil.example"]).status == 421)
            #expect(count(site, .host) == 1)
            let double = try await web.raw("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n")
            #expect(double.hasPrefix("HTTP/1.1 400 "))
            #expect(count(site, .protocol) == 1)
        }
    }

    @Test("Passwords, once too many were wrong")
    func passwords() async throws {
        let site = try Site()
        try await withServer(site.exporter, security: WebSecurity(users: users)) { web in
            func ask() async throws -> Int {
                try await web.get("/metrics", headers: ["Authorization": "Basic YWxpY2U6d3Jvbmc="]).status
            }
            var answers: [Int] = []
            for _ in 0..<Passwords.mostFailures { answers.append(try await ask()) }
            #expect(answers.allSatisfy { $0 == 401 } && count(site, .password) == 0)
            let last = try await ask()
            #expect(last == 429)
            #expect(count(site, .password) == 1)
        }
    }

    // Fault (Clients): Paths that no router sees
    // Done: asked for behind passwords: outside of the prefix, badly encoded, `OPTIONS *`
    // Seen: 401, as everywhere but at `/health`
    // Lost: nothing
    @Test("Behind passwords every target asks for one, also what is outside of the prefix or no path at all")
    func targets() async throws {
        let site = try Site()
        let exporter = Exporter.test(
            site.history, site.clock, paths: try WebPaths(routePrefix: "/ops", externalURL: nil, telemetryPath: nil)
        ) { [site] in
            _ = site
            return []
        }
        try await withServer(exporter, security: WebSecurity(users: users)) { web in
            for target in [
                "GET /", "GET /metrics", "HEAD /metrics", "GET /ops/%zz", "POST /x", "GET //ops/metrics", "OPTIONS *",
            ] {
                let answer = try await web.raw("\(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 401 ") && !answer.contains("/ops"), "\(target): \(answer)")
            }
            #expect(try await web.get("/ops/health").status == 200)
            let known = try await web.get("/", headers: ["Authorization": "Basic YWxpY2U6czNjcmV0"])
            #expect(known.status == 200 || known.status == 302)
        }
    }
}
