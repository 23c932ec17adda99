/// One address that a server listens on.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// - Parameter host: a name or an address; empty for every address of the machine, IPv6 and IPv4.
    case tcp(host: String, port: Int)
    /// - Parameter path: of a socket in the file system.
    case unix(path: String)
    /// A listening socket that the process was started with, by its descriptor.
    case descriptor(Int32)

    /// The most bytes of a socket's path that the system takes.
    public static let longestPath = 107
    /// The forms that ``init(_:)`` reads, for error messages.
    public static let expected =
        "expected host:port, :port, [IPv6]:port or unix:/path, such as 127.0.0.1:9914"

    /// `host:port`, `[IPv6]:port`, `:port` or `unix:/path`; nil for anything else.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/"), !path.hasSuffix("/"), path.utf8.count <= Self.longestPath else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        self = .tcp(host: host, port: Int(port))
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): "\(Self.bracketed(host)):\(port)"
        case .unix(let path): "unix:\(path)"
        case .descriptor(let number): "descriptor \(number)"
        }
    }

    /// The port; nil for what has none.
    public var port: Int? {
        guard case .tcp(_, let port) = self else { return nil }
        return port
    }

    /// Scheme and authority of a URL for a client on this machine; `http+unix` and the encoded path for a socket of the
    /// file system. Nil for a descriptor.
    public func url(isSecure: Bool) -> String? {
        let scheme = isSecure ? "https" : "http"
        switch self {
        case .tcp(let host, let port):
            let own = ["": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"]
            return "\(scheme)://\(Self.bracketed(own[host] ?? host)):\(port)"
        case .unix(let path): return "\(scheme)+unix://\(PercentEncoding.component(path))"
        case .descriptor: return nil
        }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
