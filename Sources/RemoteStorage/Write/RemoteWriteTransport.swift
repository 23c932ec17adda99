internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import NIOSSL
public import Transport

/// Sends one POST and returns what matters of the answer. The seam between remote write and the network.
public protocol RemoteWriteTransport: Sendable {
    /// - Throws: `TransportError`.
    func post(_ request: RemoteWritePost) async throws(TransportError) -> RemoteWriteAnswer
    /// Ends its connections. No call may follow.
    func close()
}

/// A POST as it goes over the wire.
public struct RemoteWritePost: Sendable {
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// Seconds for the whole exchange.
    public var timeout: Double

    public init(url: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Double) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// An answer to it.
public struct RemoteWriteAnswer: Sendable {
    public var status: Int
    /// The `Retry-After` header, as sent.
    public var retryAfter: String?
    /// `X-Prometheus-Remote-Write-Samples-Written`: only a receiver of 2.0 sends it.
    public var samplesWritten: Int?
    /// The first line of the body, shortened.
    public var message: String

    public init(status: Int, retryAfter: String? = nil, samplesWritten: Int? = nil, message: String = "") {
        self.status = status
        self.retryAfter = retryAfter
        self.samplesWritten = samplesWritten
        self.message = message
    }
}

/// The network, by AsyncHTTPClient.
public struct HTTPRemoteWriteTransport: RemoteWriteTransport {

    private let client: HTTPClient

    /// - Parameter tls: nil for the defaults.
    public init(tls: TLSConfiguration?) {
        // Redirects are not followed: a password must not travel to another host.
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.httpVersion = .http1Only
        configuration.refuseImpossibleStatuses()
        // The sender retries, and logs why: the library would retry silently.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    public func post(_ request: RemoteWritePost) async throws(TransportError) -> RemoteWriteAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .POST
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        do {
            return try await withTimeout(seconds: request.timeout) { [outgoing] in
                let response = try await client.execute(outgoing, timeout: .nanoseconds(Int64(request.timeout * 1e9)))
                // What a longer message says does not matter.
                let body = (try? await response.body.collect(upTo: 1 << 16)) ?? ByteBuffer()
                try Task.checkCancellation()
                return RemoteWriteAnswer(
                    status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"),
                    samplesWritten: response.headers.first(name: "X-Prometheus-Remote-Write-Samples-Written")
                        .flatMap { Int($0) },
                    message: Self.message(String(buffer: body)))
            }
        } catch {
            throw TransportError(error)
        }
    }

    /// Closes its connections, whenever they are ready for it: one that is being made to a host that does
    /// not answer takes its time, which nobody should have to wait for.
    public func close() {
        Task { [client] in try? await client.shutdown() }
    }

    private static func message(_ body: String) -> String {
        let line = body.split(whereSeparator: \.isNewline).first ?? ""
        let plain = String(
            String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
        return plain
    }
}
