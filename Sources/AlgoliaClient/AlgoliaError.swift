public import UsageModel

/// Why a request to an Algolia API brought nothing.
public enum AlgoliaError: Error, Sendable, Hashable {
    /// 401 or 403: a wrong key, or a plan without access.
    case unauthorized(status: Int, message: String)
    /// 404: no such index, or no data in the range.
    case notFound(message: String)
    /// Another 4xx: a parameter, a statistic or the wildcard is refused.
    case refused(status: Int, message: String)
    /// 429; `retryAfter` in seconds from now, when the vendor named one.
    case rateLimited(retryAfter: Double?)
    /// 5xx, or a status that makes no sense here.
    case server(status: Int, message: String, retryAfter: Double?)
    case timeout
    /// No connection, or a broken one.
    case connection(String)
    /// An answer that cannot be decoded.
    case broken(UsageDecodingError)
    /// There is no key to send.
    case noKey(String)
    case cancelled

    /// The `code` label of the request metrics: the HTTP status, or a word when there was none.
    public var code: String {
        switch self {
        case .unauthorized(let status, _), .refused(let status, _), .server(let status, _, _): String(status)
        case .notFound: "404"
        case .rateLimited: "429"
        case .timeout: "timeout"
        case .connection: "connection_error"
        case .broken: "broken_answer"
        case .noKey: "no_key"
        case .cancelled: "cancelled"
        }
    }
}

extension AlgoliaError {
    /// Whether another host of the same API may do better: this one cannot be reached, or fails.
    var isOfHost: Bool {
        switch self {
        case .timeout, .connection: true
        case .server(let status, _, _): status >= 500
        case .unauthorized, .notFound, .refused, .rateLimited, .broken, .noKey, .cancelled: false
        }
    }

    /// Whether a request to the registry of Usage API v2 failed because the key, the plan or the vendor does not have it:
    /// 401, 403, 404 or 422.
    public var refusesRegistry: Bool {
        switch self {
        case .unauthorized, .notFound, .refused(422, _): true
        case .refused, .rateLimited, .server, .timeout, .connection, .broken, .noKey, .cancelled: false
        }
    }
}

extension AlgoliaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unauthorized(let status, let message):
            "\(status) \(message): check the key and that the plan has access to this API"
        case .notFound(let message): "404 \(message)"
        case .refused(let status, let message): "\(status) \(message)"
        case .rateLimited(let retryAfter?): "429 too many requests, retry after \(Int(retryAfter.rounded(.up))) s"
        case .rateLimited(nil): "429 too many requests"
        case .server(let status, let message, _): message.isEmpty ? "status \(status)" : "\(status) \(message)"
        case .timeout: "no complete answer in time"
        case .connection(let reason): "connection failed: \(reason)"
        case .broken(let error): error.description
        case .noKey(let reason): reason
        case .cancelled: "cancelled"
        }
    }
}

extension AlgoliaError {
    /// Whether a cluster in the request is none that the Monitoring API knows: 404 `Unknown cluster "c0-xx"` for status
    /// and incidents, 400 `Unknown servers` for probes and reachability.
    public var isUnknownCluster: Bool {
        switch self {
        case .notFound(let message): message.hasPrefix("Unknown cluster")
        case .refused(400, let message): message.hasPrefix("Unknown server")
        default: false
        }
    }

    /// Which of `clusters` the vendor's message names in quotes as unknown; none where it names none.
    public func unknownClusters(among clusters: [ServerName]) -> [ServerName] {
        guard isUnknownCluster, case .notFound(let message) = self else { return [] }
        return clusters.filter { message.contains("\"\($0)\"") }
    }
}
