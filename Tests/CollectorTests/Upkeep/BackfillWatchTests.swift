import AlgoliaClient
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The log of a backfill")
struct BackfillWatchTests {
    private func status(_ left: Int?, of application: ApplicationID = "APP") -> ApplicationStatus {
        BackfillMeterTests.status(left, of: application)
    }

    @Test("It has a line at the begin, at each tenth and at the end")
    func tenths() {
        var log = BackfillLog()
        var lines: [String] = []
        for second in 0...1000 {
            let left: Int? = second < 5 ? nil : max(0, 900 - (second - 5))
            if let line = log.line(status(left), now: Double(second)) { lines.append(line) }
        }
        #expect(lines.count == 11, "\(lines)")
        #expect(lines.first == "backfill started: 900 requests to make, about 17 min at 60 requests/min")
        #expect(lines[1] == "backfill 10%: 810 requests left, about 14 min")
        #expect(lines.last == "backfill complete: 900 requests in 15m")
    }

    @Test("A long one has a line every five minutes, a short one not more than one in ten seconds")
    func pace() {
        var log = BackfillLog()
        let long = (0..<3600).compactMap { log.line(status(1_000_000 - $0), now: Double($0)) }
        #expect(long.count == 12)
        var short = BackfillLog()
        let lines = (0...8).compactMap { short.line(status(400 - $0 * 50), now: Double($0)) }
        #expect(lines.map { String($0.prefix(17)) } == ["backfill started:", "backfill complete"])
    }

    @Test("A complete history has no line, nor has an index that comes later; an application has its own")
    func quiet() {
        var log = BackfillLog()
        #expect(log.line(status(0), now: 0) == nil)
        #expect(log.line(status(15), now: 10) == nil)
        #expect(log.line(status(15, of: "OTHER"), now: 10)?.hasPrefix("backfill started: 15 requests") == true)
        #expect(log.line(status(0, of: "OTHER"), now: 20) == "backfill complete: 15 requests in 10s")
        #expect(log.line(status(300), now: 30)?.hasPrefix("backfill started: 300 requests") == true)
    }

    @Test("The service looks until it is cancelled, and names the application")
    func service() async throws {
        let log = CapturedLog()
        let left = Mutex(1200)
        let clock = VirtualClock(World.start)
        let watch = BackfillWatch(
            {
                let left = left.withLock { left in
                    defer { left -= 100 }
                    return max(left, 0)
                }
                return [BackfillMeterTests.status(left)]
            }, clock: clock, logger: log.logger)
        let task = Task { try await watch.run() }
        while !log.lines.contains(where: { $0.contains("backfill complete: 1,200 requests in 1m") }) {
            await Task.yield()
        }
        task.cancel()
        try await task.value
        #expect(log.lines.allSatisfy { $0.hasPrefix("info backfill ") && $0.contains("APP") })
    }
}
