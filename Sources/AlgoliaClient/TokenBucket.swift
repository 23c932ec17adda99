private import Synchronization
public import UsageModel

/// The request quota of one application.
///
/// Invariant: no minute, wherever it begins, sees more than
/// `requestsPerMinute` requests. A tenth of them may come at once; the rest
/// is refilled over the minute, so that burst and refill together stay within it.
public final class TokenBucket: Sendable {
    private struct State {
        var capacity: Double
        /// Tokens in a second.
        var rate: Double
        var tokens: Double
        var refilled: Double

        init(requestsPerMinute: Int, now: Double) {
            let quota = Double(max(requestsPerMinute, 1))
            capacity = max((quota / 10).rounded(.down), 1)
            // A quota of 1 has no room for both; its minute then starts with the request.
            rate = max(quota - capacity, quota > 1 ? 1 : 0.999) / 60
            tokens = capacity
            refilled = now
        }
    }

    private let clock: any WallClock
    private let state: Mutex<State>

    /// - Parameter requestsPerMinute: at least 1.
    public init(requestsPerMinute: Int, clock: any WallClock) {
        self.clock = clock
        state = Mutex(State(requestsPerMinute: requestsPerMinute, now: clock.seconds))
    }

    /// Another quota from now on; what was sent already counts against it.
    public func change(requestsPerMinute: Int) {
        let now = clock.seconds
        state.withLock { state in
            var changed = State(requestsPerMinute: requestsPerMinute, now: now)
            guard changed.capacity != state.capacity || changed.rate != state.rate else { return }
            let spent = state.capacity - state.tokens
            changed.tokens = max(0, changed.capacity - spent)
            changed.refilled = state.refilled
            state = changed
        }
    }

    /// Takes a token, or says how many seconds to wait for the next one.
    private func take() -> Double {
        let now = clock.seconds
        return state.withLock { state in
            // A clock that was set back must not drain the bucket.
            state.tokens = min(
                state.capacity, state.tokens + max(0, now - state.refilled) * state.rate)
            state.refilled = now
            guard state.tokens >= 1 else { return (1 - state.tokens) / state.rate }
            state.tokens -= 1
            return 0
        }
    }

    /// Waits for a token and takes it.
    /// - Throws: `CancellationError`.
    public func acquire() async throws {
        while case let wait = take(), wait > 0 {
            // A little more than needed: rounding must not make this spin.
            try await clock.sleep(for: wait + 0.001)
        }
    }
}
