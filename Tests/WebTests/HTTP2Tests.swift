import AsyncHTTPClient
import History
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import NIOTLS
import ServiceLifecycle
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("HTTP/2", .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
struct HTTP2Tests {
    private let folder = TemporaryFolder()

    private func security(_ headers: [WebSecurity.Header] = []) async throws -> WebSecurity {
        let (chain, key) = try await Tool.selfSignedCertificate(folder)
        return WebSecurity(certificate: .init(chain: chain, key: key), headers: headers)
    }

    /// A server with other limits than the usual ones.
    private func withServer(
        _ log: CapturedLog = CapturedLog(), _ change: (inout ConnectionLimits) -> Void,
        _ body: (_ port: Int, _ server: Task<Void, any Error>) async throws -> Void
    ) async throws {
        var limits = ConnectionLimits()
        (limits.firstRequest, limits.request, limits.idle, limits.window) = (3600, 3600, 3600, 3600)
        change(&limits)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let site = try Site()
        let server = try WebServer(
            site.exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], security: try await security(),
            limits: limits, logger: log.logger
        ) { port.yield($0[0].port ?? 0) }
        let running = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        try await body(try #require(await iterator.next()), running)
        running.cancel()
        _ = try? await running.value
        try site.history.close()
    }

    /// The protocol that the server chooses of those that a client offers; nil when it chooses none.
    private func agreed(_ port: Int, offering protocols: [String]) async throws -> String? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let (results, result) = AsyncStream.makeStream(of: String?.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.hours(1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
                    let negotiation = ApplicationProtocolNegotiationHandler { outcome in
                        if case .negotiated(let name) = outcome { result.yield(name) } else { result.yield(nil) }
                        return channel.eventLoop.makeSucceededVoidFuture()
                    }
                    try channel.pipeline.syncOperations.addHandlers([client, negotiation])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let name = await results.first { _ in true } ?? nil
        try? await channel.close()
        return name
    }

    @Test("Over TLS HTTP/2 is offered before HTTP/1.1, unless the web configuration says false")
    func negotiation() async throws {
        var security = try await security()
        for (http2, expected) in [(true, "h2"), (false, "http/1.1")] {
            security.http2 = http2
            try await WebTests.withServer(Site().exporter, security: security) { web in
                #expect(try await agreed(web.port, offering: ["http/1.1", "h2"]) == expected)
                #expect(try await agreed(web.port, offering: ["http/1.1"]) == "http/1.1")
                #expect(try await agreed(web.port, offering: []) == nil)
                let connection = try await TLSConnection(port: web.port)
                let head = try await connection.head("/health")
                #expect(head.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test("Answers are those of HTTP/1.1: status, headers, body")
    func answers() async throws {
        let security = try await security([.init("X-Frame-Options", "deny")])
        try await WebTests.withServer(Site().exporter, security: security) { web in
            func client(_ version: HTTPClient.Configuration.HTTPVersion) -> HTTPClient {
                var configuration = HTTPClient.Configuration(certificateVerification: .none)
                configuration.httpVersion = version
                configuration.timeout.connect = .hours(1)
                return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            }
            let (new, old) = (client(.automatic), client(.http1Only))
            let requests: [(HTTPMethod, String)] = [
                (.GET, "/health"), (.HEAD, "/health"), (.GET, "/openapi.json"), (.HEAD, "/openapi.json"),
                (.GET, "/"), (.GET, "/nothing"), (.POST, "/health"), (.OPTIONS, "/health"), (.GET, "/api/v1/%"),
            ]
            for (method, path) in requests {
                var answers: [(version: HTTPVersion, status: UInt, headers: [String], body: Int)] = []
                for http in [new, old] {
                    var request = HTTPClientRequest(url: "https://localhost:\(web.port)\(path)")
                    request.method = method
                    let answer = try await http.execute(request, timeout: .hours(1))
                    let body = try await answer.body.collect(upTo: 1 << 24)
                    let headers = answer.headers.map { "\($0.name.lowercased()): \($0.value)" }
                        .filter { !["date", "transfer-encoding", "connection"].contains($0.prefix { $0 != ":" }) }
                    answers.append((answer.version, answer.status.code, headers.sorted(), body.readableBytes))
                }
                #expect(answers[0].version == .http2 && answers[1].version == .http1_1)
                #expect(answers[0].status == answers[1].status, "\(method) \(path)")
                #expect(answers[0].headers == answers[1].headers, "\(method) \(path)")
                #expect(answers[0].body == answers[1].body, "\(method) \(path)")
                #expect(answers[0].headers.contains("x-frame-options: deny"))
            }
            try await new.shutdown()
            try await old.shutdown()
        }
    }

    @Test("The client of another name, of none, and of a wrong target is told so, and the connection goes on")
    func heads() async throws {
        try await withServer { _ in
        } _: { port, _ in
            let client = try await HTTP2Client(port: port)
            let cases: [(path: String, method: String, fields: [(String, String)], status: String)] = [
                ("/health", "GET", [("host", "localhost")], "200"), ("/health", "GET", [("host", "other")], "400"),
                ("/health", "GET", [("host", "localhost"), ("host", "localhost")], "400"), ("health", "GET", [], "400"),
                ("*", "GET", [], "400"), ("*", "OPTIONS", [], "204"), ("/health", "GET", [("expect", "x")], "417"),
                ("/health", "GET", [("te", "trailers")], "200"),
            ]
            for (number, (path, method, fields, status)) in cases.enumerated() {
                let stream = 2 * number + 1
                try await client.ask(path, on: stream, method: method, fields)
                #expect(await client.status(of: stream) == status, "\(method) \(path) \(fields)")
            }
        }
    }

    @Test("An answer that comes before the end of its request ends the request too")
    func earlyAnswer() async throws {
        try await withServer { _ in
        } _: { port, _ in
            let client = try await HTTP2Client(port: port)
            try await client.ask("/health", on: 1, method: "POST", isWhole: false)
            #expect(await client.status(of: 1) == "405")
            #expect(await client.reset(of: 1) == .noError)
            try await client.ask("/health", on: 3)
            #expect(await client.status(of: 3) == "200")
        }
    }

    @Test("A connection whose handshake does not end, and one without a request, are closed after their time")
    func silence() async throws {
        try await withServer {
            $0.firstRequest = 0.3
            $0.window = 0.2
        } _: { port, _ in
            let silent = try RawConnection(port: port)
            #expect(try await silent.receive() == "")
            // On a busy machine it is closed before the handshake has ended.
            if let client = try? await HTTP2Client(port: port) { await client.end() }
        }
    }

    @Test("A connection without a stream is told so, and closed after its time; one with a stream is not")
    func idle() async throws {
        try await withServer {
            $0.idle = 0.3
            $0.window = 0.2
        } _: { port, _ in
            let client = try await HTTP2Client(port: port)
            // On a busy machine its time is over before.
            try? await client.ask("/health", on: 1)
            #expect(await client.goodbye() == .noError)
            await client.end()
        }
    }

    // Fault (Clients): An HTTP/2 client that opens no window
    // Done: no `WINDOW_UPDATE`
    // Seen: it loses the stream
    // Lost: its own answer
    @Test("A client that opens no window for its answer loses the stream, and not the connection")
    func closedWindow() async throws {
        let log = CapturedLog()
        try await withServer(log) {
            $0.window = 0.4
        } _: { port, _ in
            let client = try await HTTP2Client(port: port, window: 0)
            try await client.ask("/openapi.json", on: 1)
            #expect(await client.reset(of: 1) == .cancel)
            try await client.ask("/health", on: 3, method: "HEAD")
            #expect(await client.status(of: 3) == "200")
        }
        #expect(log.lines.count { $0.contains("bytes of a response over HTTP/2 in 0.4 s; reset its stream") } == 1)
    }

    @Test("A request whose body does not come loses the stream, and not the connection")
    func slowRequest() async throws {
        let log = CapturedLog()
        try await withServer(log) {
            $0.request = 0.3
            $0.window = 0.2
        } _: { port, _ in
            let client = try await HTTP2Client(port: port)
            try await client.ask("/grafana/search", on: 1, method: "POST", isWhole: false)
            #expect(await client.reset(of: 1) == .cancel)
            try await client.ask("/health", on: 3)
            #expect(await client.status(of: 3) == "200")
        }
        #expect(log.lines.count { $0.contains("a whole request over HTTP/2 within 0.3 s; reset its stream") } == 1)
    }

    @Test("Requests beside another of their connection are refused when there are too many, the first of each never")
    func places() async throws {
        let log = CapturedLog()
        try await withServer(log) {
            $0.maximum = 2
        } _: { port, _ in
            // Without a window no answer ends.
            let first = try await HTTP2Client(port: port, window: 0)
            for stream in [1, 3, 5] {
                try await first.ask("/openapi.json", on: stream)
                #expect(await first.status(of: stream) == "200")
            }
            try await first.ask("/openapi.json", on: 7)
            #expect(await first.status(of: 7) == "\(HTTP2ErrorCode.refusedStream)")
            let second = try await HTTP2Client(port: port, window: 0)
            try await second.ask("/openapi.json", on: 1)
            #expect(await second.status(of: 1) == "200")
            try await second.ask("/openapi.json", on: 3)
            #expect(await second.status(of: 3) == "\(HTTP2ErrorCode.refusedStream)")
            // What ends makes room for others.
            try await first.send(.rstStream(.cancel), on: 3)
            for stream in stride(from: 5, to: 1 << 20, by: 2) {
                try await second.ask("/openapi.json", on: stream)
                if await second.status(of: stream) == "200" { break }
            }
        }
        #expect(log.lines.count { $0.contains("2 requests over HTTP/2 are being answered beside others") } == 1)
    }

    // Fault (Clients): Rapid reset of HTTP/2 streams
    // Done: streams that are opened and reset
    // Seen: the connection ends, and the log says so
    // Lost: nothing
    @Test("Requests that are reset again and again end their connection, and the log says so")
    func rapidReset() async throws {
        let log = CapturedLog()
        try await withServer(log) { _ in
        } _: { port, _ in
            let client = try await HTTP2Client(port: port)
            // However slowly they are sent: those of half a minute count.
            var stream = 1
            while (try? await client.ask("/metrics", on: stream)) != nil,
                (try? await client.send(.rstStream(.cancel), on: stream)) != nil
            {
                stream += 2
            }
            #expect([.enhanceYourCalm, nil].contains(await client.goodbye()))
            await client.end()
            let other = try await HTTP2Client(port: port)
            try await other.ask("/health", on: 1)
            #expect(await other.status(of: 1) == "200")
        }
        #expect(log.lines.count { $0.contains("forbids (ExcessiveRSTFrames); closed its connection") } == 1)
    }

    @Test("A server that stops says goodbye, and what it has begun to answer is answered")
    func graceful() async throws {
        let site = try Site()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var limits = ConnectionLimits()
        // On a slow machine the client may take long to read.
        (limits.shutdown, limits.window) = (3600, 3600)
        let server = try WebServer(
            site.exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], security: try await security(),
            limits: limits, logger: CapturedLog().logger
        ) { port.yield($0[0].port ?? 0) }
        let group = ServiceGroup(services: [server], logger: CapturedLog().logger)
        let running = Task { try await group.run() }
        let number = try #require(await ports.first { _ in true })
        let client = try await HTTP2Client(port: number, window: 0)
        try await client.ask("/openapi.json", on: 1)
        #expect(await client.status(of: 1) == "200")
        await group.triggerGracefulShutdown()
        #expect(await client.goodbye() == .noError)
        try await client.send(.windowUpdate(windowSizeIncrement: 1 << 24))
        try await client.send(.windowUpdate(windowSizeIncrement: 1 << 24), on: 1)
        let isWhole = await client.first { frame -> Bool? in
            guard case .data(let data) = frame.payload, data.endStream else { return nil }
            return true
        }
        #expect(isWhole == true)
        await client.end()
        try await running.value
        try site.history.close()
    }

    @Test("A connection whose client has closed it is forgotten")
    func closedByTheClient() async throws {
        try await withServer {
            $0.maximum = 1
        } _: { port, _ in
            for _ in 0..<20 {
                let client = try await HTTP2Client(port: port)
                try await client.ask("/health", on: 1)
                #expect(await client.status(of: 1) == "200")
            }
        }
    }
}
