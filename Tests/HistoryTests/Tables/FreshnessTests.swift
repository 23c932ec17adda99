@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("How new the live tail is")
struct FreshnessTests {
    private func row(_ fixture: Fixture, _ statistic: StatisticName = .everything) async throws -> Freshness? {
        try await fixture.history.freshness().first { $0.statistic == statistic && $0.granularity == .hourly }
    }

    private func store(_ fixture: Fixture, _ hours: Range<Int64>, at seconds: Int64, _ names: [StatisticName]? = nil)
        async throws
    {
        _ = try await fixture.history.store(
            [],
            answering: fixture.window(
                midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600, fetchedAt: midnight + seconds,
                statistics: names.map { .names($0) } ?? .all))
    }

    @Test("Complete is the newest bucket that was fetched after its end; provisional is what has not settled")
    func tail() async throws {
        let fixture = try Fixture()
        // Fetched at 09:59:59, then at 10:00:00.
        try await store(fixture, 0..<11, at: 10 * 3600 - 1)
        #expect(try await row(fixture)?.completeUntil == midnight + 9 * 3600)
        try await store(fixture, 0..<11, at: 10 * 3600)
        let row = try #require(try await row(fixture))
        #expect(row.completeUntil == midnight + 10 * 3600)
        #expect(row.tailStart == midnight + 8 * 3600)
        #expect(row.fetchedAt == midnight + 10 * 3600)
        #expect(row.isLive)
    }

    @Test("An older window, as the backfill fetches it, does not make the tail older")
    func backfill() async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<11, at: 10 * 3600)
        let before = try await row(fixture)
        try await store(fixture, -200 ..< -100, at: 11 * 3600)
        #expect(try await row(fixture) == before)
    }

    @Test("What only a backfill has written is not about the live tail")
    func onlyBackfill() async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<10, at: 1000 * 3600)
        #expect(try await row(fixture)?.isLive == false)
    }

    @Test("The unfinished bucket, fetched again, makes the answer newer and nothing more complete")
    func provisional() async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<11, at: 10 * 3600)
        try await store(fixture, 10..<11, at: 10 * 3600 + 600)
        let row = try #require(try await row(fixture))
        #expect(row.fetchedAt == midnight + 10 * 3600 + 600)
        #expect(row.completeUntil == midnight + 10 * 3600)
        // Behind a gap, or older: nothing.
        try await store(fixture, 12..<13, at: 12 * 3600 + 600)
        try await store(fixture, 10..<11, at: 10 * 3600 + 300)
        #expect(try await self.row(fixture) == row)
    }

    @Test("A statistic asked for by name has a tail of its own")
    func byName() async throws {
        let fixture = try Fixture()
        try await store(fixture, 0..<11, at: 10 * 3600)
        try await store(fixture, 0..<13, at: 12 * 3600, ["records", "max_qps"])
        #expect(try await row(fixture)?.completeUntil == midnight + 10 * 3600)
        #expect(try await row(fixture, "records")?.completeUntil == midnight + 12 * 3600)
        #expect(try await row(fixture, "max_qps")?.completeUntil == midnight + 12 * 3600)
        #expect(try await fixture.history.freshness().count == 3)
    }

    @Test(
        "In any order of answers, the one that has the newest complete bucket counts, and of several the latest",
        arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let fixture = try Fixture()
        var generator = SeededGenerator(seed)
        var best: (complete: Int64, fetched: Int64)?
        for step in 0..<40 {
            let fetched = Int64.random(in: 3600..<40 * 3600, using: &generator)
            let end = fetched / 3600 + Int64.random(in: -3...2, using: &generator)
            // From midnight, so that every answer with a whole bucket has a complete one.
            guard end > 0 else { continue }
            try await store(fixture, 0..<end, at: fetched)
            let complete = min(end, fetched / 3600)
            if best.map({ (complete, fetched) > ($0.complete, $0.fetched) }) ?? true { best = (complete, fetched) }
            let row = try await row(fixture)
            #expect(row?.completeUntil == best.map { midnight + $0.complete * 3600 }, "seed \(seed), step \(step)")
            #expect(row?.fetchedAt == best.map { midnight + $0.fetched }, "seed \(seed), step \(step)")
        }
    }
}
