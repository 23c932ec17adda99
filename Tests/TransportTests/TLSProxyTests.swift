import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL
import TestSupport
import Testing
import Transport

@Suite(
    "Requests through a proxy that is reached over TLS",
    .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"), .timeLimit(.minutes(30)))
struct TLSProxyTests {
    private let folder = TemporaryFolder()

    /// A proxy on localhost with a certificate, and the file of its authority.
    private func proxy(
        _ answer: @escaping @Sendable (TestProxy.Request) -> TestProxy.Answer
    ) async throws -> (proxy: TestProxy, authority: String) {
        let files = try await Tool.signedCertificate(folder, host: "localhost")
        let context = try NIOSSLContext(
            configuration: .server(certificateFile: files.certificate, keyFile: files.key))
        let proxy = try await TestProxy(
            preparing: { try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }, answer)
        return (proxy, files.authority)
    }

    /// The answer to the last of some requests through `port` of localhost.
    private func get(
        _ url: String, port: Int, credentials: String? = nil, trusting authority: String?, times: Int = 1
    ) async throws -> TransportAnswer {
        var configuration = HTTPClient.Configuration.singleAttempt()
        configuration.timeout.connect = .seconds(600)
        let secret = credentials.map { SecretText(password: $0) }
        let transport = AsyncHTTPTransport(
            configuration,
            proxies: ProxyRules(always: ProxyServer(.https, host: "localhost", port: port, credentials: secret)),
            authorities: try CertificateAuthorities(file: authority))
        let request = TransportRequest(url: url, headers: [], timeout: 900, maximumBody: 100_000_000)
        do {
            for _ in 1..<times { _ = try await transport.send(request) }
            let answer = try await transport.send(request)
            await transport.closed()
            return answer
        } catch {
            await transport.closed()
            throw error
        }
    }

    /// Why a request fails.
    private func reason(
        _ url: String = "https://usage.example.test/", port: Int, credentials: String? = nil,
        trusting authority: String? = nil
    ) async throws -> String {
        do {
            return "status \(try await get(url, port: port, credentials: credentials, trusting: authority).status)"
        } catch TransportError.connection(let reason) {
            return reason
        }
    }

    @Test("It is asked by CONNECT with its user and password, and TLS to the host goes through")
    func tunnel() async throws {
        let files = try await Tool.signedCertificate(folder, host: "usage.example.test")
        let server = try await RawServer(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", certificate: (files.certificate, files.key))
        let (proxy, authority) = try await proxy { request in
            request.headers["proxy-authorization"] == "Basic dTpwQHNz"
                ? .tunnel(port: server.port) : .bytes("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        }
        let both = folder.file("both.pem")
        try [authority, files.authority].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
            .write(toFile: both, atomically: true, encoding: .utf8)
        let url = "https://usage.example.test/1/usage"
        let answer = try await get(url, port: proxy.port, credentials: "u:p@ss", trusting: both, times: 2)
        #expect(answer.status == 200)
        #expect(Set(proxy.requests.map(\.target)) == ["usage.example.test:443"])
        #expect(
            try await reason(url, port: proxy.port, credentials: "u:wr0ng", trusting: both)
                == "proxy localhost:\(proxy.port) rejected its user and password")
        #expect(
            try await reason(url, port: proxy.port, credentials: "u:p@ss", trusting: authority)
                == "TLS: certificate verify failed, through proxy localhost:\(proxy.port)")
        try await proxy.stop()
        try await server.stop()
    }

    @Test("An answer comes whole, however long it is")
    func long() async throws {
        let body = String(repeating: "0123456789", count: 2_000_000)
        let server = try await RawServer("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let (proxy, authority) = try await proxy { _ in .tunnel(port: server.port) }
        let answer = try await get("http://usage.example.test/", port: proxy.port, trusting: authority)
        #expect(answer.body.readableBytes == body.utf8.count)
        #expect(String(buffer: answer.body) == body)
        try await proxy.stop()
        try await server.stop()
    }

    @Test("A proxy that is not trusted, does not speak TLS or is down is named with the reason")
    func failures() async throws {
        let (proxy, _) = try await proxy { _ in .bytes("") }
        #expect(
            try await reason(port: proxy.port)
                == "cannot connect to proxy localhost:\(proxy.port): TLS: certificate verify failed")
        try await proxy.stop()
        let plain = try await RawServer("HTTP/1.1 400 Bad Request\r\n\r\n")
        #expect(
            try await reason(port: plain.port)
                == "cannot connect to proxy localhost:\(plain.port): TLS: wrong version number")
        try await plain.stop()
        // Port 1 of loopback: nobody listens there.
        #expect(try await reason(port: 1) == "cannot connect to proxy localhost:1: connection refused")
    }
}
