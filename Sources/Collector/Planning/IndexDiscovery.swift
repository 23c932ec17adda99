internal import AlgoliaClient
internal import Transport
internal import UsageModel

/// When to list the indices again.
struct IndexDiscovery {
    private var notBefore = 0.0
    private var failures = 0
    /// Whether the key is refused or missing.
    private(set) var isUnauthorized = false

    func isDue(now: UnixTime, interval: Int64) -> Bool {
        lastSuccess.map { now >= $0 + interval } ?? true && Double(now) >= notBefore
    }

    private var lastSuccess: UnixTime?

    private(set) var hasSucceeded = false

    /// When to wake up for it at the latest.
    func wakeUp(_ canList: Bool) -> Double { canList && failures > 0 ? notBefore : .infinity }

    mutating func succeeded(now: UnixTime) {
        lastSuccess = now
        hasSucceeded = true
        failures = 0
        isUnauthorized = false
    }

    /// Makes it due, because the key or what is selected has changed.
    mutating func resume() {
        lastSuccess = nil
        notBefore = 0
        isUnauthorized = false
    }

    /// Moves what is kept in the time of day, because that was set.
    mutating func shift(by seconds: Double) {
        if notBefore > 0 { notBefore += seconds }
        lastSuccess = lastSuccess.map { $0 + UnixTime(seconds) }
    }

    /// The delay until the next attempt, in seconds.
    mutating func failed(
        now: Double, _ error: AlgoliaError, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        failures += 1
        let kind = FailureKind(error)
        if kind == .unauthorized { isUnauthorized = true }
        var delay = kind.scheduledDelay(failures: failures, using: &generator)
        if isUnauthorized, kind != .unauthorized {
            delay = max(delay, FailureKind.unauthorized.scheduledDelay(failures: failures, using: &generator))
        }
        notBefore = (now + delay).rounded(.up)
        return delay
    }
}
