internal import NIOCore
internal import NIOExtras

/// Keeps a connection within the time for its first request until TLS has agreed on its protocol; the handler of that
/// protocol goes on.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connections: Connections
    private var end: Scheduled<Void>?

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        let (channel, connections) = (context.channel, connections)
        connections.add(channel)
        // Whatever becomes of the handshake.
        channel.closeFuture.whenComplete { _ in connections.remove(channel) }
        end = context.eventLoop.scheduleTask(in: .seconds(connections.limits.firstRequest)) {
            connections.warn(
                .failedHandshake,
                "a client did not finish the TLS handshake within \(connections.limits.firstRequest) s; closed its connection"
            )
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

@available(*, unavailable)
extension HandshakeHandler: Sendable {}
