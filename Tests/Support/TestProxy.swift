public import NIOCore
internal import NIOPosix
private import Synchronization

/// A proxy on loopback for HTTP's `CONNECT` and for SOCKS 5, which a test tells what to answer.
public final class TestProxy: Sendable {
    /// What a client asked for.
    public struct Request: Sendable, Equatable {
        /// `host:port`, as the client wrote it.
        public var target: String
        /// By names in lower case; empty with SOCKS.
        public var headers: [String: String]
    }

    public enum Answer: Sendable {
        /// A connection to this port of loopback, whatever host was asked for.
        case tunnel(port: Int)
        /// These bytes instead of an answer to `CONNECT`, or to SOCKS' greeting.
        case bytes(String, closes: Bool = false)
        /// The reply of a SOCKS proxy that does not connect.
        case socksReply(UInt8)
    }

    public let port: Int
    private let channel: any Channel
    private let received: Requests

    public convenience init(_ answer: @escaping @Sendable (Request) -> Answer) async throws {
        try await self.init(preparing: { _ in }, answer)
    }

    /// - Parameter preparing: adds handlers to each connection, such as those of TLS.
    public init(
        preparing: @escaping @Sendable (any Channel) throws -> Void,
        _ answer: @escaping @Sendable (Request) -> Answer
    ) async throws {
        let requests = Requests()
        received = requests
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try preparing(channel)
                    try channel.pipeline.syncOperations.addHandler(ProxyHandler(requests, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// What was asked for so far.
    public var requests: [Request] { received.all.withLock { $0 } }

    public func stop() async throws { try await channel.close() }

    fileprivate final class Requests: Sendable {
        let all = Mutex<[Request]>([])
    }
}

private final class ProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case asked
        case greeted
        case connected(any Channel)
        case ended
    }

    private let requests: TestProxy.Requests
    private let answer: @Sendable (TestProxy.Request) -> TestProxy.Answer
    private var state = State.asked
    private var received: [UInt8] = []

    init(_ requests: TestProxy.Requests, _ answer: @escaping @Sendable (TestProxy.Request) -> TestProxy.Answer) {
        self.requests = requests
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if case .connected(let peer) = state {
            peer.writeAndFlush(bytes, promise: nil)
            return
        }
        received += Array(buffer: bytes)
        switch state {
        case .asked where received.first == 5: greet(context)
        case .asked: answerConnect(context)
        case .greeted: answerSOCKS(context)
        case .connected, .ended: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .connected(let peer) = state { peer.close(promise: nil) }
    }

    /// `CONNECT host:port HTTP/1.1`, headers and an empty line.
    private func answerConnect(_ context: ChannelHandlerContext) {
        let text = String(decoding: received, as: UTF8.self)
        guard text.hasSuffix("\r\n\r\n") else { return }
        var lines = text.split(separator: "\r\n")
        let words = lines.removeFirst().split(separator: " ")
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ": ", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
        }
        let target = words.first == "CONNECT" && words.count == 3 ? String(words[1]) : "no CONNECT: \(words)"
        give(note(TestProxy.Request(target: target, headers: headers)), context)
    }

    private func note(_ request: TestProxy.Request) -> TestProxy.Answer {
        requests.all.withLock { $0.append(request) }
        return answer(request)
    }

    private func give(_ answer: TestProxy.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .tunnel(let port):
            connect(to: port, saying: Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), context)
        case .bytes(let text, let closes):
            state = .ended
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            if closes { context.close(promise: nil) }
        case .socksReply(let code):
            state = .ended
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.reply(code))), promise: nil)
        }
    }

    // MARK: SOCKS 5 (RFC 1928)

    private static func reply(_ code: UInt8) -> [UInt8] { [5, code, 0, 1, 0, 0, 0, 0, 0, 0] }

    private func greet(_ context: ChannelHandlerContext) {
        guard received.count >= 2, received.count >= 2 + Int(received[1]) else { return }
        received = []
        // Without a host, only bytes make sense as an answer.
        if case .bytes(let text, let closes) = answer(TestProxy.Request(target: "", headers: [:])) {
            give(.bytes(text, closes: closes), context)
            return
        }
        state = .greeted
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [5, 0])), promise: nil)
    }

    /// Version, command, 0, kind of address, its length, a name, and the port.
    private func answerSOCKS(_ context: ChannelHandlerContext) {
        guard received.count >= 5, received.count == 7 + Int(received[4]) else { return }
        let name = String(decoding: received[5..<(received.count - 2)], as: UTF8.self)
        let port = Int(received[received.count - 2]) << 8 | Int(received[received.count - 1])
        let isName = received[3] == 3
        let request = TestProxy.Request(target: isName ? "\(name):\(port)" : "an address", headers: [:])
        switch note(request) {
        case .tunnel(let port): connect(to: port, saying: Self.reply(0), context)
        case let other: give(other, context)
        }
    }

    // MARK: The tunnel

    private func connect(to port: Int, saying greeting: [UInt8], _ context: ChannelHandlerContext) {
        let client = context.channel
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Relay(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .whenComplete { result in
                guard case .success(let peer) = result else { return client.close(promise: nil) }
                this.value.state = .connected(peer)
                client.writeAndFlush(ByteBuffer(bytes: greeting), promise: nil)
            }
    }
}

/// Passes on what the server sends.
private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let client: any Channel

    init(to client: any Channel) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
}
