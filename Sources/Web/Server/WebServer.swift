internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
public import ServiceLifecycle
private import Transport
public import UsageModel

/// The HTTP interface.
public struct WebServer: Service {
    private let application: Application<RequestRules<RouterResponder<ClientContext>>>
    private let connections: Connections
    private let eventLoops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 for any that is free.
    ///   - onRunning: called with the port once requests are accepted.
    ///   - security: TLS and authentication; none by default.
    ///   - limits: what clients may take of the server.
    /// - Throws: `TLSFileError`.
    public init(
        _ exporter: Exporter, host: String, port: Int, security: WebSecurity = WebSecurity(),
        limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        let connections = Connections(limits, logger: logger)
        self.connections = connections
        let endpoints = Self.endpoints(exporter)
        application = Application(
            responder: RequestRules(
                hosts: HostRule(listeningOn: host, hasUsers: !security.users.isEmpty),
                next: Self.router(endpoints, proxy: UsageProxy(exporter), users: security.users).buildResponder()),
            server: try Self.server(security, connections),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "algolia-exporter",
                availableConnectionsDelegate: AcceptedConnections(connections: connections)),
            onServerRunning: { channel in
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoff(connections), position: .first)
                }.get()
                await onRunning(channel.localAddress?.port ?? port)
            },
            eventLoopGroupProvider: .shared(eventLoops),
            logger: logger)
    }

    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            connections.stop(on: eventLoops.next())
        }
    }

    /// Everything that is served, in the order of its description.
    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        let metrics = MetricsPage(exporter)
        var endpoints = PageName.allCases.map { $0.endpoint(exporter) } + [metrics.endpoint]
        endpoints += PageAssets.endpoints
        endpoints += HealthRoutes.endpoints(exporter)
        endpoints += CatalogueRoutes.endpoints(exporter)
        endpoints += [
            RangeRoute.endpoint(exporter), ForecastRoute.endpoint(exporter), CapacityRoute.endpoint(exporter),
            IncidentsRoute.endpoint(exporter), StatusRoute.endpoint(exporter),
            RemoteReadRoute.endpoint(exporter), LifecycleRoute.endpoint(exporter),
        ]
        endpoints += GrafanaRoutes.endpoints(exporter)
        endpoints += UsageProxy.endpoints
        return endpoints + [OpenAPI.endpoint(describing: endpoints)]
    }

    /// HTTP/1.1, over TLS when there is a certificate.
    /// - Throws: `TLSFileError`.
    static func server(_ security: WebSecurity, _ connections: Connections) throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [
                HTTP1RulesInstaller(linger: .seconds(connections.limits.linger)), ConnectionHandler(connections),
            ]))
        guard let certificate = security.certificate else { return http }
        return try .tls(
            http, tlsConfiguration: .server(certificateFile: certificate.chain, keyFile: certificate.key))
    }

    static func router(
        _ endpoints: [Endpoint], proxy: UsageProxy, users: [String: String]
    ) -> Router<ClientContext> {
        let router = Router(context: ClientContext.self)
        let methods = Dictionary(grouping: endpoints, by: \.path).mapValues { $0.map(\.method) }
        router.add(middleware: CompressionMiddleware())
        router.add(middleware: ProblemMiddleware(methods: methods))
        router.add(middleware: UsageProxyMiddleware(proxy: proxy))
        if !users.isEmpty { router.add(middleware: BasicAuthentication(users)) }
        for endpoint in endpoints {
            guard let handle = endpoint.handle else { continue }
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, _ in
                let query = endpoint.checksQuery ? request.uri.query : nil
                let parameters = try QueryParameters(query, accepting: endpoint.parameters)
                return try await handle(request, parameters)
            }
        }
        return router
    }
}

/// The context of a request that knows where it came from.
struct ClientContext: RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
