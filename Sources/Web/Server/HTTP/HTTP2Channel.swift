internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypes
private import NIOHTTPTypesHTTP2
internal import UsageModel

/// Serves connections of HTTP/2 (RFC 9113).
///
/// Hummingbird's own channel has neither room for ``HTTP2Connection`` nor other limits than its library's, and makes
/// its TLS once for all.
struct HTTP2Channel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        fileprivate let requests: ChannelQueue<HTTP2Request>
    }

    private let stream: HTTP2StreamChannel
    private let connections: Connections
    private let headers: @Sendable () -> [WebSecurity.Header]

    /// - Parameter headers: those of every answer, as they are in force.
    init(
        responder: @escaping HTTPChannelHandler.Responder, connections: Connections,
        headers: @escaping @Sendable () -> [WebSecurity.Header]
    ) {
        stream = HTTP2StreamChannel(responder: responder)
        self.connections = connections
        self.headers = headers
    }

    /// The limits on what clients send; the library closes the connections of those who send more.
    private var configuration: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        let limits = connections.limits
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
            // The library's own: it holds to that until a client has acknowledged another one, whenever that may be.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 16_384),
        ]
        // At most 200 pings, settings and priorities within 30 s are answered anyway.
        configuration.connection.maximumBufferedControlFrames = 1000
        return configuration
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let connection = HTTP2Connection(connections)
            let requests = ChannelQueue<HTTP2Request> { [stream] request in
                await stream.handle(value: request.parts, logger: logger)
                request.end()
            }
            let goodbye = NIOHTTP2ServerConnectionManagementHandler(
                eventLoop: channel.eventLoop,
                configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
            let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
            let pipeline = channel.pipeline.syncOperations
            // The sequence of streams that it returns may end while streams still come: not every one would be served.
            _ = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server, streamDelegate: goodbye.http2StreamDelegate, frameDelegate: connection,
                configuration: configuration
            ) { [stream, headers] channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = bound.value
                    let exchange = try connection.begin(channel)
                    do {
                        let rules = HTTP2Rules(exchange, connection, headers: headers)
                        try channel.pipeline.syncOperations.addHandlers([HTTP2FramePayloadToHTTPServerCodec(), rules])
                        guard exchange.place != nil else { return }
                        requests.add(
                            HTTP2Request(
                                parts: try stream.parts(channel), connection: bound,
                                exchange: NIOLoopBound(exchange, eventLoop: channel.eventLoop)))
                    } catch {
                        connection.free(exchange)
                        connection.end(exchange)
                        throw error
                    }
                }
            }
            try pipeline.addHandlers([connection, goodbye])
            channel.closeFuture.whenComplete { _ in requests.finish() }
            return Value(channel: channel, requests: requests)
        }
    }

    func handle(value: Value, logger: Logger) async { await value.requests.run() }
}

/// A request on its way to the task that serves it.
private struct HTTP2Request: ServerChildChannelValue {
    let parts: HTTP1Channel.Value
    let connection: NIOLoopBound<HTTP2Connection>
    let exchange: NIOLoopBound<HTTP2Exchange>

    var channel: any Channel { parts.channel }

    /// Called when nothing works for it any more.
    func end() { channel.eventLoop.execute { connection.value.free(exchange.value) } }
}

/// Serves one stream of a connection of HTTP/2.
private struct HTTP2StreamChannel: HTTPChannelHandler {
    let responder: Responder

    func parts(_ channel: any Channel) throws -> HTTP1Channel.Value {
        try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture { try parts(channel) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
