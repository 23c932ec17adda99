internal import Hummingbird
internal import HTTPTypes
public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
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
    /// - Throws: `TLSFileError`; `WebPaths.Invalid` when the path of the metrics is another endpoint's.
    public init(
        _ exporter: Exporter, host: String, port: Int, security: WebSecurity = WebSecurity(),
        limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        let connections = Connections(limits, logger: logger)
        self.connections = connections
        let endpoints = Self.endpoints(exporter)
        try Self.checkTelemetryPath(exporter.paths.telemetry, endpoints)
        application = Application(
            responder: RequestRules(
                hosts: HostRule(
                    listeningOn: host, externalHost: exporter.paths.externalHost, hasUsers: !security.users.isEmpty),
                prefix: RoutePrefix(exporter.paths.routePrefix),
                next: Self.router(endpoints, exporter, users: security.users).buildResponder()),
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
        var endpoints: [Endpoint] = [
            OverviewPage.endpoint(exporter), ExplorePage.endpoint(exporter), CapacityPage.endpoint(exporter),
            CollectorPage.endpoint(exporter),
            metrics.endpoint,
        ]
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
        return endpoints + [OpenAPI.endpoint(describing: endpoints, at: exporter.paths)]
    }

    private static func checkTelemetryPath(_ path: String, _ endpoints: [Endpoint]) throws(WebPaths.Invalid) {
        let isTaken = endpoints.count { $0.path == path } > 1
        guard isTaken || ["/1/", "/api/", "/grafana/", "/-/"].contains(where: path.hasPrefix) else { return }
        throw WebPaths.Invalid(
            "--web.telemetry-path: \(path) is used by another endpoint; expected a path such as /metrics")
    }

    static func router(
        _ endpoints: [Endpoint], _ exporter: Exporter, users: [String: String]
    ) -> Router<ClientContext> {
        let router = Router(context: ClientContext.self)
        let methods = Dictionary(grouping: endpoints, by: \.path).mapValues { $0.map(\.method) }
        router.add(middleware: CompressionMiddleware())
        router.add(middleware: ProblemMiddleware(methods: methods, paths: exporter.paths))
        router.add(middleware: UsageProxyMiddleware(proxy: UsageProxy(exporter)))
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
