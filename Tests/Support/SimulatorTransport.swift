internal import NIOCore
public import Simulator
public import Transport
internal import UsageModel

/// Carries the client's requests to a simulator without a socket.
public struct SimulatorTransport: HTTPTransport {
    private let simulator: Simulator
    private let clock: VirtualClock?
    /// Seconds that every answer takes.
    private let latency: Double
    private let sendsDate: Bool

    /// - Parameters:
    ///   - clock: moves on with each answer; nil for answers that take no time.
    ///   - sendsDate: whether answers have a `Date`, which is right whatever the clock is set to.
    public init(_ simulator: Simulator, clock: VirtualClock?, latency: Double = 0.05, sendsDate: Bool = false) {
        self.sendsDate = sendsDate
        self.simulator = simulator
        self.clock = clock
        self.latency = latency
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        guard let scheme = request.url.firstRange(of: "://"),
            let slash = request.url[scheme.upperBound...].firstIndex(of: "/")
        else { throw .connection("no path in \(request.url)") }
        let headers = request.headers.filter { $0.name != "Accept-Encoding" }.map { ($0.name, $0.value) }
        let answer = await simulator.respond(
            to: SimulatedRequest(target: String(request.url[slash...]), headers: headers))
        clock?.advance(by: latency)
        switch answer.delivery {
        case .hang:
            clock?.advance(by: request.timeout)
            throw .timeout
        case .cut: throw .connection("cut off")
        case .normal, .slow:
            guard answer.body.count <= request.maximumBody else { throw .tooLarge(limit: request.maximumBody) }
            return TransportAnswer(
                status: answer.status, retryAfter: answer.header("Retry-After"),
                date: sendsDate ? clock.map { UnixTime($0.monotonic) } : nil, body: ByteBuffer(bytes: answer.body))
        }
    }
}
