import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// A client of HTTP/2 that sends the frames it is told to, and shows those that come. It acknowledges settings and
/// answers pings; it opens no window by itself.
final class HTTP2Client: Sendable {
    private let channel: any Channel
    private let frames: AsyncStream<HTTP2Frame>

    /// - Parameter window: bytes that the server may send on each stream.
    /// - Throws: why the handshake failed.
    init(port: Int, window: Int = 65_535) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: configuration)
        let (frames, inbox) = AsyncStream.makeStream(of: HTTP2Frame.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(3600))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    try pipeline.addHandler(
                        NIOHTTP2Handler(
                            mode: .client,
                            initialSettings: [HTTP2Setting(parameter: .initialWindowSize, value: window)]))
                    try pipeline.addHandler(Inbox(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.frames = frames
    }

    deinit { channel.close(promise: nil) }

    func send(_ payload: HTTP2Frame.FramePayload, on stream: Int = 0) async throws {
        try await channel.writeAndFlush(HTTP2Frame(streamID: HTTP2StreamID(stream), payload: payload))
    }

    /// Sends the head of a request.
    func ask(
        _ path: String, on stream: Int, method: String = "GET", _ fields: [(String, String)] = [], isWhole: Bool = true
    ) async throws {
        let head = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)] + fields
        try await send(.headers(.init(headers: HPACKHeaders(head), endStream: isWhole)), on: stream)
    }

    /// The next frame for which `choose` is something; nil once the server has closed the connection.
    func first<Result>(_ choose: (HTTP2Frame) -> Result?) async -> Result? {
        for await frame in frames {
            if let result = choose(frame) { return result }
        }
        return nil
    }

    /// The status of an answer, or why there is none.
    func status(of stream: Int) async -> String? {
        await first { frame in
            guard frame.streamID == HTTP2StreamID(stream) else { return nil }
            switch frame.payload {
            case .headers(let head): return head.headers.first(name: ":status")
            case .rstStream(let code): return "\(code)"
            default: return nil
            }
        }
    }

    /// Waits until the server resets a stream.
    /// - Returns: its code; nil when the connection is closed without.
    func reset(of stream: Int) async -> HTTP2ErrorCode? {
        await first { frame in
            guard case .rstStream(let code) = frame.payload, frame.streamID == HTTP2StreamID(stream) else { return nil }
            return code
        }
    }

    /// Waits until the server says goodbye.
    /// - Returns: its code; nil when the connection is closed without.
    func goodbye() async -> HTTP2ErrorCode? {
        await first { frame in
            guard case .goAway(_, let code, _) = frame.payload else { return nil }
            return code
        }
    }

    /// Waits until the server closes the connection.
    func end() async { _ = await first { _ in Optional<Void>.none } }

    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTP2Frame

        private let frames: AsyncStream<HTTP2Frame>.Continuation

        init(_ frames: AsyncStream<HTTP2Frame>.Continuation) { self.frames = frames }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { frames.yield(unwrapInboundIn(data)) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}

        func channelInactive(context: ChannelHandlerContext) { frames.finish() }
    }
}
