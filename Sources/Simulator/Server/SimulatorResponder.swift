import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Passes every request to the simulator, regardless of its path: a router would
/// decode what has to be looked at raw.
struct SimulatorResponder: HTTPResponder {
    let simulator: Simulator

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        let answer = await simulator.respond(
            to: SimulatedRequest(
                method: request.method.rawValue, target: request.head.path ?? "/",
                headers: request.headers.map { ($0.name.rawName, $0.value) }))
        if answer.delivery == .hang {
            await hang(request, context)
            return Response(status: .gatewayTimeout)
        }
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body(answer))
    }

    /// Waits until the client goes away, or the server stops, or for the
    /// longest hang; then the connection is closed without an answer.
    private func hang(_ request: Request, _ context: ConnectionContext) async {
        try? await request.body.consumeWithCancellationOnInboundClose { _ in
            try await cancelWhenGracefulShutdown {
                try await Task.sleep(for: SimulatorServer.longestHang)
            }
        }
        try? await context.channel.close()
    }

    private func body(_ answer: SimulatedResponse) -> ResponseBody {
        let bytes = answer.body
        switch answer.delivery {
        case .normal, .hang:
            return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .slow(let chunkBytes, let delay):
            return ResponseBody(contentLength: bytes.count) { writer in
                for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
                    try await Task.sleep(for: delay)
                    try await writer.write(ByteBuffer(bytes: bytes[start..<min(start + chunkBytes, bytes.count)]))
                }
                try await writer.finish(nil)
            }
        case .cut(let count):
            return ResponseBody(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(count)))
                throw ConnectionCut()
            }
        }
    }
}

/// Thrown in the middle of a body: Hummingbird then closes the connection.
private struct ConnectionCut: Error {}

/// A request context that knows its connection, so that it can be closed.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
