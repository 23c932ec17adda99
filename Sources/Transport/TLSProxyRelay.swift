internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
private import Synchronization

/// The way to a proxy that is itself reached over TLS: AsyncHTTPClient connects to proxies in plain text alone.
///
/// The client connects to a port of loopback, and each of its connections is passed on to the proxy over TLS. User and
/// password of the proxy are in what the client sends, so another program that finds the port reaches no more than the
/// proxy itself, as it could without it.
actor TLSProxyRelay {
    private let proxy: ProxyServer
    private let patience: TimeAmount
    private let makeClient: @Sendable (_ port: Int) -> HTTPClient
    private let way = Way()
    private var opened: Task<(client: HTTPClient, door: any Channel), any Error>?
    private var configuration: TLSConfiguration?

    /// - Parameters:
    ///   - patience: how long a connection to the proxy may take.
    ///   - makeClient: the client whose proxy listens on this port of loopback.
    init(
        to proxy: ProxyServer, patience: TimeAmount, makeClient: @escaping @Sendable (_ port: Int) -> HTTPClient
    ) {
        self.proxy = proxy
        self.patience = patience
        self.makeClient = makeClient
    }

    /// The client for requests through the proxy.
    /// - Parameter configuration: of TLS to the proxy from now on.
    func client(_ configuration: TLSConfiguration) async throws -> HTTPClient {
        if self.configuration?.bestEffortEquals(configuration) != true {
            let context = try NIOSSLContext(configuration: configuration)
            way.state.withLock { $0.context = context }
            self.configuration = configuration
        }
        let opening =
            opened
            ?? Task { [proxy, patience, makeClient, way] in
                let door = try await Self.open(to: proxy, patience, way)
                return (makeClient(door.localAddress?.port ?? 0), door)
            }
        opened = opening
        do {
            return try await opening.value.client
        } catch {
            if opened == opening { opened = nil }
            throw error
        }
    }

    /// Why the newest connection to the proxy failed, said once; nil when it did not.
    nonisolated func takeFailure() -> String? {
        way.state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    /// Closes the client and the port.
    func close() async {
        guard let opened = try? await opened?.value else { return }
        try? await opened.client.shutdown()
        try? await opened.door.close()
    }

    private static func open(to proxy: ProxyServer, _ patience: TimeAmount, _ way: Way) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    guard let context = way.state.withLock({ $0.context }) else { return }
                    connect(client, to: proxy, patience, context, way)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Connects to the proxy, and passes on what comes from either side.
    private static func connect(
        _ client: any Channel, to proxy: ProxyServer, _ patience: TimeAmount, _ context: NIOSSLContext, _ way: Way
    ) {
        // The server name is not that of an address.
        let isAddress = (try? SocketAddress(ipAddress: proxy.host, port: proxy.port)) != nil
        ClientBootstrap(group: client.eventLoop)
            .connectTimeout(patience)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : proxy.host)
                    try server.pipeline.syncOperations.addHandler(tls)
                    try server.pipeline.syncOperations.addHandler(PassingOn(to: client, way))
                }
            }
            .connect(host: proxy.host, port: proxy.port)
            .flatMap { server in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(PassingOn(to: server, way))
                }
                .flatMap { client.setOption(.autoRead, value: true) }
                .flatMapErrorThrowing { error in
                    // The client has gone meanwhile.
                    server.close(promise: nil)
                    throw error
                }
            }
            .whenFailure { error in
                way.note(error)
                client.close(promise: nil)
            }
    }

    /// The state that the connections of a relay share.
    fileprivate final class Way: Sendable {
        struct State {
            var context: NIOSSLContext?
            var failure: String?
        }

        let state = Mutex(State())

        func note(_ error: any Error) {
            // A client that has gone says nothing of the proxy.
            guard !(error is ChannelError), case .connection(let reason) = TransportError(error) else { return }
            state.withLock { $0.failure = reason }
        }
    }
}

/// Sends what comes from one side to the other, which is read no faster than it can be sent.
private final class PassingOn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let way: TLSProxyRelay.Way
    private var hasRead = false

    init(to other: any Channel, _ way: TLSProxyRelay.Way) {
        self.other = other
        self.way = way
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !hasRead {
            hasRead = true
            way.state.withLock { $0.failure = nil }
        }
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        other.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // After everything that was written before.
        other.writeAndFlush(ByteBuffer()).whenComplete { [other] _ in other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of a connection without TLS' goodbye is the end.
        if case NIOSSLError.uncleanShutdown = error { return }
        way.note(error)
        context.close(promise: nil)
    }
}
