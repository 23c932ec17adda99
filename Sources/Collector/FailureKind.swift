internal import AlgoliaClient
internal import Transport
internal import UsageModel

/// The kind of a failure, which decides who waits and for how long, given how often it has happened in a row.
///
/// The one table, for the requests of both collectors and for the history that they write:
///
/// | failure | who waits | for how long |
/// |---|---|---|
/// | cancelled | nobody | the process ends, or the client has gone |
/// | 429, or 5xx with `Retry-After` | the application | as long as it says, and up to a second more: clocks differ |
/// | 429 without `Retry-After` | the application | transient backoff, at least 1 s |
/// | 401, 403, no key | the application | unauthorized backoff, or until the key is replaced |
/// | 400, 404, 422 | the request | by what it says about the statistics, the range or the index; else transient backoff |
/// | 404 for an index that is not listed | the scope | not-found backoff |
/// | 5xx, timeout, broken connection, an answer that cannot be decoded | the request | transient backoff |
/// | the history cannot be read or written | the collector | transient backoff, at least 1 s |
///
/// The list of indices and the requests to the Monitoring API have their own schedules
/// (``scheduledDelay(failures:using:)``): each waits for itself, at least 1 s, and longer when `Retry-After` says so.
enum FailureKind: Equatable {
    case cancelled
    /// Told to wait, by 429 or by `Retry-After`, in seconds.
    case throttled(retryAfter: Double?)
    /// The key is refused or missing.
    case unauthorized
    /// The request was refused, or names something unknown to the vendor.
    case rejected
    /// It may pass by itself.
    case transient
    /// Not the vendor's: the history cannot be read or written.
    case storage

    init(_ error: any Error) {
        guard let error = error as? AlgoliaError else {
            self = error is CancellationError ? .cancelled : .storage
            return
        }
        self =
            switch error {
            case .cancelled: .cancelled
            case .rateLimited(let retryAfter): .throttled(retryAfter: retryAfter)
            case .server(_, _, let retryAfter?): .throttled(retryAfter: retryAfter)
            case .unauthorized, .noKey: .unauthorized
            case .notFound, .refused: .rejected
            case .server, .timeout, .connection, .broken: .transient
            }
    }

    private var backoff: Backoff { self == .unauthorized ? .unauthorized : .transient }

    /// Seconds to wait after `failures` failures in a row.
    func delay(failures: Int, using generator: inout any RandomNumberGenerator & Sendable) -> Double {
        switch self {
        case .cancelled: 0
        case .throttled(let retryAfter?): retryAfter + Double.random(in: 0...1, using: &generator)
        case .throttled, .storage: max(1, backoff.delay(failures: failures, using: &generator))
        case .unauthorized, .rejected, .transient: backoff.delay(failures: failures, using: &generator)
        }
    }

    /// Seconds to wait before a request that has its own schedule is repeated, after `failures` failures in a row.
    func scheduledDelay(failures: Int, using generator: inout any RandomNumberGenerator & Sendable) -> Double {
        let delay = max(1, backoff.delay(failures: failures, using: &generator))
        guard case .throttled(let retryAfter?) = self else { return delay }
        return max(delay, retryAfter)
    }
}

extension AlgoliaClient {
    /// How a refused key comes to be replaced, as the end of a sentence.
    func rotation(_ api: API) -> String {
        key(api)?.isFile == true
            ? "or as soon as the key file changes"
            : "(a key from the environment changes with a restart, one in the configuration with a reload)"
    }
}

extension Backoff {
    /// For 429, 5xx, timeouts and broken answers.
    static let transient = Backoff(base: 2, cap: 300)
    /// For 401 and 403, which only a person can mend. Mending mostly means another key, and
    /// that is tried at once (``Secret/hasReplacement``); the same key is tried seldom.
    static let unauthorized = Backoff(base: 300, cap: 3600, floor: 0.8)
    /// For an index that the vendor does not know, which may come back.
    static let notFound = Backoff(base: 600, cap: 6 * 3600, floor: 0.5)
}
