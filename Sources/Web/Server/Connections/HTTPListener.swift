internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import ServiceLifecycle
internal import UsageModel

/// Accepts the connections of several sockets and serves each.
///
/// Hummingbird's own server knows one address, and none that a process is started with.
struct HTTPListener: Sendable {
    let addresses: [ListenAddress]
    let connections: Connections
    let eventLoops: any EventLoopGroup
    let logger: Logger

    /// Connections that wait for the system to be accepted.
    private static let backlog: Int32 = 256

    /// Listens until the task is cancelled or shut down gracefully.
    /// - Parameters:
    ///   - child: serves one connection.
    ///   - onRunning: called once every socket accepts connections.
    /// - Throws: ``ListenError``; nothing listens then.
    func run<Child: ServerChildChannel>(
        _ child: Child, onRunning: @Sendable ([ListenAddress]) async -> Void
    ) async throws {
        let accepted = ChannelQueue<Child.Value> { [logger] in await child.handle(value: $0, logger: logger) }
        var open: [(socket: ListeningSocket, quiescing: ServerQuiescingHelper)] = []
        do {
            for address in addresses {
                let quiescing = ServerQuiescingHelper(group: eventLoops)
                let bootstrap = ServerBootstrap(group: eventLoops)
                    .serverChannelOption(.backlog, value: Self.backlog)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.allowRemoteHalfClosure, value: true)
                    .serverChannelInitializer { [connections] channel in
                        channel.eventLoop.makeCompletedFuture {
                            let pipeline = channel.pipeline.syncOperations
                            try pipeline.addHandler(AcceptBackoff(connections))
                            try pipeline.addHandler(
                                AvailableConnectionsChannelHandler(
                                    delegate: AcceptedConnections(connections: connections)))
                            try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                        }
                    }
                    .childChannelInitializer { [logger] channel in
                        child.setup(channel: channel, logger: logger).map { accepted.add($0) }
                    }
                open.append((try await ListeningSocket(address, bootstrap), quiescing))
            }
        } catch {
            await close(open.map(\.socket))
            throw error
        }
        let (sockets, helpers) = (open.map(\.socket), open.map(\.quiescing))
        let loop = eventLoops.next()
        await onRunning(sockets.map(\.address))
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await accepted.run()
            } onGracefulShutdown: {
                connections.stop(on: loop)
                let ends = helpers.map { helper in
                    let promise = loop.makePromise(of: Void.self)
                    helper.initiateShutdown(promise: promise)
                    return promise.futureResult
                }
                EventLoopFuture.whenAllComplete(ends, on: loop).whenComplete { _ in accepted.finish() }
            }
        } onCancel: {
            let ends = sockets.map { $0.channel.close() }
            EventLoopFuture.whenAllComplete(ends, on: loop).whenComplete { [connections] _ in
                accepted.finish()
                connections.closeAll()
            }
        }
        await close(sockets)
        try Task.checkCancellation()
    }

    private func close(_ sockets: [ListeningSocket]) async {
        for socket in sockets {
            socket.removeFile()
            try? await socket.channel.close()
        }
    }
}
