import Foundation
import NIOCore
import NIOHTTP1
import RemoteStorage
import Snappy
import SwiftProtobuf
import Synchronization
import Transport
import UsageModel

/// A receiver of remote write in memory. It decodes with the generated messages, so that nothing
/// of what it understands comes from the code that it tests.
final class TestReceiver: Sendable {
    /// What it understands.
    enum Kind {
        /// 1.0, as most are: a message of 2.0 has nothing in it for them.
        case version1
        /// 1.0, and it looks at the content's type.
        case strictVersion1
        case version2
    }

    struct Sample: Hashable, Sendable {
        /// `name=value` of each label, in the order in which they came.
        var labels: [String]
        var milliseconds: Int64
        var value: Double
    }

    struct Request: Sendable {
        /// By their names in small letters.
        var headers: [String: String]
        /// Nil for a body that cannot be read.
        var message: RemoteWriteMessage
        var samples: [Sample]
        /// By the family's name; only 2.0 has them.
        var help: [String: String] = [:]
        var units: [String: String] = [:]
    }

    /// What it does instead of storing.
    enum Reply: Sendable {
        case status(Int, headers: [String: String] = [:], body: String = "")
        /// Stores the samples and says this.
        case stored(Int, headers: [String: String])
        /// Stores these samples alone and says that.
        case partly([Sample], Int, headers: [String: String])
        case failure(TransportError)
        case hang
    }

    typealias Script = @Sendable (_ request: Request, _ number: Int) -> Reply?

    private struct State {
        var requests: [Request] = []
        var stored: [Sample] = []
        var script: Script?
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let kind: Kind
    private let state: Mutex<State>

    /// - Parameter script: is asked first, with the request's number from 0; nil for what is to be done as usual.
    init(_ kind: Kind = .version2, script: Script? = nil) {
        self.kind = kind
        state = Mutex(State(script: script))
    }

    func change(script: Script?) { state.withLock { $0.script = script } }

    var requests: [Request] { state.withLock { $0.requests } }
    /// In the order in which they came.
    var stored: [Sample] { state.withLock { $0.stored } }

    /// Waits until there were so many requests.
    func requests(atLeast count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.requests.count >= count || Task.isCancelled { return true }
                    state.waiting.append((count, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            // A test that has taken too long must end.
            let waiting = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for waiter in waiting { waiter.continuation.resume() }
        }
    }

    /// What it says to a request.
    func handle(headers: [String: String], body: [UInt8]) -> Reply {
        let request: Request
        do {
            request = try Self.decode(headers, body, as: kind)
        } catch {
            return .status(400, body: "undecodable: \(error)")
        }
        let (script, number, ready) = state.withLock { state in
            state.requests.append(request)
            let ready = state.waiting.filter { $0.count <= state.requests.count }
            state.waiting.removeAll { $0.count <= state.requests.count }
            return (state.script, state.requests.count - 1, ready)
        }
        defer { for waiter in ready { waiter.continuation.resume() } }
        let reply = script?(request, number) ?? usual(request)
        switch reply {
        case .stored: state.withLock { $0.stored += request.samples }
        case .partly(let samples, _, _): state.withLock { $0.stored += samples }
        default: break
        }
        return reply
    }

    private func usual(_ request: Request) -> Reply {
        switch (kind, request.message) {
        case (.strictVersion1, .version2): .status(415, body: "unknown content type")
        case (.version2, .version2):
            .stored(204, headers: ["X-Prometheus-Remote-Write-Samples-Written": "\(request.samples.count)"])
        default: .stored(204, headers: [:])
        }
    }

    // MARK: Decoding

    private static func decode(_ headers: [String: String], _ body: [UInt8], as kind: Kind) throws -> Request {
        let plain = Data(try Snappy.decompress(body, limit: 1 << 26))
        let isSecond = headers["content-type"]?.contains("proto=io.prometheus.write.v2.Request") == true
        var request = Request(headers: headers, message: isSecond ? .version2 : .version1, samples: [])
        guard isSecond, kind == .version2 else {
            for series in try Prometheus_WriteRequest(serializedBytes: plain).timeseries {
                let labels = series.labels.map { "\($0.name)=\($0.value)" }
                request.samples += series.samples.map {
                    Sample(labels: labels, milliseconds: $0.timestamp, value: $0.value)
                }
            }
            return request
        }
        let message = try Io_Prometheus_Write_V2_Request(serializedBytes: plain)
        guard message.symbols.first == "" else { throw Wrong(what: "the first symbol is not empty") }
        for series in message.timeseries {
            let texts = series.labelsRefs.map { message.symbols[Int($0)] }
            let labels = stride(from: 0, to: texts.count, by: 2).map { "\(texts[$0])=\(texts[$0 + 1])" }
            guard series.metadata.type == .gauge, let name = labels.first?.dropFirst("__name__=".count) else {
                throw Wrong(what: "the metadata")
            }
            request.help[String(name)] = message.symbols[Int(series.metadata.helpRef)]
            request.units[String(name)] = message.symbols[Int(series.metadata.unitRef)]
            request.samples += series.samples.map {
                Sample(labels: labels, milliseconds: $0.timestamp, value: $0.value)
            }
        }
        return request
    }

    private struct Wrong: Error { var what: String }
}

/// Carries requests to a receiver without a socket.
struct DirectTransport: HTTPTransport {
    let receiver: TestReceiver

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        switch receiver.handle(headers: headers, body: request.body) {
        case .status(let status, let headers, let body):
            return TransportAnswer(
                status: status, retryAfter: headers["Retry-After"],
                headers: HTTPHeaders(headers.map { ($0.key, $0.value) }),
                body: ByteBuffer(string: body))
        case .stored(let status, let headers), .partly(_, let status, let headers):
            return TransportAnswer(
                status: status, headers: HTTPHeaders(headers.map { ($0.key, $0.value) }), body: ByteBuffer())
        case .failure(let error): throw error
        case .hang: throw .timeout
        }
    }
}
