import TestSupport
import Testing
import UsageModel

@testable import AlgoliaClient

@Suite("Quota and paths")
struct QuotaTests {
    // Fault (Algolia): A backfill at full speed
    // Done: random request times
    // Seen: no minute has more requests than the quota
    // Lost: nothing
    @Test("No minute sees more requests than the quota, wherever it begins", arguments: [1, 2, 10, 60, 601])
    func quota(requestsPerMinute: Int) async throws {
        let clock = VirtualClock(1_000_000)
        let bucket = TokenBucket(requestsPerMinute: requestsPerMinute, clock: clock)
        var times: [Double] = []
        for request in 0..<(requestsPerMinute * 4) {
            try await bucket.acquire()
            times.append(clock.seconds)
            // An idle spell in between fills the bucket, and must not overfill it.
            if request == requestsPerMinute * 2 { clock.advance(by: 300) }
        }
        for (position, time) in times.enumerated() {
            let inMinute = times[position...].prefix { $0 < time + 60 }.count
            #expect(inMinute <= requestsPerMinute)
        }
        guard requestsPerMinute >= 10 else { return }
        let used = Double(requestsPerMinute * 4) / (times[times.count - 1] - times[0] - 300) * 60
        #expect(used > Double(requestsPerMinute) * 0.8, "most of the quota can be used")
    }

    @Test("A start takes up the quota where the last one left it", arguments: [2, 10, 30, 60])
    func restarts(requestsPerMinute: Int) async throws {
        let clock = VirtualClock(1_000_000)
        let memory = Memory()
        var times: [Double] = []
        for _ in 0..<40 {
            let bucket = TokenBucket(requestsPerMinute: requestsPerMinute, clock: clock)
            await bucket.remember(in: memory)
            for _ in 0..<2 {
                try await bucket.acquire()
                times.append(clock.seconds)
            }
        }
        for (position, time) in times.enumerated() {
            #expect(times[position...].prefix { $0 < time + 60 }.count <= requestsPerMinute)
        }
    }

    @Test("A balance from the future is void, and one from long ago is a full quota")
    func oddBalances() async throws {
        let clock = VirtualClock(1_000_000)
        for (balance, expected) in [
            (TokenBucket.Balance(tokens: 2, time: 9e12), 2.0), (.init(tokens: 0, time: 0), 6),
            (.init(tokens: .nan, time: 0), 6),
            (.init(tokens: -1e300, time: 1_000_000), -6), (.init(tokens: 1e300, time: 0), 6),
        ] as [(TokenBucket.Balance, Double)] {
            let bucket = TokenBucket(requestsPerMinute: 60, clock: clock)
            let memory = Memory()
            await memory.save(balance)
            await bucket.remember(in: memory)
            #expect(bucket.balance.tokens == expected)
        }
    }

    @Test("Any quota is a quota", arguments: [Int.min, -1, 0, 1, .max])
    func anyQuota(requestsPerMinute: Int) async throws {
        let clock = VirtualClock(1_000_000)
        let bucket = TokenBucket(requestsPerMinute: requestsPerMinute, clock: clock)
        for _ in 0..<3 { try await bucket.acquire() }
        bucket.change(requestsPerMinute: requestsPerMinute / 2)
        try await bucket.acquire()
        #expect(bucket.use.sentInLastMinute >= 1)
    }

    private actor Memory: QuotaMemory {
        private var saved: TokenBucket.Balance?
        func balance() -> TokenBucket.Balance? { saved }
        func save(_ balance: TokenBucket.Balance) { saved = balance }
    }

    @Test("What was sent in the last minute is counted, to the second")
    func quotaUse() async throws {
        let clock = VirtualClock(1_700_000_000)
        let bucket = TokenBucket(requestsPerMinute: 100, clock: clock)
        #expect(bucket.use == TokenBucket.Use(requestsPerMinute: 100, sentInLastMinute: 0))
        for _ in 0..<3 { try await bucket.acquire() }
        clock.advance(by: 30)
        for _ in 0..<2 { try await bucket.acquire() }
        #expect(bucket.use.sentInLastMinute == 5)
        clock.advance(by: 29)
        #expect(bucket.use.sentInLastMinute == 5)
        clock.advance(by: 1)
        #expect(bucket.use.sentInLastMinute == 2)
        bucket.change(requestsPerMinute: 50)
        #expect(bucket.use == TokenBucket.Use(requestsPerMinute: 50, sentInLastMinute: 2))
        clock.advance(by: 86_400)
        #expect(bucket.use.sentInLastMinute == 0)
        for _ in 0..<200 { try await bucket.acquire() }
        #expect((40...50).contains(bucket.use.sentInLastMinute), "all of the quota is used, and no more")
    }

    @Test("A wait that is cancelled ends")
    func cancelledQuota() async throws {
        let bucket = TokenBucket(requestsPerMinute: 1, clock: StoppedClock())
        try await bucket.acquire()
        let waiting = Task { try await bucket.acquire() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test(
        "Index names are one path segment",
        arguments: [
            ("products", "products"), ("shop/eu", "shop%2Feu"), ("100% cotton", "100%25%20cotton"),
            ("a?b#c", "a%3Fb%23c"),
            ("café", "caf%C3%A9"), ("🛒", "%F0%9F%9B%92"), (".", "%2E"), ("..", "%2E%2E"), ("a+b", "a%2Bb"),
            ("x~-_.", "x~-_."),
        ])
    func segments(name: String, segment: String) {
        #expect(PercentEncoding.pathSegment(name) == segment)
    }
}

/// A clock that stands still: who waits on it waits until cancelled.
private struct StoppedClock: WallClock {
    var seconds: Double { 0 }

    func sleep(until deadline: Double) async throws {
        try await Task.sleep(for: .seconds(86_400))
    }
}
