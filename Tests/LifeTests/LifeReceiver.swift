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
        case timeout
        case cut
        /// It stores and says that it has not.
        case storedAndFailed
    }

    private struct State {
        var held: [String: Double] = [:]
        var troubles: [Trouble] = []
    }

    private let state = Mutex(State())

    /// The values, by labels and milliseconds.
    var held: [String: Double] { state.withLock { $0.held } }

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
        case .storedAndFailed, nil: break
        }
        guard let plain = try? Snappy.decompress(request.body, limit: 1 << 26),
            let message = try? Prometheus_WriteRequest(serializedBytes: plain)
        else { return Self.answer(400) }
        state.withLock { state in
            for series in message.timeseries {
                let labels = series.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                for sample in series.samples { state.held["\(labels) \(sample.timestamp)"] = sample.value }
            }
        }
        return Self.answer(trouble == nil ? 204 : 503)
    }

    private static func answer(_ status: Int) -> TransportAnswer {
        TransportAnswer(status: status, retryAfter: status == 429 ? "3" : nil, body: ByteBuffer())
    }
}
