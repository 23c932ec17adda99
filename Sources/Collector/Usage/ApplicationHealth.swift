internal import AlgoliaClient
internal import History
internal import Transport
internal import UsageModel

/// Whether an application may be asked at all: pauses that concern every request.
struct ApplicationHealth {
    /// Scopes that may fail in a row before the vendor, and not a scope, is taken to be the cause.
    private static let failingScopes = 3

    private var pause = 0.0
    private var failures = 0
    private var failing: Set<Scope> = []
    private var storageFailures = 0
    /// Since when the history cannot be read or written.
    private(set) var storageFailingSince: UnixTime?
    /// What was refused since the newest success with a 403 that was taken for a refusal of statistics or of an index.
    private(set) var forbidden: Set<Scope> = []
    private(set) var isUnauthorized = false
    private(set) var lastSuccess: Double?
    private(set) var lastError: (message: String, time: UnixTime)?

    /// Whether the newest error is newer than the newest success.
    var hasFailedSinceSuccess: Bool {
        guard let lastError else { return false }
        return Double(lastError.time) > lastSuccess ?? -.infinity
    }

    /// Whether every request had to pause since the newest success.
    var hasPaused: Bool { failures > 0 }

    func pausedUntil(now: Double) -> Double? { pause > now ? pause : nil }

    mutating func succeeded(now: Double) {
        lastSuccess = now
        failures = 0
        failing = []
        forbidden = []
        isUnauthorized = false
    }

    /// The history was written.
    mutating func stored() {
        storageFailures = 0
        storageFailingSince = nil
    }

    /// The vendor answered, though not with data.
    mutating func answered(now: Double, error: AlgoliaError) {
        failing = []
        lastError = (error.description, UnixTime(now))
    }

    /// Notes a 403 that is taken for a refusal of statistics, or of an index.
    mutating func noteForbidden(_ scope: Scope) { forbidden.insert(scope) }

    /// Notes a failure, for people.
    mutating func noteError(_ message: String, at time: UnixTime) { lastError = (message, time) }

    /// Moves what is kept in the time of day, because that was set.
    mutating func shift(by seconds: Double) {
        if pause > 0 { pause += seconds }
        lastSuccess = lastSuccess.map { $0 + seconds }
        lastError?.time += UnixTime(seconds)
    }

    mutating func resume() {
        pause = 0
        isUnauthorized = false
    }

    /// Pauses every request, because a failure is the application's and not a request's.
    /// - Returns: seconds to wait.
    mutating func paused(
        by kind: FailureKind, now: Double, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        failures += 1
        let delay = kind.delay(failures: failures, using: &generator)
        pause = max(pause, now + delay)
        return delay
    }

    mutating func unauthorized(
        _ error: AlgoliaError, now: Double, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        isUnauthorized = true
        forbidden = []
        lastError = (error.description, UnixTime(now))
        return paused(by: .unauthorized, now: now, using: &generator)
    }

    mutating func failed(
        _ scope: Scope, now: Double, using generator: inout any RandomNumberGenerator & Sendable
    ) {
        failing.insert(scope)
        guard failing.count >= Self.failingScopes else { return }
        _ = paused(by: .transient, now: now, using: &generator)
    }

    mutating func storageFailed(
        _ error: any Error, now: Double, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        storageFailures += 1
        storageFailingSince = storageFailingSince ?? UnixTime(now)
        lastError = (HistoryError.sentence(error), UnixTime(now))
        let delay = FailureKind.storage.delay(failures: storageFailures, using: &generator)
        pause = max(pause, now + delay)
        return delay
    }
}
