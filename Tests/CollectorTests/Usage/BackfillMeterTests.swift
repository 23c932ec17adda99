import AlgoliaClient
import Testing
import UsageModel

@testable import Collector

@Suite("How far a backfill is")
struct BackfillMeterTests {
    static func status(_ left: Int?, of application: ApplicationID = "APP", quota: Int = 60) -> ApplicationStatus {
        var status = ApplicationStatus(
            application: application, state: .backfilling, indices: 0, hasNothing: false, remaining: [:], desired: [:],
            refused: [:], failing: [], keys: [.usage],
            quota: TokenBucket.Use(requestsPerMinute: quota, sentInLastMinute: 0))
        status.requestsLeft = left
        return status
    }

    @Test("It counts requests, of all applications together, and takes what comes to be missing for more to do")
    func counts() {
        var meter = BackfillMeter()
        meter.note(Self.status(nil), now: 0)
        #expect(!meter.isKnown && meter.percent == 100)
        meter.note(Self.status(15), now: 1)
        meter.note(Self.status(100, of: "OTHER"), now: 1)
        #expect((meter.done, meter.total, meter.percent) == (0, 115, 0))
        meter.note(Self.status(10), now: 2)
        meter.note(Self.status(40), now: 3)
        #expect((meter.done, meter.left, meter.total) == (5, 140, 145))
        meter.note(Self.status(0, of: "OTHER"), now: 4)
        meter.note(Self.status(1), now: 5)
        #expect(meter.percent == 99)
        #expect(meter.text(now: 5).hasPrefix("99%: 1 request left, "))
        meter.note(Self.status(0), now: 6)
        #expect((meter.percent, meter.left) == (100, 0))
    }

    @Test("The time left is that of the slowest application: at its quota to begin with, then at its pace")
    func time() {
        var meter = BackfillMeter()
        meter.note(Self.status(5400), now: 0)
        meter.note(Self.status(5400, of: "FAST", quota: 6000), now: 0)
        // A tenth of the quota is kept for bursts: 54 requests a minute.
        #expect(meter.text(now: 0) == "0%: 10,800 requests left, about 100 min")
        #expect(meter.pace(now: 0) == nil)
        meter.note(Self.status(5370), now: 60)
        meter.note(Self.status(0, of: "FAST", quota: 6000), now: 60)
        #expect(meter.timeLeft(now: 60) == "about 3 h")
        #expect(meter.pace(now: 60) == 5430)
    }

    @Test(
        "Estimates are rounded",
        arguments: [
            (0, "under 1 min"), (59, "under 1 min"), (60, "about 1 min"), (4200, "about 70 min"),
            (7170, "about 120 min"),
            (7200, "about 2 h"), (172_799, "about 48 h"), (172_800, "about 2 d"), (1e30, "about 694,444 d"),
        ] as [(Double, String)])
    func rounded(seconds: Double, text: String) {
        #expect(BackfillMeter.about(seconds) == text)
    }
}
