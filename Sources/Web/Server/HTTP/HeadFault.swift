internal import HTTPTypes
internal import NIOHTTP1

/// Why the head of a request is refused before anyone looks at what it asks for.
struct HeadFault: Error {
    let status: HTTPResponseStatus
    let detail: String

    /// Bytes of the largest body that anything here reads. A client that announces a larger one is not asked to send it.
    private static let bodyLimit = 1 << 20

    private static let hostField = HTTPField.Name("Host")

    /// The reason under which it is counted.
    var rejection: HTTPMetric.Rejection { status == .requestHeaderFieldsTooLarge ? .head : .protocol }

    init(status: HTTPResponseStatus, detail: String) {
        self.status = status
        self.detail = detail
    }

    /// The answer to a request that cannot be parsed.
    init(_ error: HTTPParserError) {
        switch error {
        case .invalidVersion: self = Self.version
        case .invalidMethod:
            self.init(status: .notImplemented, detail: "the request does not begin with a supported method")
        case .headerOverflow:
            self.init(
                status: .requestHeaderFieldsTooLarge,
                detail: "the target or the headers of the request are too long; at most 80 KiB are accepted")
        default: self = Self.bad("the request is not valid HTTP/1.1 (RFC 9112)")
        }
    }

    private static let version = HeadFault(
        status: .httpVersionNotSupported, detail: "only HTTP/1.0 and HTTP/1.1 are supported")

    /// Whether there is a body and, as far as its length is known, it may be sent.
    static func fits(_ head: HTTPRequestHead) -> Bool {
        guard let length = head.headers.first(name: "content-length") else {
            return head.headers.contains(name: "transfer-encoding")
        }
        return isAcceptable(length)
    }

    /// The same for HTTP/2, where a body needs no field.
    static func fits(_ head: HTTPRequest) -> Bool { head.headerFields[.contentLength].map(isAcceptable) ?? true }

    private static func isAcceptable(_ length: String) -> Bool {
        Int(length).map { (1...bodyLimit).contains($0) } ?? false
    }

    /// Refuses what RFC 9112 demands to refuse, and brings the target into its usual form: a path.
    static func check(_ head: inout HTTPRequestHead) throws(HeadFault) {
        guard head.version.major == 1 else { throw version }
        let hosts = head.headers["host"]
        guard hosts.count <= 1 else { throw bad("the request has \(hosts.count) Host headers; exactly one is allowed") }
        guard let host = hosts.first ?? (head.version.minor == 0 ? "" : nil) else {
            throw bad("the request has no Host header, which HTTP/1.1 requires")
        }
        guard host.isEmpty || isAuthority(host) else { throw bad("the Host header is not a host and a port") }
        try reduceTarget(&head)
        try checkCodings(head.headers[canonicalForm: "transfer-encoding"])
        try checkExpectations(head.headers["expect"])
    }

    /// The same for HTTP/2 (RFC 9113, section 8.3.1), whose library has seen to the fields.
    static func check(_ head: inout HTTPRequest) throws(HeadFault) {
        let hosts = hostField.map { head.headerFields[values: $0] } ?? []
        guard hosts.count <= 1 else { throw bad("the request has \(hosts.count) Host headers; at most one is allowed") }
        if let host = hosts.first {
            guard host.lowercased() == head.authority?.lowercased() ?? host.lowercased() else {
                throw bad("the Host header and :authority differ")
            }
            head.authority = host
            if let name = hostField { head.headerFields[name] = nil }
        }
        guard let authority = head.authority else { throw bad("the request has neither :authority nor a Host header") }
        guard isAuthority(authority) else { throw bad("the :authority is not a host and a port") }
        guard let path = head.path, path.hasPrefix("/") || (path == "*" && head.method == .options) else {
            throw bad("the :path of the request is not a path")
        }
        try checkExpectations(head.headerFields[values: .expect])
    }

    private static func checkExpectations(_ expectations: [String]) throws(HeadFault) {
        guard expectations.allSatisfy({ $0.lowercased() == "100-continue" }) else {
            throw HeadFault(status: .expectationFailed, detail: "the only supported expectation is 100-continue")
        }
    }

    private static func bad(_ detail: String) -> HeadFault { HeadFault(status: .badRequest, detail: detail) }

    /// Refuses bodies whose end cannot be found, and those in a form that nothing here decodes (RFC 9112, sections 6.1
    /// and 6.3).
    private static func checkCodings(_ codings: [Substring]) throws(HeadFault) {
        guard let last = codings.last else { return }
        guard last.lowercased() == "chunked", !codings.dropLast().contains(where: { $0.lowercased() == "chunked" })
        else { throw bad("the last Transfer-Encoding must be chunked, once") }
        guard codings.count == 1 else {
            throw HeadFault(
                status: .notImplemented, detail: "the only supported Transfer-Encoding is chunked")
        }
    }

    /// `http://host/path` as a `Host` and a path (RFC 9112, sections 3.2.2 and 3.2.4).
    private static func reduceTarget(_ head: inout HTTPRequestHead) throws(HeadFault) {
        if head.uri.utf8.first == UInt8(ascii: "/") { return }
        if head.uri == "*" {
            guard head.method == .OPTIONS else { throw bad("only OPTIONS may have the target *") }
            return
        }
        let scheme = ["http://", "https://"].first { head.uri.lowercased().hasPrefix($0) }
        guard let scheme else { throw bad("the target of the request is neither a path nor an http URL") }
        let rest = head.uri.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard isAuthority(authority) else { throw bad("the target of the request has no host") }
        head.headers.replaceOrAdd(name: "Host", value: String(authority))
        let path = rest.dropFirst(authority.count)
        let isServer = path.isEmpty && head.method == .OPTIONS
        head.uri = isServer ? "*" : (path.first == "/" ? "" : "/") + path
    }

    /// Whether it is `host` or `host:port`, the host a name or an address in brackets (RFC 3986, section 3.2.2).
    private static func isAuthority(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        let host: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            host = bytes.prefix { $0 != UInt8(ascii: "]") }
            guard host.count > 1, host.count < bytes.count, host.dropFirst().allSatisfy(isOfAddress) else {
                return false
            }
        } else {
            host = bytes.prefix { $0 != UInt8(ascii: ":") }
            guard !host.isEmpty, host.allSatisfy(isOfName) else { return false }
        }
        let port = bytes.dropFirst(bytes.first == UInt8(ascii: "[") ? host.count + 1 : host.count)
        guard let colon = port.first else { return true }
        return colon == UInt8(ascii: ":") && port.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~%!$&'()*+,;=".utf8.contains(byte)
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: ":.".utf8.contains(byte)
        }
    }
}
