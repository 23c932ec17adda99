import Foundation
import History
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing
import Web

@Suite("Connections")
struct ConnectionTests {
    /// A connection whose client reads only when it is told to.
    private func connect(_ port: Int, reads: Bool = true) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: "127.0.0.1", port: port).get()
    }

    private func withServer(
        _ limits: ConnectionLimits, _ log: CapturedLog = CapturedLog(), _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let site = try Site()
        let server = try WebServer(
            site.exporter, host: "127.0.0.1", port: 0, limits: limits, logger: log.logger
        ) { port.yield($0) }
        let running = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        try await body(try #require(await iterator.next()))
        running.cancel()
        _ = try? await running.value
        try site.history.close()
    }

    private func send(_ text: String, on channel: any Channel) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    @Test("A connection beyond the limit takes the place of the one that has been idle for the longest")
    func eviction() async throws {
        var limits = ConnectionLimits()
        limits.maximum = 4
        let log = CapturedLog()
        try await withServer(limits, log) { port in
            let first = try await connect(port)
            var others: [any Channel] = []
            for _ in 0..<4 { others.append(try await connect(port)) }
            try await first.closeFuture.get()
            #expect(log.lines.count { $0.contains("HTTP connections are in use") } == 1)
            for channel in others { try? await channel.close() }
        }
    }

    @Test("A connection without a request, and one with half a request, are closed after their time")
    func silence() async throws {
        var limits = ConnectionLimits()
        (limits.firstRequest, limits.request, limits.window) = (0.3, 0.3, 0.2)
        try await withServer(limits) { port in
            try await connect(port).closeFuture.get()
            let half = try await connect(port)
            // On a busy machine its time may be over already.
            try? await send("POST /grafana/search HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", on: half)
            try await half.closeFuture.get()
        }
    }

    @Test("A client that does not read its answer is let go of, and the log says so")
    func slowReader() async throws {
        var limits = ConnectionLimits()
        limits.window = 0.4
        let log = CapturedLog()
        try await withServer(limits, log) { port in
            let silent = try await connect(port, reads: false)
            // More than the buffers of both systems hold.
            let requests = String(repeating: "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 400)
            try await send(requests, on: silent)
            while !log.lines.contains(where: { $0.contains("a client read less than") }) {
                try await Task.sleep(for: .milliseconds(50))
            }
            try? await silent.close()
        }
    }
}
