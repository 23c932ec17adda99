internal import HTTPTypes
internal import History
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import ServiceLifecycle
private import Transport
public import UsageModel

/// The HTTP interface.
public struct WebServer: Service {
    private let serve: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - addresses: to listen on; port 0 for any that is free.
    ///   - accessLog: where each request is logged; nil for nowhere.
    ///   - onRunning: called with the addresses, and their ports, once all of them accept requests.
    ///   - security: TLS, authentication and headers; none by default.
    ///   - securityFile: where `security` comes from; nil for nowhere. What it names is read again when it changes in
    ///     any case.
    ///   - limits: what clients may take of the server.
    /// - Throws: `TLSFileError`; `WebPaths.Invalid` when the path of the metrics is another endpoint's.
    public init(
        _ exporter: Exporter, addresses: [ListenAddress], security: WebSecurity = WebSecurity(),
        securityFile: WebSecurityFile? = nil, limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
        accessLog: Logger? = nil,
        onRunning: @escaping @Sendable ([ListenAddress]) async -> Void = { _ in }
    ) throws {
        let rejections = Rejections(exporter.registry)
        let connections = Connections(limits, rejections: rejections, logger: logger)
        let protection = try ProtectionKeeper(
            security, file: securityFile, logger: exporter.logger, clock: exporter.clock)
        var exporter = exporter
        exporter.security = { protection.current.security }
        let endpoints = try Self.endpoints(exporter)
        let prefix = RoutePrefix(exporter.paths.routePrefix)
        let recorder = RequestRecorder(endpoints, prefix: prefix, metrics: exporter.registry, log: accessLog)
        let urgent = Set(endpoints.filter(\.isUrgent).map(\.path))
        let gate = MemoryGate(exporter.memoryLimit, rejections, logger: logger)
        let authentication = BasicAuthentication<ClientContext>(
            passwords: { protection.current.passwords }, rejections: rejections)
        let responder = RequestRules(
            hosts: HostRule(
                listeningOn: addresses, externalHost: exporter.paths.externalHost, hasUsers: !security.users.isEmpty),
            prefix: prefix, authentication: authentication,
            next: Self.router(endpoints, exporter, authentication, gate).buildResponder())
        let listener = HTTPListener(
            addresses: addresses, connections: connections, eventLoops: MultiThreadedEventLoopGroup.singleton,
            logger: logger)
        let date = CurrentDate()
        @Sendable func answer(
            _ request: Request, _ handler: String, _ writer: consuming ResponseWriter, _ channel: any Channel
        ) async throws {
            let start = ContinuousClock.now
            let context = ClientContext(source: .init(channel: channel, logger: logger))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch let error as HTTPParserError {
                throw error
            } catch {
                response = Response(status: .internalServerError)
            }
            let status = response.status
            if let reason = HTTPMetric.Rejection(status) { rejections.count(reason) }
            defer { recorder.record(request, context, handler: handler, status: status, since: start) }
            response.headers[.date] = date.text
            response.headers[.server] = "algolia-exporter"
            do {
                try await writer.write(response: response.head, body: response.body)
            } catch is HTTPParserError {
                // It would be answered with a second head.
                throw CancellationError()
            }
        }
        // In the one spelling that clients use; any other is answered alike, after a change of threads.
        let immediate = Set(
            (HealthRoutes.alive + [exporter.paths.telemetry]).map { exporter.paths.routePrefix + $0 })
        serve = Self.serving(listener, protection, onRunning: onRunning) { request, writer, channel in
            let handler = recorder.handler(of: request.uri.string)
            if immediate.contains(request.uri.string) { return try await answer(request, handler, writer, channel) }
            // It may take long: not on the event loop, where other connections would wait for it.
            var writer: ResponseWriter? = consume writer
            let executor: any TaskExecutor =
                urgent.contains(handler) ? globalConcurrentExecutor : QueryExecutor.shared
            try await withTaskExecutorPreference(executor) {
                if let writer = writer.take() { try await answer(request, handler, writer, channel) }
            }
        }
    }

    /// Serves until the task is cancelled or shut down gracefully.
    /// - Throws: ``ListenError``.
    public func run() async throws {
        try await serve()
    }

    /// Everything that is served, in the order of its description.
    /// - Throws: when the path of the metrics is another endpoint's.
    static func endpoints(_ exporter: Exporter) throws(WebPaths.Invalid) -> [Endpoint] {
        let metrics = MetricsPage(exporter)
        var endpoints = PageName.allCases.map { $0.endpoint(exporter) } + [metrics.endpoint]
        endpoints += [ProbeRoute.endpoint(exporter, metrics), ServiceDiscoveryRoute.endpoint(exporter)]
        endpoints += [IndexPage.endpoint(exporter), ExploreFile.endpoint(exporter)] + PageAssets.endpoints
        endpoints += HealthRoutes.endpoints(exporter)
        endpoints += CatalogueRoutes.endpoints(exporter)
        endpoints += [
            RangeRoute.endpoint(exporter), ForecastRoute.endpoint(exporter), CapacityRoute.endpoint(exporter),
            IncidentsRoute.endpoint(exporter), StatusRoute.endpoint(exporter),
            RemoteReadRoute.endpoint(exporter), LifecycleRoute.endpoint(exporter),
        ]
        endpoints += GrafanaRoutes.endpoints(exporter)
        endpoints += UsageProxy.endpoints
        // The description below traps on a path that is there twice.
        try checkTelemetryPath(exporter.paths.telemetry, endpoints)
        return endpoints + [OpenAPI.endpoint(describing: endpoints, at: exporter.paths)]
    }

    private static func checkTelemetryPath(_ path: String, _ endpoints: [Endpoint]) throws(WebPaths.Invalid) {
        let isTaken = path == "/openapi.json" || endpoints.count { $0.path == path } > 1
        guard isTaken || ["/1/", "/api/", "/grafana/", "/-/"].contains(where: path.hasPrefix) else { return }
        throw WebPaths.Invalid(
            "--web.telemetry-path: \(path) is used by another endpoint; expected a path such as /metrics")
    }

    /// Serves every connection of a listener: HTTP/1.1, or over TLS HTTP/2.
    private static func serving(
        _ listener: HTTPListener, _ protection: ProtectionKeeper,
        onRunning: @escaping @Sendable ([ListenAddress]) async -> Void,
        responder: @escaping HTTPChannelHandler.Responder
    ) -> @Sendable () async throws -> Void {
        let connections = listener.connections
        let linger = TimeAmount.seconds(connections.limits.linger)
        let headers = { @Sendable in protection.current.security.headers }
        let http1 = HTTP1Channel(
            responder: responder,
            configuration: .init(additionalChannelHandlers: [
                HTTP1RulesInstaller(linger: linger, headers: headers, connections), ConnectionHandler(connections),
            ]))
        let http2 = HTTP2Channel(responder: responder, connections: connections, headers: headers)
        let channel = ProtectedChannel(http1: http1, http2: http2, keeper: protection, connections: connections)
        return {
            try await withThrowingTaskGroup { group in
                group.addTask { await protection.run() }
                defer { group.cancelAll() }
                try await listener.run(channel, onRunning: onRunning)
            }
        }
    }

    static func router(
        _ endpoints: [Endpoint], _ exporter: Exporter, _ authentication: BasicAuthentication<ClientContext>,
        _ gate: MemoryGate
    ) -> Router<ClientContext> {
        let router = Router(context: ClientContext.self)
        router.add(middleware: CompressionMiddleware())
        router.add(middleware: ProblemMiddleware(methods: PathMethods(endpoints), exporter: exporter))
        router.add(
            middleware: MemoryMiddleware(
                gate: gate,
                shares: Dictionary(endpoints.map { ($0.path, $0.isUrgent ? 0 : $0.memory) }, uniquingKeysWith: min)))
        router.add(middleware: UsageProxyMiddleware(proxy: UsageProxy(exporter)))
        router.add(middleware: authentication)
        for endpoint in endpoints {
            guard let handle = endpoint.handle else { continue }
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, _ in
                let query = endpoint.checksQuery || endpoint.ignoresOtherParameters ? request.uri.query : nil
                let parameters = try QueryParameters(
                    query, accepting: endpoint.parameters, ignoringOthers: endpoint.ignoresOtherParameters)
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
    /// Whether it came through a socket of the file system, which no browser reaches.
    let isFromFileSystem: Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
        isFromFileSystem = source.channel.localAddress?.protocol == .unix
    }
}
