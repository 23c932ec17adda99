internal import NIOCore

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Keeps accepting from taking the last descriptors of the process, and a server that cannot accept from trying again
/// at once or giving up.
///
/// 1. A connection takes a descriptor only while one is free below the last `ConnectionLimits.spareDescriptors`;
///    otherwise it waits until an idle one is closed for it. Everything else that opens files, libdispatch included,
///    finds the rest.
/// 2. An error of accepting is retried after ``pause``. Without that, NIO asks the system in a loop that takes a whole
///    core, and Hummingbird takes the error for the end of the server.
///
/// It must stand before everything else in the server's pipeline.
final class AcceptBackoff: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private static let pause = TimeAmount.milliseconds(250)

    private let connections: Connections
    /// Whether the next attempt to accept is scheduled.
    private var isWaiting = false

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        // Each connection is accepted individually.
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    }

    func read(context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        guard !connections.limits.hasSpareDescriptors else { return context.read() }
        let limit = connections.limits.descriptorLimit
        connections.warn(
            .outOfDescriptors,
            "most of the \(limit) allowed open files are in use; closing the longest idle connections to accept new ones. Raise the limit of open files (`ulimit -n`)"
        )
        isWaiting = true
        let loop = context.eventLoop.assumeIsolated()
        guard let room = connections.makeRoom() else {
            loop.scheduleTask(in: Self.pause) { self.retry(context) }
            return
        }
        room.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in self.retry(context) }
    }

    private func retry(_ context: ChannelHandlerContext) {
        isWaiting = false
        if context.channel.isActive { read(context: context) }
    }

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

@available(*, unavailable)
extension AcceptBackoff: Sendable {}

extension ConnectionLimits {
    /// Whether a connection may take one more descriptor.
    var hasSpareDescriptors: Bool {
        guard descriptorLimit > 0 else { return true }
        // The system gives out the lowest number that is free: the next connection would get this one.
        let next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
        guard next >= 0 else { return errno != EMFILE && errno != ENFILE }
        close(next)
        return Int(next) < descriptorLimit - spareDescriptors
    }
}
