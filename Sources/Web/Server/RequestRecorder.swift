internal import CoreMetrics
internal import HTTPTypes
internal import Hummingbird
internal import Logging
private import Synchronization
public import UsageModel

/// Counts and times requests, and writes the access log.
///
/// Hummingbird's middlewares for that stand behind its router, so they see neither what is refused before it nor the
/// time that sending takes; and they have a label for each method that a client makes up. Here every label is one of a
/// few words, whatever is asked.
struct RequestRecorder: Sendable {
    /// The label of paths that are not served.
    static let otherHandler = "other"
    /// The label of the usage proxy, below which every path is an index of a customer's.
    static let proxyHandler = "/1/usage"
    private static let otherMethod = "other"
    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    private struct Labels: Hashable {
        var handler: String
        var method: String
        var code: Int
    }

    private struct Instruments {
        var requests: Counter
        var duration: CoreMetrics.Timer
    }

    /// The instruments that were used before: making them anew costs as much as the whole answer of `/health`.
    private final class Known: Sendable {
        let value = Mutex<[Labels: Instruments]>([:])
    }

    private let known = Known()
    private let paths: Set<String>
    private let prefix: RoutePrefix
    private let metrics: any MetricsFactory
    /// Nil writes none.
    private let log: Logger?

    /// - Parameter log: where the access log goes; nil for none.
    init(_ endpoints: [Endpoint], prefix: RoutePrefix, metrics: any MetricsFactory, log: Logger?) {
        paths = Set(endpoints.filter { $0.handle != nil }.map(\.path))
        self.prefix = prefix
        self.metrics = metrics
        self.log = log
    }

    /// Records a request whose answer was sent, or could not be sent.
    /// - Parameter handler: as ``handler(of:)`` says.
    func record(
        _ request: Request, _ context: ClientContext, handler: String, status: HTTPResponse.Status,
        since start: ContinuousClock.Instant
    ) {
        let duration = ContinuousClock.now - start
        let instruments = instruments(
            Labels(
                handler: handler,
                method: Self.methods.contains(request.method) ? request.method.rawValue : Self.otherMethod,
                code: status.code))
        instruments.requests.increment()
        instruments.duration.recordNanoseconds(Int64(duration / .nanoseconds(1)))
        // Without the query, and without any header: both may hold keys.
        log?.info(
            "HTTP request",
            metadata: [
                "client": "\(context.remoteAddress?.ipAddress ?? "unix")", "method": "\(request.method.rawValue)",
                "path": "\(request.uri.path)", "status": "\(status.code)",
                "duration": "\(Self.seconds(duration))",
            ])
    }

    private func instruments(_ labels: Labels) -> Instruments {
        known.value.withLock { known in
            if let instruments = known[labels] { return instruments }
            let instruments = Instruments(
                requests: Counter(
                    label: HTTPMetric.requests.name,
                    dimensions: HTTPMetric.requests.dimensions([labels.handler, labels.method, "\(labels.code)"]),
                    factory: metrics),
                duration: Timer(
                    label: HTTPMetric.duration.name, dimensions: HTTPMetric.duration.dimensions([labels.handler]),
                    factory: metrics))
            known[labels] = instruments
            return instruments
        }
    }

    /// Seconds with six decimals, never with an exponent.
    private static func seconds(_ duration: Duration) -> String {
        let microseconds = Int64(duration / .microseconds(1))
        return "\(microseconds / 1_000_000).\("\(1_000_000 + microseconds % 1_000_000)".dropFirst())"
    }

    /// The path of the endpoint that a target means.
    func handler(of target: String) -> String {
        guard let below = prefix.removed(from: target) else { return Self.otherHandler }
        if paths.contains(below) { return below }
        guard let normalized = try? RequestTarget.normalized(below) else { return Self.otherHandler }
        if normalized.utf8.starts(with: UsageProxy.root.utf8) { return Self.proxyHandler }
        let path = String(normalized.prefix { $0 != "?" })
        return paths.contains(path) ? path : Self.otherHandler
    }
}

/// The metrics of requests to the HTTP interface.
public enum HTTPMetric {
    public static let requests = MetricDeclaration(
        "algolia_exporter_http_requests_total", .counter, labels: ["handler", "method", "code"],
        help: "Requests to the HTTP interface, by endpoint, method and HTTP status code.",
        meaning:
            """
            requests answered; `handler` is the path of the endpoint without its prefix, `/1/usage` for the usage \
            proxy, `other` for any path that is not served; `method` is `other` for one that HTTP does not define
            """)
    public static let duration = MetricDeclaration(
        "algolia_exporter_http_request_duration_seconds", .histogram, labels: ["handler"],
        help: "Time from the head of a request to the end of its response, in seconds, by endpoint.",
        meaning: "from the head of a request to the end of its response, so it includes the time of a slow client")

    public static let rejections = MetricDeclaration(
        "algolia_exporter_http_rejections_total", .counter, labels: ["reason"],
        help: "Requests and connections refused or cut to protect the exporter, by reason.",
        meaning:
            """
            requests refused, and connections closed, to protect the exporter. `memory`: past `limits.memory`; `room`: an \
            idle connection closed for a new one; `slow_reader`, `slow_request`: a client too slow with an answer or a \
            request; `descriptors`: no open file left; `streams`: too many requests over HTTP/2; `head`, `body`: target and \
            headers, or a body, too long; `host`: a name that is not the server's; `password`: too many wrong ones, or too \
            many to check at once; `protocol`: something that HTTP forbids; `handshake`, `certificate`: TLS failed, or a \
            client certificate was refused; see [connections](configuration.md#connections)
            """)

    /// Why something was refused.
    enum Rejection: String, CaseIterable {
        case memory, room, descriptors, streams, head, body, host, password, `protocol`, handshake, certificate
        case slowReader = "slow_reader"
        case slowRequest = "slow_request"

        /// Why a request was refused that is answered with `status`; nil where that does not tell.
        init?(_ status: HTTPResponse.Status) {
            switch status {
            case .contentTooLarge: self = .body
            case .misdirectedRequest: self = .host
            default: return nil
            }
        }
    }

    /// All of them.
    public static let all = [requests, duration, rejections]
}
