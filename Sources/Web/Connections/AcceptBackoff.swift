internal import NIOCore

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Keeps a server that cannot accept a connection, for want of descriptors or memory, from trying again at
/// once and from giving up.
///
/// Without it NIO asks the system in a loop that takes a whole core, and Hummingbird takes the error for the
/// end of the server. Its place is before everything else in the server's own pipeline.
final class AcceptBackoff: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(250)

    private let connections: Connections

    init(_ connections: Connections) { self.connections = connections }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case ECONNABORTED: break
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            connections.warn(
                .outOfDescriptors,
                "cannot accept a connection: \(error); retrying every 250 ms. Raise the limit of open files (`ulimit -n`)"
            )
            let channel = context.channel
            try? channel.syncOptions?.setOption(.autoRead, value: false)
            context.eventLoop.scheduleTask(in: Self.pause) {
                channel.setOption(.autoRead, value: true).whenFailure { _ in }
            }
        default: context.fireErrorCaught(error)
        }
    }
}
