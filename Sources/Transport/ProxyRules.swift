#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The proxy of each request, by the rules of Go's `golang.org/x/net/http/httpproxy`, which Prometheus follows.
public struct ProxyRules: Sendable, Hashable {
    /// For `http` URLs; nil for none.
    public var http: ProxyServer?
    /// For `https` URLs; nil for none.
    public var https: ProxyServer?
    /// Hosts that are connected to directly, this machine's loopback always among them; nil for none at all.
    public var exceptions: NoProxyList? = NoProxyList("")

    /// No proxy at all.
    public init() {}

    /// One proxy for every host, loopback included, as `proxy_url` has it in Prometheus.
    public init(always proxy: ProxyServer) {
        http = proxy
        https = proxy
        exceptions = nil
    }

    /// The proxy for a request to `url`; nil to connect directly.
    public func proxy(for url: String) -> ProxyServer? {
        guard let url = URL(string: url), let scheme = url.scheme?.lowercased(), let host = url.host else { return nil }
        guard let proxy = scheme == "https" ? https : http else { return nil }
        let port = url.port ?? (scheme == "https" ? 443 : 80)
        return exceptions?.contains(host: host, port: port) == true ? nil : proxy
    }
}

/// A proxy. It prints as host and port, so that no log or error can hold its credentials.
public struct ProxyServer: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// By the method `CONNECT`.
        case http
        /// The same, over TLS to the proxy.
        case https
        /// SOCKS 5 without authentication; the proxy looks up the host.
        case socks5
    }

    public var kind: Kind
    /// A name or an address, the latter without brackets.
    public var host: String
    public var port: Int
    /// User and password with a colon between them, sent as `Proxy-Authorization`; nil for none.
    public var credentials: SecretText?

    public init(_ kind: Kind = .http, host: String, port: Int, credentials: SecretText? = nil) {
        self.kind = kind
        self.host = host
        self.port = port
        self.credentials = credentials
    }
}

extension ProxyServer: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
