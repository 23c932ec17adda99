import Foundation
import RemoteStorage
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Remote write: the check of a destination", .timeLimit(.minutes(30)))
struct RemoteWriteCheckTests {
    private func check(
        _ receiver: TestReceiver, change: (inout RemoteWriteDestination) -> Void = { _ in }
    ) async throws -> (works: Bool, text: String) {
        let server = try await ReceiverServer(receiver)
        var destination = server.destination("mimir")
        change(&destination)
        let result = await RemoteWriteCheck.check(destination, userAgent: "algolia-exporter/test")
        await server.stop()
        return result
    }

    @Test("A receiver that works is asked once, for nothing", arguments: [TestReceiver.Kind.version1, .version2])
    func works(kind: TestReceiver.Kind) async throws {
        let receiver = TestReceiver(kind)
        let result = try await check(receiver)
        #expect(result.works)
        #expect(result.text == "accepts an empty request")
        let requests = receiver.requests
        #expect(requests.map(\.message) == [.version1], "every receiver knows an empty message of 1.0")
        #expect(requests.first?.samples.isEmpty == true)
        #expect(requests.first?.headers["user-agent"] == "algolia-exporter/test")
        #expect(receiver.stored.isEmpty)
    }

    @Test("Where 2.0 is configured, it is asked with that")
    func configured() async throws {
        let receiver = TestReceiver(.version2)
        let result = try await check(receiver) { $0.message = .version2 }
        #expect(result.works)
        #expect(receiver.requests.map(\.message) == [.version2])
        let old = try await check(TestReceiver(.version1)) { $0.message = .version2 }
        #expect(!old.works)
        #expect(old.text.contains("supports only prometheus.WriteRequest"))
    }

    @Test(
        "What it answers is said in its words",
        arguments: [
            (400, "rejects an empty request: 400: unsupported path"),
            (401, "the receiver answered 401: unsupported path"),
            (404, "the receiver answered 404: unsupported path"),
            (413, "rejects an empty request: 413: unsupported path"),
            (429, "the receiver answered 429: unsupported path"), (500, "the receiver answered 500: unsupported path"),
            (302, "the receiver answered 302: unsupported path"),
        ])
    func refused(status: Int, text: String) async throws {
        let result = try await check(TestReceiver { _, _ in .status(status, body: "unsupported path\nmore") })
        #expect(!result.works)
        #expect(result.text == text)
    }

    @Test("The credentials are tried as they are, and never shown")
    func credentials() async throws {
        let receiver = TestReceiver { request, _ in
            request.headers["authorization"] == "Bearer right"
                ? nil : .status(401, body: "bad \(request.headers["authorization"] ?? "nothing")")
        }
        let right = try await check(receiver) {
            $0.credentials = .authorization(type: "Bearer", credentials: .value("right"))
        }
        #expect(right.works)
        let wrong = try await check(receiver) {
            $0.credentials = .authorization(type: "Bearer", credentials: .value("wrong-t0ken"))
        }
        #expect(!wrong.works)
        #expect(wrong.text == "the receiver answered 401: bad <redacted>")
        let missing = try await check(receiver) {
            $0.credentials = .authorization(type: "Bearer", credentials: .file("/nowhere/token"))
        }
        #expect(!missing.works)
        #expect(missing.text.contains("/nowhere/token"))
        #expect(receiver.requests.count == 2, "without its secret no request goes out")
    }

    @Test("It goes through the proxy that is set for the host")
    func proxy() async throws {
        let receiver = TestReceiver(.version1)
        let server = try await ReceiverServer(receiver)
        let port = try #require(URLComponents(string: server.url)?.port)
        let proxy = try await TestProxy { request in
            request.target.hasPrefix("mimir.") ? .tunnel(port: port) : .bytes("HTTP/1.1 403 No\r\n\r\n", closes: true)
        }
        var proxies = ProxyRules()
        proxies.http = ProxyServer(host: "127.0.0.1", port: proxy.port)
        var destination = server.destination("mimir")
        destination.url = "http://mimir.example.test:9009/api/v1/write"
        var result = await RemoteWriteCheck.check(destination, userAgent: "test", proxies: proxies)
        #expect(result.works)
        #expect(proxy.requests.map(\.target) == ["mimir.example.test:9009"])
        #expect(receiver.requests.count == 1)
        destination.url = "http://loki.example.test/"
        result = await RemoteWriteCheck.check(destination, userAgent: "test", proxies: proxies)
        #expect(!result.works)
        #expect(
            result.text == "proxy 127.0.0.1:\(proxy.port) rejected CONNECT; check that it allows this host and port, "
                + "and whether it requires a user and password")
        try await proxy.stop()
        await server.stop()
    }

    @Test("A destination's own proxy is used instead of the environment's, on loopback as well")
    func ownProxy() async throws {
        let receiver = TestReceiver(.version1)
        let server = try await ReceiverServer(receiver)
        let port = try #require(URLComponents(string: server.url)?.port)
        let environment = try await TestProxy { _ in .tunnel(port: port) }
        let own = try await TestProxy { request in
            request.headers["proxy-authorization"] == "Basic dTpwQHNz"
                ? .tunnel(port: port) : .bytes("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", closes: true)
        }
        var proxies = ProxyRules()
        proxies.http = ProxyServer(host: "127.0.0.1", port: environment.port)
        var destination = server.destination("mimir")
        destination.proxy = ProxyServer(host: "127.0.0.1", port: own.port, credentials: SecretText(password: "u:p@ss"))
        var result = await RemoteWriteCheck.check(destination, userAgent: "test", proxies: proxies)
        #expect(result.works, "\(result.text)")
        #expect(own.requests.map(\.target) == ["localhost:\(port)"])
        #expect(environment.requests.isEmpty)
        #expect(receiver.requests.count == 1)
        destination.proxy?.credentials = SecretText(password: "u:wr0ng")
        result = await RemoteWriteCheck.check(destination, userAgent: "test", proxies: proxies)
        #expect(!result.works)
        #expect(result.text == "proxy 127.0.0.1:\(own.port) rejected its user and password")
        try await own.stop()
        try await environment.stop()
        await server.stop()
    }

    @Test("Nobody at the address, an unknown host and a missing certificate are told apart")
    func unreachable() async {
        var destination = RemoteWriteDestination(name: "mimir", url: "http://127.0.0.1:1/")
        destination.timeout = 600
        var result = await RemoteWriteCheck.check(destination, userAgent: "test")
        #expect(!result.works && result.text == "connection refused")
        destination.tls.certificateAuthorityFile = "/nowhere/ca.pem"
        result = await RemoteWriteCheck.check(destination, userAgent: "test")
        #expect(!result.works)
        #expect(result.text == "remote_write mimir: /nowhere/ca.pem: the file does not exist")
    }
}
