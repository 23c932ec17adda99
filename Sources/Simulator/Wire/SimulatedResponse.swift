/// An answer without a socket.
public struct SimulatedResponse: Sendable {
    /// How the answer travels. The transport has to act on it.
    public enum Delivery: Sendable, Hashable {
        /// At once and whole.
        case normal
        /// Nothing is ever sent.
        case hang
        /// The body in chunks of so many bytes, with a delay before each.
        case slow(chunkBytes: Int, delay: Duration)
        /// `Content-Length` of the whole body, so many bytes of it, then the connection closes.
        case cut(afterBytes: Int)
    }

    /// The HTTP status; nothing to go by when the delivery is ``Delivery/hang``.
    public var status: Int
    /// Without `Content-Length`, which the transport adds.
    public var headers: [(name: String, value: String)]
    /// Compressed when a header says so.
    public var body: [UInt8]
    /// How it travels.
    public var delivery: Delivery

    /// An answer; by default without headers and body, delivered as it is.
    public init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], delivery: Delivery = .normal
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.delivery = delivery
    }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    static func json(_ body: [UInt8], status: Int = 200) -> SimulatedResponse {
        SimulatedResponse(
            status: status, headers: [(name: "Content-Type", value: "application/json; charset=UTF-8")], body: body)
    }
}
