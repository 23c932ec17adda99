/// The addresses of the HTTP interface: the paths that it serves, and those that readers use, which differ behind a
/// reverse proxy that removes a prefix.
public struct WebPaths: Sendable, Hashable {
    /// A flag's value that cannot be used.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// - Parameter description: the flag, what is wrong with its value, and what is expected.
        public init(_ description: String) { self.description = description }
    }

    /// The path before every route, such as `/algolia`; empty for none.
    public private(set) var routePrefix = ""
    /// Scheme and authority of the URL that readers use, such as `https://metrics.example.com`; nil for the server's own.
    public private(set) var externalOrigin: String?
    /// The path that readers write before every route; empty for none.
    public private(set) var linkPrefix = ""
    /// The path of the metrics, without the prefix.
    public private(set) var telemetry = "/metrics"

    public init() {}

    /// - Parameters:
    ///   - routePrefix: a path, with or without a slash at its ends; nil for the path of `externalURL`.
    ///   - externalURL: an `http` or `https` URL, or a path of this server.
    ///   - telemetryPath: an absolute path; nil for `/metrics`.
    public init(routePrefix: String?, externalURL: String?, telemetryPath: String?) throws(Invalid) {
        var externalPath: String?
        if let externalURL {
            guard let (origin, path) = Self.parts(externalURL), let path = Self.normalized(path) else {
                throw Invalid(
                    "--web.external-url: '\(externalURL)' is not usable; expected an http or https URL such as https://metrics.example.com/algolia, without user, query and fragment"
                )
            }
            externalOrigin = origin
            externalPath = path
        }
        if let routePrefix {
            guard let path = Self.normalized(routePrefix) else {
                throw Invalid(
                    "--web.route-prefix: '\(routePrefix)' is not usable; expected a path such as /algolia, of letters, digits and -._~"
                )
            }
            self.routePrefix = path
        } else {
            self.routePrefix = externalPath ?? ""
        }
        linkPrefix = externalPath ?? self.routePrefix
        if let telemetryPath {
            guard telemetryPath.hasPrefix("/"), let path = Self.normalized(telemetryPath), !path.isEmpty else {
                throw Invalid(
                    "--web.telemetry-path: '\(telemetryPath)' is not usable; expected a path such as /metrics, of letters, digits and -._~"
                )
            }
            telemetry = path
        }
    }

    /// The host that readers ask for, without port and brackets; nil for the server's own.
    public var externalHost: String? {
        guard let authority = externalOrigin?.split(separator: "/").last else { return nil }
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    /// `http` or `https`; nil for the server's own.
    public var externalScheme: String? { externalOrigin.map { String($0.prefix { $0 != ":" }) } }

    /// Host and port of the URL that readers use, with the port that its scheme stands for; nil for the server's own.
    public var externalAuthority: String? {
        guard let externalOrigin, let authority = externalOrigin.split(separator: "/").last else { return nil }
        let hasPort = authority.drop { $0 != "]" }.contains(":") || !authority.contains("[") && authority.contains(":")
        return hasPort ? String(authority) : "\(authority):\(externalScheme == "https" ? 443 : 80)"
    }

    /// An absolute path or URL of `path`, as readers reach it.
    public func link(_ path: String) -> String { linkPrefix + path }

    /// Scheme, authority and path of a URL; nil for anything else.
    private static func parts(_ url: String) -> (origin: String?, path: String)? {
        if url.hasPrefix("/"), !url.hasPrefix("//") { return (nil, url) }
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }.lowercased()
        guard scheme == "http" || scheme == "https", isAuthority(authority) else { return nil }
        return ("\(scheme)://\(authority)", String(rest.dropFirst(authority.count)))
    }

    /// Whether `text` is `host`, `host:port` or `[address]:port`.
    private static func isAuthority(_ text: String) -> Bool {
        let form = /(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/
        guard let match = text.wholeMatch(of: form) else { return false }
        return match.1.map { UInt16($0) != nil } ?? true
    }

    /// `path` with one slash before every segment and none at its end; nil when a segment would need encoding.
    private static func normalized(_ path: String) -> String? {
        var result = ""
        for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard segment.allSatisfy(PercentEncoding.isUnreserved), let segment = String(segment),
                segment != ".", segment != ".."
            else { return nil }
            result += "/" + segment
        }
        return result
    }
}
