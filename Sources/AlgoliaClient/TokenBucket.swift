private import Synchronization
public import UsageModel

/// The request quota of one application.
///
/// Invariant: no minute, wherever it begins, sees more than
/// `requestsPerMinute` requests. A tenth of them may come at once; the rest
/// is refilled over the minute, so that burst and refill together stay within it.
/// With a ``QuotaMemory`` that holds over restarts, too.
public final class TokenBucket: Sendable {
    /// How much of a quota is used.
    public struct Use: Sendable, Hashable {
        public var requestsPerMinute: Int
        /// Requests of the last 60 seconds, to the second.
        public var sentInLastMinute: Int

        public init(requestsPerMinute: Int, sentInLastMinute: Int) {
            self.requestsPerMinute = requestsPerMinute
            self.sentInLastMinute = sentInLastMinute
        }
    }

    /// The seconds that many requests take at the pace of a quota.
    public static func seconds(for requests: Int, requestsPerMinute: Int) -> Double {
        Double(requests) / State(requestsPerMinute: requestsPerMinute, now: 0).rate
    }

    private struct State {
        let requestsPerMinute: Int
        var capacity: Double
        /// Tokens in a second.
        var rate: Double
        var tokens: Double
        var refilled: Double
        var sent = LastMinute()

        init(requestsPerMinute: Int, now: Double) {
            self.requestsPerMinute = max(requestsPerMinute, 1)
            let quota = Double(self.requestsPerMinute)
            capacity = max((quota / 10).rounded(.down), 1)
            // A quota of 1 has no room for both; its minute then starts with the request.
            rate = max(quota - capacity, quota > 1 ? 1 : 0.999) / 60
            tokens = capacity
            refilled = now
        }
    }

    /// The rest of a quota at one time: all that the next start needs to know.
    public struct Balance: Sendable, Hashable {
        public var tokens: Double
        /// Seconds since 1970.
        public var time: Double

        public init(tokens: Double, time: Double) {
            self.tokens = tokens
            self.time = time
        }
    }

    private let clock: any WallClock
    private let state: Mutex<State>
    private let memory = Mutex<(any QuotaMemory)?>(nil)

    /// - Parameter requestsPerMinute: at least 1.
    public init(requestsPerMinute: Int, clock: any WallClock) {
        self.clock = clock
        state = Mutex(State(requestsPerMinute: requestsPerMinute, now: clock.monotonic))
    }

    /// Another quota from now on; what was sent already counts against it.
    public func change(requestsPerMinute: Int) {
        let now = clock.monotonic
        state.withLock { state in
            var changed = State(requestsPerMinute: requestsPerMinute, now: now)
            guard changed.capacity != state.capacity || changed.rate != state.rate else { return }
            let spent = state.capacity - state.tokens
            changed.tokens = max(0, changed.capacity - spent)
            changed.refilled = state.refilled
            changed.sent = state.sent
            state = changed
        }
    }

    /// The rest of it.
    public var balance: Balance {
        state.withLock { Balance(tokens: $0.tokens, time: clock.seconds + $0.refilled - clock.monotonic) }
    }

    /// Restores what `memory` says, and saves there what is spent from now on.
    func remember(in memory: any QuotaMemory) async {
        let saved = await memory.balance()
        self.memory.withLock { $0 = memory }
        guard let saved, saved.tokens.isFinite, saved.time.isFinite else { return }
        let now = clock.seconds
        state.withLock { state in
            // A time that lies ahead of the clock is void; what was spent is not.
            let restored = saved.tokens + max(0, now - saved.time) * state.rate
            state.tokens = max(min(state.tokens, restored), -state.capacity)
        }
    }

    /// Takes a token, or says how many seconds to wait for the next one.
    private func take() -> (wait: Double, balance: Balance) {
        let (now, time) = (clock.monotonic, clock.seconds)
        return state.withLock { state in
            // Two that take at once may come here in the other order.
            state.tokens = min(
                state.capacity, state.tokens + max(0, now - state.refilled) * state.rate)
            state.refilled = now
            guard state.tokens >= 1 else {
                return ((1 - state.tokens) / state.rate, Balance(tokens: state.tokens, time: time))
            }
            state.tokens -= 1
            state.sent.add(at: now)
            return (0, Balance(tokens: state.tokens, time: time))
        }
    }

    public var use: Use {
        let now = clock.monotonic
        return state.withLock {
            Use(requestsPerMinute: $0.requestsPerMinute, sentInLastMinute: $0.sent.total(at: now))
        }
    }

    /// Waits for a token and takes it.
    /// - Throws: `CancellationError`.
    public func acquire() async throws {
        while true {
            let (wait, balance) = take()
            if wait <= 0 {
                // Before the request is sent: a process that is killed meanwhile has spent it all the same.
                await memory.withLock { $0 }?.save(balance)
                return
            }
            // A little more than needed: rounding must not make this spin.
            try await clock.sleep(for: wait + 0.001)
        }
    }
}

/// Where a quota's balance outlives the process.
public protocol QuotaMemory: Sendable {
    /// The balance that was saved last; nil when none was.
    func balance() async -> TokenBucket.Balance?
    func save(_ balance: TokenBucket.Balance) async
}

/// Counts of the last 60 seconds, the one that has begun included.
private struct LastMinute {
    private var counts = [Int](repeating: 0, count: 60)
    private var newest: Int64 = 0

    mutating func add(at time: Double) {
        forget(before: Int64(time))
        counts[Int(newest % 60)] += 1
    }

    mutating func total(at time: Double) -> Int {
        forget(before: Int64(time))
        return counts.reduce(0, +)
    }

    /// A clock that was set back counts on in the newest second.
    private mutating func forget(before second: Int64) {
        guard second > newest else { return }
        for gone in max(newest + 1, second - 59)...second { counts[Int(gone % 60)] = 0 }
        newest = second
    }
}
