import Transport
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import RemoteStorage
import ServiceLifecycle
import UsageModel

/// A ``TestReceiver`` on a port of loopback.
final class ReceiverServer: Sendable {
    let url: String
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// - Parameter tls: serves HTTPS with these.
    init(_ receiver: TestReceiver, tls: TLSConfiguration? = nil) async throws {
        let router = Router()
        router.post("/api/v1/write") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 26)
            var headers: [String: String] = [:]
            for field in request.headers { headers[field.name.canonicalName] = field.value }
            switch receiver.handle(headers: headers, body: Array(buffer: body)) {
            case .status(let status, let headers, let text):
                return Self.response(status, headers, text)
            case .stored(let status, let headers), .partly(_, let status, let headers):
                return Self.response(status, headers, "")
            case .failure, .hang:
                try await Task.sleep(for: .seconds(600))
                return Response(status: .ok)
            }
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
        // A request that hangs is not waited for.
        configuration.maximumGracefulShutdownDuration = .milliseconds(100)
        let group = ServiceGroup(configuration: configuration)
        self.group = group
        running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        guard let number = await iterator.next() else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "\(tls == nil ? "http" : "https")://localhost:\(number)/api/v1/write"
    }

    /// To this server, with patience: it answers while other tests keep the machine busy.
    func destination(_ name: String) -> RemoteWriteDestination {
        var destination = RemoteWriteDestination(name: name, url: url)
        destination.timeout = 600
        return destination
    }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await running.value
    }

    private static func response(_ status: Int, _ headers: [String: String], _ text: String) -> Response {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return Response(
            status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
