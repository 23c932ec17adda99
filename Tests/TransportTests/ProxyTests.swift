import AsyncHTTPClient
import NIOCore
import TestSupport
import Testing
import Transport

@Suite(
    "Requests through a proxy", .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"),
    .timeLimit(.minutes(30)))
struct ProxyTests {
    private static let rejected =
        "proxy P rejected CONNECT; check that it allows this host and port, and its user and password"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    private let folder = TemporaryFolder()

    /// Rules with one proxy for every URL.
    private func rules(_ port: Int, _ kind: ProxyServer.Kind = .http, credentials: String? = nil) -> ProxyRules {
        var rules = ProxyRules()
        let secret = credentials.map { SecretText(password: $0) }
        rules.https = ProxyServer(kind, host: "127.0.0.1", port: port, credentials: secret)
        rules.http = rules.https
        return rules
    }

    private func get(
        _ url: String, _ rules: ProxyRules, trusting authority: String? = nil, connecting seconds: Int64 = 600
    ) async throws -> Result<Int, TransportError> {
        var configuration = HTTPClient.Configuration.singleAttempt()
        configuration.timeout.connect = .seconds(seconds)
        let transport = AsyncHTTPTransport(
            configuration, proxies: rules, authorities: try CertificateAuthorities(file: authority))
        let result: Result<Int, TransportError>
        do throws(TransportError) {
            result = .success(
                try await transport.send(TransportRequest(url: url, headers: [], timeout: 900, maximumBody: 1000))
                    .status)
        } catch {
            result = .failure(error)
        }
        await transport.closed()
        return result
    }

    /// Why a request fails.
    private func reason(
        _ url: String, _ rules: ProxyRules, trusting authority: String? = nil, connecting seconds: Int64 = 600
    ) async throws -> String {
        guard
            case .failure(.connection(let reason)) = try await get(url, rules, trusting: authority, connecting: seconds)
        else { return "no failure of the connection" }
        return reason
    }

    @Test(
        "An https request is tunnelled by CONNECT to the host by its name, with TLS to the host",
        arguments: [
            ProxyServer.Kind.http, .socks5,
        ])
    func tunnel(kind: ProxyServer.Kind) async throws {
        let files = try await Tool.signedCertificate(folder, host: "usage.example.test")
        let server = try await RawServer(Self.answer, certificate: (files.certificate, files.key))
        let proxy = try await TestProxy { _ in .tunnel(port: server.port) }
        let result = try await get(
            "https://usage.example.test/1/usage", rules(proxy.port, kind), trusting: files.authority)
        #expect(result == .success(200))
        #expect(proxy.requests.map(\.target) == ["usage.example.test:443"])
        #expect(proxy.requests.first?.headers["proxy-authorization"] == nil)
        #expect(
            try await reason("https://usage.example.test/", rules(proxy.port, kind))
                == "TLS: certificate verify failed, through proxy 127.0.0.1:\(proxy.port)")
        try await proxy.stop()
        try await server.stop()
    }

    @Test("User and password of the proxy go to the proxy alone")
    func credentials() async throws {
        let server = try await RawServer(Self.answer)
        let proxy = try await TestProxy { request in
            request.headers["proxy-authorization"] == "Basic dXNlcjpwQHNzOndvcmQ="
                ? .tunnel(port: server.port)
                : .bytes("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        }
        let url = "http://usage.example.test:8080/"
        #expect(try await get(url, rules(proxy.port, credentials: "user:p@ss:word")) == .success(200))
        #expect(proxy.requests.map(\.target) == ["usage.example.test:8080"])
        #expect(
            try await reason(url, rules(proxy.port)) == "proxy 127.0.0.1:\(proxy.port) requires a user and password")
        #expect(
            try await reason(url, rules(proxy.port, credentials: "user:wrong"))
                == "proxy 127.0.0.1:\(proxy.port) rejected its user and password")
        try await proxy.stop()
        try await server.stop()
    }

    /// 127.1 is 127.0.0.1 to the system, and to the rules a name as any other.
    @Test(
        "Hosts of NO_PROXY and loopback are connected to directly",
        arguments: [
            ("127.1", "", true), ("127.1", "127.1", false), ("127.0.0.1", "", false), ("localhost", "", false),
        ])
    func exceptions(host: String, list: String, isProxied: Bool) async throws {
        let server = try await RawServer(Self.answer)
        let proxy = try await TestProxy { _ in .tunnel(port: server.port) }
        var rules = rules(proxy.port)
        rules.exceptions = NoProxyList(list)
        #expect(try await get("http://\(host):\(server.port)/", rules) == .success(200))
        #expect(proxy.requests.map(\.target) == (isProxied ? ["\(host):\(server.port)"] : []))
        try await proxy.stop()
        try await server.stop()
    }

    @Test(
        "A proxy that does not do its work is named with the reason",
        arguments: [
            (
                ProxyServer.Kind.http, TestProxy.Answer.bytes("HTTP/1.1 403 Filtered\r\nContent-Length: 2\r\n\r\nno"),
                rejected
            ),
            // tinyproxy's answer to a wrong password.
            (.http, .bytes("HTTP/1.0 401 Unauthorized\r\nProxy-Authenticate: Basic\r\n\r\n", closes: true), rejected),
            (.http, .bytes("HTTP/1.1 042 Odd\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), rejected),
            (.http, .bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"), rejected),
            (.http, .bytes("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), rejected),
            (.http, .bytes("", closes: true), "Remote connection closed, through proxy P"),
            (.http, .bytes("SSH-2.0-OpenSSH_9.2\r\n", closes: true), "Remote connection closed, through proxy P"),
            (.socks5, .bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), "proxy P does not speak SOCKS 5"),
            (.socks5, .bytes("\u{5}\u{2}"), "proxy P requires authentication, which is not supported for SOCKS"),
            (.socks5, .bytes("", closes: true), "proxy P closed the connection"),
            (.socks5, .socksReply(5), "proxy P cannot reach the host: SOCKS reply 5"),
        ])
    func failures(kind: ProxyServer.Kind, answer: TestProxy.Answer, reason expected: String) async throws {
        let proxy = try await TestProxy { _ in answer }
        let rules = rules(proxy.port, kind, credentials: kind == .http ? "user:s3cret" : nil)
        let reason = try await reason("https://usage.example.test/", rules)
        try await proxy.stop()
        #expect(reason.replacing("127.0.0.1:\(proxy.port)", with: "P") == expected)
    }

    @Test(
        "A proxy that says nothing, or nothing of its protocol, is given up after the time of a connection",
        arguments: [
            (ProxyServer.Kind.http, "", "proxy P sent no HTTP response to CONNECT in time"),
            (.http, "SSH-2.0-OpenSSH_9.2\r\n", "proxy P sent no HTTP response to CONNECT in time"),
            (.socks5, "", "proxy P sent no SOCKS response in time"),
        ])
    func silence(kind: ProxyServer.Kind, text: String, expected: String) async throws {
        let proxy = try await TestProxy { _ in .bytes(text) }
        let reason = try await reason("https://usage.example.test/", rules(proxy.port, kind), connecting: 3)
        try await proxy.stop()
        // On a busy machine the time may be over before the connection is made.
        #expect(
            [expected, "proxy P does not answer"].contains(reason.replacing("127.0.0.1:\(proxy.port)", with: "P")))
    }

    @Test("What stands for the host behind a proxy must speak TLS, too")
    func plain() async throws {
        let server = try await RawServer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        let proxy = try await TestProxy { _ in .tunnel(port: server.port) }
        let reason = try await reason("https://usage.example.test/", rules(proxy.port))
        #expect(reason == "TLS: wrong version number, through proxy 127.0.0.1:\(proxy.port)")
        try await proxy.stop()
        try await server.stop()
    }

    @Test("A proxy for every host is used for loopback, too")
    func always() async throws {
        let server = try await RawServer(Self.answer)
        let proxy = try await TestProxy { _ in .tunnel(port: server.port) }
        let rules = ProxyRules(always: ProxyServer(host: "127.0.0.1", port: proxy.port))
        #expect(try await get("http://localhost:\(server.port)/", rules) == .success(200))
        #expect(proxy.requests.map(\.target) == ["localhost:\(server.port)"])
        try await proxy.stop()
        try await server.stop()
    }

    @Test("A proxy that is down is told apart from a host that is")
    func down() async throws {
        // Port 1 of loopback: nobody listens there.
        for kind in [ProxyServer.Kind.http, .socks5] {
            #expect(
                try await reason("https://usage.example.test/", rules(1, kind))
                    == "cannot connect to proxy 127.0.0.1:1: connection refused")
        }
    }
}
