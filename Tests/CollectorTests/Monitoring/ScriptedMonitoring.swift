import AlgoliaClient
import CoreMetrics
import NIOCore
import Synchronization
import TestSupport
import Testing
import Transport
import UsageModel

/// The simulator's Monitoring API, some answers of which a test has written, or refused.
final class ScriptedMonitoring: HTTPTransport {
    /// What is answered in place of the simulator.
    enum Answer: Sendable {
        case body(String)
        case status(Int, retryAfter: String? = nil)
        case connectionFailure
    }

    private struct State {
        var script: [String: Answer] = [:]
        var requests: [(time: Double, path: String)] = []
    }

    private let world: World
    private let state = Mutex(State())

    init(_ world: World) { self.world = world }

    /// Answers every request whose path begins so, from now on; nil for the simulator's answer.
    func answer(_ path: String, _ answer: Answer?) { state.withLock { $0.script[path] = answer } }

    /// The requests so far: the time of each, and its path after `/1/`.
    var requests: [(time: Double, path: String)] { state.withLock { $0.requests } }

    /// The times of the requests whose paths begin so.
    func times(_ path: String) -> [Double] { requests.filter { $0.path.hasPrefix(path) }.map(\.time) }

    func client(requestsPerMinute: Int = 6000) throws -> AlgoliaClient {
        let key = try #require(SecretText(key: "monitoring-key"))
        return AlgoliaClient(
            application: "APP", usageKey: Secret(key), monitoringKey: Secret(key), transport: self,
            quota: TokenBucket(requestsPerMinute: requestsPerMinute, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let path = String(request.url.split(separator: "/1/", maxSplits: 1)[1])
        let answer = state.withLock { state in
            state.requests.append((world.clock.seconds, path))
            return state.script.filter { path.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
        }
        switch answer {
        case nil: return try await SimulatorTransport(world.simulator, clock: world.clock).send(request)
        case .connectionFailure: throw .connection("refused")
        case .body(let text):
            return TransportAnswer(status: 200, retryAfter: nil, date: nil, body: ByteBuffer(string: text))
        case .status(let status, let retryAfter):
            return TransportAnswer(
                status: status, retryAfter: retryAfter, date: nil, body: ByteBuffer(string: #"{"message":"no"}"#))
        }
    }
}
