public import NIOCore

/// Sends one GET and returns the whole answer. The seam between the client and
/// the network.
public protocol HTTPTransport: Sendable {
    /// - Throws: ``TransportError``.
    func get(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer
}

/// A GET request as it goes over the wire.
public struct TransportRequest: Sendable {
    /// Absolute, percent-encoded.
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Seconds for the whole exchange, body included.
    public var timeout: Double
    /// The largest body to accept, in bytes after decompression.
    public var maximumBody: Int

    public init(url: String, headers: [(name: String, value: String)], timeout: Double, maximumBody: Int) {
        self.url = url
        self.headers = headers
        self.timeout = timeout
        self.maximumBody = maximumBody
    }
}

/// A complete HTTP answer, its body already decompressed.
public struct TransportAnswer: Sendable {
    public var status: Int
    /// The `Retry-After` header, as sent.
    public var retryAfter: String?
    /// The `Date` header: when the vendor's clock says that it answered. Nil when it has none that can be read.
    /// Seconds since 1970.
    public var date: Int64?
    public var body: ByteBuffer

    public init(status: Int, retryAfter: String? = nil, date: Int64? = nil, body: ByteBuffer) {
        self.status = status
        self.retryAfter = retryAfter
        self.date = date
        self.body = body
    }
}
