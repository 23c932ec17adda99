import Exposition
import Foundation
import History
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing
import UsageModel

@testable import Web

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
        _ limits: ConnectionLimits, _ log: CapturedLog = CapturedLog(), registry: MetricsRegistry? = nil,
        _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let site = try Site(registry: registry ?? MetricsRegistry())
        let server = try WebServer(
            site.exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], limits: limits, logger: log.logger
        ) { port.yield($0[0].port ?? 0) }
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

    /// A server whose connections do nothing, and so many clients.
    private func withChannels(
        _ count: Int, _ body: (_ server: any Channel, _ channels: [any Channel]) async throws -> Void
    ) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        var channels: [any Channel] = []
        for _ in 0..<count { channels.append(try await connect(port)) }
        try await body(server, channels)
        for channel in channels { try? await channel.close() }
        try await server.close()
    }

    @Test("A connection beyond the limit takes the place of the one that has been idle for the longest")
    func eviction() async throws {
        var limits = ConnectionLimits()
        limits.maximum = 4
        let (log, registry) = (CapturedLog(), MetricsRegistry())
        let connections = Connections(limits, rejections: Rejections(registry), logger: log.logger)
        var accepted = AcceptedConnections(connections: connections)
        try await withChannels(7) { _, channels in
            for channel in channels.prefix(4) {
                accepted.connectionOpened()
                connections.add(channel)
            }
            // The first is busy, and the second was idle most recently.
            connections.setBusy(channels[0])
            connections.setIdle(channels[1])
            #expect(log.lines.isEmpty && accepted.isAcceptingNewConnections())
            for (opened, expected) in [(4, 2), (5, 3), (6, 1)] {
                accepted.connectionOpened()
                connections.add(channels[opened])
                try await channels[expected].closeFuture.get()
                connections.remove(channels[expected])
                accepted.connectionClosed()
            }
            #expect(channels[0].isActive)
            #expect(log.lines.count { $0.contains("HTTP connections are in use") } == 1)
            #expect(registry.value(of: HTTPMetric.rejections, "room") == 3)
        }
    }

    // Fault (Clients): More connections than the limit
    // Done: 50 idle ones at a limit of 4
    // Seen: the longest idle ones are closed; everyone else is answered
    // Lost: nothing
    @Test("However many connect at once, the server goes on answering")
    func many() async throws {
        var limits = ConnectionLimits()
        limits.maximum = 4
        let log = CapturedLog()
        try await withServer(limits, log) { port in
            var idle: [RawConnection] = []
            for _ in 0..<50 { idle.append(try RawConnection(port: port)) }
            let client = WebClient(port: port)
            #expect(try await client.raw("GET /health HTTP/1.0\r\n\r\n").contains("200 OK"))
            #expect(log.lines.count { $0.contains("HTTP connections are in use") } == 1)
            withExtendedLifetime(idle) {}
            try await client.shutdown()
        }
    }

    // Fault (Clients): No descriptors left
    // Done: `accept` fails
    // Seen: one warning; it accepts again when there are some
    // Lost: nothing
    @Test("A server that cannot accept, for want of descriptors, waits, says so once, and accepts again")
    func acceptBackoff() async throws {
        final class Passed: ChannelInboundHandler, Sendable {
            typealias InboundIn = any Channel
            let errors: AsyncStream<any Error>.Continuation
            init(_ errors: AsyncStream<any Error>.Continuation) { self.errors = errors }
            func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.yield(error) }
        }
        let log = CapturedLog()
        let connections = Connections(ConnectionLimits(), rejections: Rejections(MetricsRegistry()), logger: log.logger)
        let (passed, errors) = AsyncStream.makeStream(of: (any Error).self)
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers([AcceptBackoff(connections), Passed(errors)])
                }
            }
            .childChannelInitializer { channel in
                arrived.yield()
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let isPaused = try await server.eventLoop.submit {
            for code in [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED] {
                server.pipeline.syncOperations.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            }
            let isPaused = try server.syncOptions?.getOption(.autoRead) == false
            server.pipeline.syncOperations.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
            return isPaused
        }.get()
        #expect(isPaused)
        // Nothing but the last error is the end of a server.
        let error = await passed.first { _ in true }
        #expect((error as? IOError)?.errnoCode == EBADF)
        let client = try await connect(try #require(server.localAddress?.port))
        await arrivals.first { _ in true }
        #expect(try await server.getOption(.autoRead).get())
        #expect(log.lines.count == 1 && log.lines[0].contains("cannot accept a connection"))
        #expect(log.lines[0].hasPrefix("warning") && log.lines[0].contains("`ulimit -n`"))
        try? await client.close()
        try await server.close()
    }

    @Test("Connections leave descriptors for everything else that opens files")
    func spareDescriptors() throws {
        for (limit, maximum) in [(0, 512), (64, 8), (128, 48), (1024, 512), (1_048_576, 512)] {
            #expect(ConnectionLimits(descriptorLimit: limit).maximum == maximum)
        }
        #expect(ConnectionLimits().hasSpareDescriptors)
        #expect(ConnectionLimits(descriptorLimit: 1 << 30).hasSpareDescriptors)
        // All three are standard input, output and error.
        #expect(!ConnectionLimits(descriptorLimit: 3).hasSpareDescriptors)
    }

    // Fault (Clients): A client that reads its answer slowly
    // Done: 4 kB now and then
    // Seen: it is disconnected and counted
    // Lost: its own answer
    @Test("A client that takes 4 kB now and then is let go of, like one that takes nothing")
    func tricklingReader() async throws {
        var limits = ConnectionLimits()
        limits.window = 1
        let log = CapturedLog()
        try await withServer(limits, log) { port in
            let slow = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .channelOption(.maxMessagesPerRead, value: 1)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
                .channelOption(.socketOption(.so_rcvbuf), value: 4096)
                .connect(host: "127.0.0.1", port: port).get()
            try? await send(Self.manyRequests, on: slow)
            // On a busy machine it reads even more slowly.
            while !log.lines.contains(where: { $0.contains("a client read fewer than 65536 bytes") }) {
                slow.read()
                try await Task.sleep(for: .milliseconds(250))
            }
            try? await slow.close()
        }
    }

    /// Their answers are more than the buffers of both systems hold.
    private static let manyRequests = String(
        repeating: "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 400)

    // Fault (Clients): Connections without a request, or with half of one
    // Done: slow senders
    // Seen: closed after their time; half a request is counted
    // Lost: nothing
    @Test(
        "A connection without a request, and one with half a request, are closed after their time; half ones are counted"
    )
    func silence() async throws {
        var limits = ConnectionLimits()
        (limits.firstRequest, limits.request, limits.idle, limits.window) = (0.3, 0.3, 0.3, 0.2)
        let registry = MetricsRegistry()
        func slow() -> Double? { registry.value(of: HTTPMetric.rejections, "slow_request") }
        try await withServer(limits, registry: registry) { port in
            try await connect(port).closeFuture.get()
            #expect(slow() == 0, "nothing was sent")
            let halves = [
                "POST /grafana/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{", "GET / HT",
            ]
            for half in halves {
                let before = slow() ?? 0
                // On a busy machine its time may be over already; then it is done again.
                for _ in 0..<50 where slow() == before {
                    let client = try await connect(port)
                    try? await send(half, on: client)
                    try await client.closeFuture.get()
                }
                #expect(slow() ?? 0 > before, "\(half)")
            }
        }
    }

    // Fault (Clients): A client that does not read its answer
    // Done: it takes nothing
    // Seen: it is disconnected, and the log says so
    // Lost: its own answer
    @Test("A client that does not read its answer is let go of, and the log says so")
    func slowReader() async throws {
        var limits = ConnectionLimits()
        limits.window = 0.4
        let log = CapturedLog()
        try await withServer(limits, log) { port in
            let silent = try await connect(port, reads: false)
            try? await send(Self.manyRequests, on: silent)
            while !log.lines.contains(where: { $0.contains("a client read fewer than") }) {
                try await Task.sleep(for: .milliseconds(50))
            }
            try? await silent.close()
        }
    }
}
