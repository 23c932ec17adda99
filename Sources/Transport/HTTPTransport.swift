public import NIOCore
public import NIOHTTP1

/// Sends one request and returns the whole answer. The seam between a client and the network.
public protocol HTTPTransport: Sendable {
    /// Sends one request, once.
    /// - Throws: ``TransportError``.
    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer
    /// Ends the connections that are this transport's alone. No request may follow.
    func close()
}

extension HTTPTransport {
    /// For transports that hold no connections.
    public func close() {}
}

/// A request as it goes over the wire.
public struct TransportRequest: Sendable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    /// Absolute, percent-encoded.
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Sent with a POST only.
    public var body: [UInt8]
    /// Seconds for the whole exchange, both bodies included.
    public var timeout: Double
    /// The largest body to accept, in bytes after decompression.
    public var maximumBody: Int
    /// Whether an answer is worth nothing without its body. If not, one whose body is larger than ``maximumBody`` or
    /// breaks off counts as an answer with an empty body.
    public var needsBody: Bool

    public init(
        _ method: Method = .get, url: String, headers: [(name: String, value: String)], body: [UInt8] = [],
        timeout: Double, maximumBody: Int, needsBody: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumBody = maximumBody
        self.needsBody = needsBody
    }
}

/// A complete HTTP answer, its body already decompressed.
public struct TransportAnswer: Sendable {
    public var status: Int
    /// The `Retry-After` header, as sent.
    public var retryAfter: String?
    /// The `Date` header: when the server's clock says that it answered, in seconds since 1970. Nil when it has none
    /// that can be read.
    public var date: Int64?
    /// Every header.
    public var headers: HTTPHeaders
    public var body: ByteBuffer

    public init(
        status: Int, retryAfter: String? = nil, date: Int64? = nil, headers: HTTPHeaders = [:], body: ByteBuffer
    ) {
        self.status = status
        self.retryAfter = retryAfter
        self.date = date
        self.headers = headers
        self.body = body
    }
}
