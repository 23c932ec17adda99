internal import AlgoliaClient
internal import UsageModel

/// When to list the indices again.
struct IndexDiscovery {
    private var notBefore = 0.0
    private var failures = 0

    func isDue(now: UnixTime, interval: Int64) -> Bool {
        lastSuccess.map { now >= $0 + interval } ?? true && Double(now) >= notBefore
    }

    private var lastSuccess: UnixTime?

    var hasSucceeded: Bool { lastSuccess != nil }

    /// When to wake up for it at the latest.
    func wakeUp(_ canList: Bool) -> Double { canList && failures > 0 ? notBefore : .infinity }

    mutating func succeeded(now: UnixTime) {
        lastSuccess = now
        failures = 0
    }

    /// The delay until the next attempt, in seconds.
    mutating func failed(
        now: Double, _ error: AlgoliaError, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        failures += 1
        let backoff: Backoff =
            switch error {
            case .unauthorized, .noKey: .unauthorized
            default: .transient
            }
        var delay = max(1, backoff.delay(failures: failures, using: &generator))
        if case .rateLimited(let retryAfter?) = error { delay = max(delay, retryAfter) }
        notBefore = (now + delay).rounded(.up)
        return delay
    }
}
