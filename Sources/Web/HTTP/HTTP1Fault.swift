internal import NIOHTTP1

/// Why the head of a request is refused before anyone looks at what it asks for.
struct HTTP1Fault: Error {
    let status: HTTPResponseStatus
    let detail: String

    /// Bytes of the largest body that anything here reads. Whoever announces a larger one is not asked to send it.
    private static let bodyLimit = 1 << 20

    /// Whether the body, as far as its length is known, may be sent.
    static func fits(_ head: HTTPRequestHead) -> Bool {
        guard let length = head.headers.first(name: "content-length") else { return true }
        return Int(length).map { $0 <= bodyLimit } ?? false
    }

    /// Refuses what RFC 9112 demands to refuse, and brings the target into its usual form: a path.
    static func check(_ head: inout HTTPRequestHead) throws(HTTP1Fault) {
        guard head.version.major == 1 else {
            throw HTTP1Fault(status: .httpVersionNotSupported, detail: "only HTTP/1.0 and HTTP/1.1 are spoken here")
        }
        let hosts = head.headers["host"]
        guard hosts.count <= 1 else { throw bad("the request has \(hosts.count) Host headers, and may have one") }
        guard let host = hosts.first ?? (head.version.minor == 0 ? "" : nil) else {
            throw bad("the request has no Host header, which HTTP/1.1 demands")
        }
        guard host.utf8.allSatisfy(isOfHost) else { throw bad("the Host header is not a host and a port") }
        try reduceTarget(&head)
        let expectations = head.headers["expect"].map { $0.lowercased() }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw HTTP1Fault(status: .expectationFailed, detail: "the only expectation that can be met is 100-continue")
        }
    }

    private static func bad(_ detail: String) -> HTTP1Fault { HTTP1Fault(status: .badRequest, detail: detail) }

    /// `http://host/path` as a `Host` and a path (RFC 9112, section 3.2.2).
    private static func reduceTarget(_ head: inout HTTPRequestHead) throws(HTTP1Fault) {
        if head.uri.utf8.first == UInt8(ascii: "/") || head.uri == "*" { return }
        let scheme = ["http://", "https://"].first { head.uri.lowercased().hasPrefix($0) }
        guard let scheme else { throw bad("the target of the request is neither a path nor an http URL") }
        let rest = head.uri.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, authority.utf8.allSatisfy(isOfHost) else {
            throw bad("the target of the request has no host")
        }
        head.headers.replaceOrAdd(name: "Host", value: String(authority))
        let path = rest.dropFirst(authority.count)
        head.uri = (path.first == "/" ? "" : "/") + path
    }

    /// A character of `host[:port]` (RFC 3986, section 3.2.2), without those of a user.
    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
        }
    }
}
