import AlgoliaClient
import CoreMetrics
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The check of a collector's clock")
struct ClockCheckTests {
    private let world = World(indices: [])
    private let captured = CapturedLog()

    /// A check, and the client whose answers it reads.
    private func check() throws -> (ClockCheck, CollectionClock, AlgoliaClient) {
        let clock = CollectionClock(world.clock)
        let metrics = CollectorMetrics(application: "APP", factory: NOOPMetricsHandler.instance)
        return (ClockCheck(clock, metrics), clock, try world.client())
    }

    private func ask(_ client: AlgoliaClient) async throws {
        let range = TimeRange(Granularity.hourly.floor(World.start - 7200), Granularity.hourly.floor(World.start))
        _ = try await client.usage(
            UsageRequest(scope: Scope(application: "APP"), statistics: .all, granularity: .hourly, range: range))
    }

    @Test("Before the first answer nobody knows; one by the same clock is no step")
    func agreement() async throws {
        let (check, _, client) = try check()
        #expect(check.compare(client, .usage) == nil && !check.isConfirmed)
        try await ask(client)
        let reading = try #require(check.compare(client, .usage))
        #expect(reading.step == 0 && abs((reading.date ?? 0) - world.clock.now) <= 1)
        #expect(check.compare(client, .search) == nil, "each API has its own answers")
    }

    @Test("A clock that is ahead is told once, and once when it is right again")
    func told() async throws {
        world.clock.set(forward: 7200)
        var (check, _, client) = try check()
        try await ask(client)
        let reading = try #require(check.compare(client, .usage))
        #expect(abs(reading.step + 7200) < 5)
        for _ in 0..<3 { check.tell(captured.logger) }
        #expect(captured.lines.count == 1 && captured.lines[0].contains("s ahead of Algolia's"))
        world.clock.set(forward: -7200)
        try await ask(client)
        _ = check.compare(client, .usage)
        for _ in 0..<3 { check.tell(captured.logger) }
        #expect(captured.lines.count == 2 && captured.lines[1].contains("agrees with Algolia's again"))
    }

    @Test("What the file says of later than the answer is void, and told; then the clock is confirmed until it is set")
    func future() async throws {
        var (check, _, client) = try check()
        let history = try world.openHistory()
        let ahead = World.start + 86_400
        let window = AnsweredWindow(
            scope: Scope(application: "APP"), granularity: .hourly,
            range: TimeRange(Granularity.hourly.floor(ahead - 14_400), Granularity.hourly.floor(ahead)),
            statistics: .all, fetchedAt: ahead, settleDelay: 7200)
        try await history.register(application: "APP", now: ahead, isConfirmed: false)
        _ = try await history.store([], answering: window)
        try await ask(client)
        let reading = try #require(check.compare(client, .usage))
        let future = try #require(
            try await check.discardFuture(reading, in: history, "APP", [.hourly, .daily], settleDelay: 7200))
        check.tell(of: future, captured.logger)
        #expect(captured.lines.contains { $0.contains("which is in the future") })
        try await check.register("APP", reading, in: history)
        let again = try await check.discardFuture(reading, in: history, "APP", [.hourly, .daily], settleDelay: 7200)
        #expect(again == nil)
        check.confirm()
        #expect(check.isConfirmed)
        check.wasSet()
        #expect(!check.isConfirmed)
    }
}
