import Foundation
import NIOCore
import RemoteStorage
import Snappy
import SwiftProtobuf
import Synchronization
import Transport

/// A receiver of remote write that keeps the newest sample of each bucket.
final class LifeReceiver: HTTPTransport {
    /// What it does instead of storing.
    enum Trouble: Sendable {
        case status(Int)
        /// It refuses a request of more than one sample as too large.
        case tooLarge
        case timeout
        case cut
        /// It stores and says that it has not.
        case storedAndFailed
    }

    private struct State {
        var held: [String: Double] = [:]
        /// The request that brought each of them.
        var origins: [String: Int] = [:]
        var doubtful: Set<String> = []
        var requests = 0
        var troubles: [Trouble] = []

        mutating func keep(_ sample: String, _ value: Double) {
            held[sample] = value
            origins[sample] = requests
            doubtful.remove(sample)
        }
    }

    private let state = Mutex(State())

    /// The values, by labels and milliseconds.
    var held: [String: Double] { state.withLock { $0.held } }

    /// How many requests were stored.
    var requests: Int { state.withLock { $0.requests } }

    /// Samples of a history that was replaced since, and that its successor may not know to be wrong.
    var doubtful: Set<String> { state.withLock { $0.doubtful } }

    /// Takes what came with the n-th request and later for doubtful, until it comes again.
    func doubt(since request: Int) {
        state.withLock { state in
            state.doubtful.formUnion(state.origins.filter { $0.value >= request }.keys)
        }
    }

    /// Misbehaves for some requests.
    func begin(_ trouble: Trouble, requests: Int) {
        state.withLock { $0.troubles += Array(repeating: trouble, count: requests) }
    }

    func heal() { state.withLock { $0.troubles = [] } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let trouble = state.withLock { $0.troubles.popLast() }
        switch trouble {
        case .status(let status): return Self.answer(status)
        case .timeout: throw .timeout
        case .cut: throw .connection("reset")
        case .tooLarge, .storedAndFailed, nil: break
        }
        guard let plain = try? Snappy.decompress(request.body, limit: 1 << 26),
            let message = try? Prometheus_WriteRequest(serializedBytes: plain)
        else { return Self.answer(400) }
        // A sample cannot become smaller: refused, it would be lost by right.
        if case .tooLarge = trouble, message.timeseries.reduce(0, { $0 + $1.samples.count }) > 1 {
            return Self.answer(413)
        }
        state.withLock { state in
            for series in message.timeseries {
                let labels = series.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                for sample in series.samples { state.keep("\(labels) \(sample.timestamp)", sample.value) }
            }
            state.requests += 1
        }
        if case .storedAndFailed = trouble { return Self.answer(503) }
        return Self.answer(204)
    }

    private static func answer(_ status: Int) -> TransportAnswer {
        TransportAnswer(status: status, retryAfter: status == 429 ? "3" : nil, body: ByteBuffer())
    }
}
