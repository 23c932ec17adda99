internal import NIOCore

/// Notes whether a connection has bytes of a request that the parser could not end yet: a client that sends a head byte by
/// byte is too slow, one that sends nothing is idle.
final class ReceivedBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Whether anything came after the last whole request.
    var arePending = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arePending = true
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension ReceivedBytes: Sendable {}
