import AsyncHTTPClient
import Foundation
import History
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import TestSupport
import Testing
import Transport
import Web
import UsageModel

@Suite("TLS and authentication")
struct SecurityTests {
    /// bcrypt of `s3cret`.
    private let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"

    private func authorization(_ text: String) -> HTTPHeaders {
        ["Authorization": "Basic \(Data(text.utf8).base64EncodedString())"]
    }

    /// The status of `path` on a server that is protected by `security`.
    private func status(
        _ path: String, security: WebSecurity, scheme: String = "http", headers: HTTPHeaders = [:]
    ) async throws -> UInt {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let site = try Site()
        let server = try WebServer(
            site.exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], security: security,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { port.yield($0[0].port ?? 0) }
        let running = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        var configuration = HTTPClient.Configuration(certificateVerification: .none)
        configuration.httpVersion = .http1Only
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var request = HTTPClientRequest(url: "\(scheme)://127.0.0.1:\(number)\(path)")
        request.headers = headers
        let answer = try? await http.execute(request, timeout: .seconds(3600))
        _ = try? await answer?.body.collect(upTo: 1 << 24)
        try await http.shutdown()
        running.cancel()
        _ = try? await running.value
        try site.history.close()
        return answer?.status.code ?? 0
    }

    @Test("With users, every path but health needs the right password of a known one")
    func users() async throws {
        let security = WebSecurity(users: ["alice": hash])
        #expect(try await status("/metrics", security: security) == 401)
        #expect(try await status("/metrics", security: security, headers: authorization("alice:s3cret")) == 200)
        for wrong in ["alice:secret", "alice:", "bob:s3cret", "alice", ":s3cret", "alice:s3cret:x"] {
            #expect(try await status("/metrics", security: security, headers: authorization(wrong)) == 401)
        }
        #expect(try await status("/metrics", security: security, headers: ["Authorization": "Bearer x"]) == 401)
        for open in ["/health", "/-/healthy"] { #expect(try await status(open, security: security) == 200) }
        for path in ["/ready", "/-/ready", "/"] { #expect(try await status(path, security: security) == 401) }
    }

    @Test(
        "With a certificate, HTTPS is served and HTTP is not",
        .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
    func certificate() async throws {
        let folder = TemporaryFolder()
        let (chain, key) = try await Tool.selfSignedCertificate(folder)
        let security = WebSecurity(certificate: .init(chain: chain, key: key))
        #expect(try await status("/health", security: security, scheme: "https") == 200)
        #expect(try await status("/health", security: security) == 0)
        #expect(throws: TLSFileError.self) {
            try WebServer.checked(WebSecurity(certificate: .init(chain: key, key: key)))
        }
        #expect(throws: TLSFileError.self) {
            try WebServer.checked(WebSecurity(certificate: .init(chain: chain, key: "/nowhere")))
        }
    }
}

extension WebServer {
    fileprivate static func checked(_ security: WebSecurity) throws -> WebServer {
        try WebServer(
            Site().exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], security: security,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
