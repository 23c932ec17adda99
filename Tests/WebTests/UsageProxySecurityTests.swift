import AlgoliaClient
import Foundation
import History
import Synchronization
import TestSupport
import Testing
import Transport
import UsageModel

@testable import Web

@Suite("Access to the usage proxy")
struct UsageProxySecurityTests {
    /// bcrypt of `s3cret`.
    private let security = WebSecurity(users: [
        "alice": "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"
    ])

    @Test("The key is the password: the exporter's own users are not asked for, and are of no use")
    func exempt() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.proxy(), security: security) { web in
            let answer = try await web.usage("records", from: midnight, to: midnight + 3600)
            #expect(answer.status == 200 && !answer.text.isEmpty)
            let alice = ["Authorization": "Basic \(Data("alice:s3cret".utf8).base64EncodedString())"]
            let target = "/1/usage/records?startDate=2026-07-15T00:00:00Z&endDate=2026-07-16T00:00:00Z"
            #expect(try await web.get(target, headers: alice).status == 401)
            #expect(try await web.get(target).header["WWW-Authenticate"].isEmpty)
            for path in ["/1", "/metrics", "/1usage", "/api/v1/../../1/usage/records"] {
                #expect(try await web.get(path).status == 401, "\(path)")
            }
        }
    }

    @Test("A key that changes counts from the next request on; an application without a key has no access")
    func rotation() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        let key = Mutex<String?>("old")
        let gateway = UsageGateway(usageKey: { _ in key.withLock { $0.flatMap { SecretText(key: $0) } } })
        try await withServer(site.exporter(usage: gateway) { [] }) { web in
            func expect(_ sent: String, _ status: Int) async throws {
                let answer = try await web.usage(
                    "records", from: midnight, to: midnight + 3600, headers: ["X-Algolia-API-Key": sent])
                #expect(answer.status == status)
            }
            try await expect("old", 200)
            key.withLock { $0 = "new" }
            try await expect("old", 401)
            try await expect("new", 200)
            key.withLock { $0 = nil }
            try await expect("new", 401)
        }
    }

    @Test("By default no application is known")
    func unconfigured() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let answer = try await web.usage("records", from: midnight, to: midnight + 3600)
            #expect(answer.status == 401)
        }
    }

    @Test("Keys are equal when all their bytes are")
    func comparison() {
        #expect(UsageAccess.isEqual("0123abcd", "0123abcd"))
        for other in ["", "0", "0123abc", "0123abce", "1123abcd", "0123abcd0", "0123abcd0123abcd", "0123ABCD"] {
            #expect(!UsageAccess.isEqual(other, "0123abcd"), "\(other)")
        }
        #expect(!UsageAccess.isEqual("", ""))
        #expect(!UsageAccess.isEqual("e\u{301}", "\u{e9}"))
    }

    // Fault (Secrets): A key sent to the usage proxy
    // Done: at the most verbose level
    // Seen: it is in no answer and in no log
    // Lost: nothing
    @Test("The key is in no answer and no log")
    func secrecy() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        let log = CapturedLog()
        let secret = "usage-key"
        try await withServer(site.proxy(), logger: log.logger) { web in
            func expectNoKey(_ answer: Answer) {
                #expect(!answer.text.contains(secret))
            }
            for path in ["records", "nope", "records/nowhere", "a/b/c"] {
                expectNoKey(try await web.usage(path, from: midnight, to: midnight + 3600))
            }
            expectNoKey(try await web.get("/openapi.json"))
            let wrong = ["X-Algolia-API-Key": "usage-key-wrong"]
            expectNoKey(try await web.usage("records", from: midnight, to: midnight + 3600, headers: wrong))
            try site.history.close()
            expectNoKey(try await web.usage("records", from: midnight, to: midnight + 3600))
        }
        let lines = log.lines
        #expect(lines.contains { $0.contains("request failed") })
        #expect(!lines.contains { $0.contains(secret) })
    }
}
