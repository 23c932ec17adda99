import TestSupport
import Testing

@testable import Transport

@Suite("Backoff, and what a server says about waiting")
struct WaitingTests {
    @Test("Retry-After is understood as seconds and as a date, within an hour")
    func retryAfter() {
        let now = 784_111_777.0  // Sun, 06 Nov 1994 08:49:37 GMT
        #expect(RetryAfter.seconds("120", now: now) == 120)
        #expect(RetryAfter.seconds(" 0", now: now) == 0)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:50:07 GMT", now: now) == 30)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:49:00 GMT", now: now) == 0)
        #expect(RetryAfter.seconds("999999", now: now) == 3600)
        for text in ["", "soon", "Sun, 31 Feb 1994 08:49:37 GMT", "06 Nov 1994", "-x"] {
            #expect(RetryAfter.seconds(text, now: now) == nil)
        }
    }

    @Test("Backoff grows, has a cap, and is anywhere below it")
    func backoff() {
        var generator = SeededGenerator(7)
        let backoff = Backoff(base: 2, cap: 300)
        #expect(backoff.delay(failures: 0, using: &generator) == 0)
        for failures in 1...40 {
            let bound = min(300, 2 * Double(1 << min(failures - 1, 30)))
            let delays = (0..<200).map { _ in backoff.delay(failures: failures, using: &generator) }
            #expect(delays.allSatisfy { $0 >= 0 && $0 <= bound })
            #expect((delays.max() ?? 0) > bound * 0.9)
            #expect((delays.min() ?? 1) < bound * 0.1, "full jitter")
        }
    }
}

@Suite("Dates of HTTP headers") struct HTTPDateTests {
    @Test func `what is written is read again, on every day and around every border`() {
        #expect(HTTPDate.string(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        for day in stride(from: 0, through: 60_000, by: 7) as StrideThrough<Int64> {
            for second in [0, 1, 86_399] as [Int64] {
                let time = day * 86_400 + second
                #expect(HTTPDate.time(HTTPDate.string(time)) == time)
            }
        }
    }
}
