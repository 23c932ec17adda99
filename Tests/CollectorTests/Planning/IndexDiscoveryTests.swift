import AlgoliaClient
import TestSupport
import Testing
import Transport
import UsageModel

@testable import Collector

@Suite("When indices are listed")
struct IndexDiscoveryTests {
    private let now = World.start

    @Test("At once, then an interval after each success, and a minute after each hour turns at the latest")
    func interval() {
        var discovery = IndexDiscovery(canList: true)
        #expect(discovery.isDue(now: now, interval: 3600) && !discovery.hasSucceeded)
        discovery.succeeded(now: now)
        #expect(discovery.hasSucceeded)
        #expect(discovery.isDue(now: now + 60, interval: 60), "an interval that was shortened counts at once")
        #expect(!discovery.isDue(now: now + 59, interval: 60))
        let turn = Granularity.hourly.floor(now) + 3600
        for interval in [3600, 86_400] as [Int64] {
            #expect(!discovery.isDue(now: turn + 59, interval: interval))
            #expect(discovery.isDue(now: turn + 60, interval: interval), "each hour has its levels")
        }
        #expect(discovery.wakeUp(interval: 3600) == .infinity)
    }

    @Test("However late each list comes, none drifts out of its hour")
    func drift() {
        var discovery = IndexDiscovery(canList: true)
        var hours: Set<UnixTime> = []
        var time = now
        while time < now + 10 * 86_400 {
            if discovery.isDue(now: time, interval: 3600) {
                hours.insert(Granularity.hourly.floor(time))
                discovery.succeeded(now: time + 7)
            }
            time += 61
        }
        #expect(hours.count == 10 * 24 + 1)
    }

    @Test("A clock that is set back across the turn of the hour leaves no retry in the past")
    func setBack() {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(3)
        var discovery = IndexDiscovery(canList: true)
        discovery.succeeded(now: now)
        let turn = Granularity.hourly.floor(now) + 3600
        _ = discovery.failed(now: Double(turn + 61), .timeout, using: &generator)
        discovery.shift(by: -90)
        var time = turn - 20
        while time < turn + 60, !discovery.isDue(now: time, interval: 3600) {
            #expect(discovery.wakeUp(interval: 3600) > Double(time), "its loop would not sleep")
            time += 1
        }
        #expect(discovery.isDue(now: turn + 60, interval: 3600))
    }

    @Test("Failures wait longer and longer, at least a second, and never longer than five minutes")
    func backoff() {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(3)
        var discovery = IndexDiscovery(canList: true)
        var time = Double(now)
        for failures in 1...12 {
            let delay = discovery.failed(now: time, .timeout, using: &generator)
            #expect(delay >= 1 && delay <= min(300, pow2(failures)))
            #expect(!discovery.isDue(now: UnixTime(time + delay) - 1, interval: 3600))
            time = (time + delay).rounded(.up)
            #expect(discovery.wakeUp(interval: 3600) == time && discovery.isDue(now: UnixTime(time), interval: 3600))
        }
        discovery.succeeded(now: UnixTime(time))
        #expect(discovery.failed(now: time, .timeout, using: &generator) <= 2, "a success begins anew")
        #expect(!discovery.isUnauthorized && discovery.hasSucceeded)
    }

    private func pow2(_ exponent: Int) -> Double { Double(1 << exponent) }

    @Test("Retry-After is waited for")
    func retryAfter() {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(3)
        var discovery = IndexDiscovery(canList: true)
        let delay = discovery.failed(now: Double(now), .rateLimited(retryAfter: 900), using: &generator)
        #expect(delay >= 900 && !discovery.isDue(now: now + 899, interval: 60))
    }

    @Test("A key that is refused is tried seldom, also when the next failure is another; a new one is tried at once")
    func unauthorized() {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(3)
        var discovery = IndexDiscovery(canList: true)
        let refusal = AlgoliaError.unauthorized(status: 403, message: "")
        #expect(discovery.failed(now: Double(now), refusal, using: &generator) >= 240)
        #expect(discovery.isUnauthorized)
        #expect(discovery.failed(now: Double(now), .timeout, using: &generator) >= 480, "an outage is no other key")
        discovery.resume()
        #expect(!discovery.isUnauthorized && discovery.isDue(now: now, interval: 3600))
        _ = discovery.failed(now: Double(now), .noKey("empty"), using: &generator)
        #expect(discovery.isUnauthorized)
        discovery.succeeded(now: now)
        #expect(!discovery.isUnauthorized)
    }

    @Test("What is waited for takes as long when the clock is set", arguments: [-864_000, -1, 1, 864_000] as [Int64])
    func shift(seconds: Int64) {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(3)
        var succeeded = IndexDiscovery(canList: true)
        succeeded.succeeded(now: now)
        succeeded.shift(by: Double(seconds))
        #expect(!succeeded.isDue(now: now + seconds + 599, interval: 600))
        #expect(succeeded.isDue(now: now + seconds + 600, interval: 600))
        var failed = IndexDiscovery(canList: true)
        _ = failed.failed(now: Double(now), .unauthorized(status: 401, message: ""), using: &generator)
        failed.shift(by: Double(seconds))
        #expect(!failed.isDue(now: now + seconds + 239, interval: 60))
        #expect(failed.isDue(now: now + seconds + 301, interval: 60))
        var fresh = IndexDiscovery(canList: true)
        fresh.shift(by: Double(seconds))
        #expect(fresh.isDue(now: 0, interval: 60), "what was never listed is due")
    }
}
