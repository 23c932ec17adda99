import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Batches of remote write")
struct OutboxBatchTests {
    private func outbox(
        _ fixture: OutboxFixture, refreshInterval: Int64 = 0,
        since: @escaping Outbox.RepairedSince = { _, _ in midnight },
        _ weights: @escaping @Sendable (StoredSeries) -> [Granularity: Int]
    ) -> Outbox {
        Outbox(
            fixture.history, destination: "mimir", refreshInterval: refreshInterval,
            sampleCounts: { $0.map(weights) }, repairedSince: since)
    }

    @Test("A batch has at most as many samples as it may, however many a point becomes", arguments: [1, 5, 12, 40])
    func weights(limit: Int) async throws {
        let fixture = try OutboxFixture()
        let weights: [StatisticName: Int] = ["a": 1, "b": 3, "c": 11]
        try await fixture.store(0..<30, ["a", "b", "c"])
        let outbox = outbox(fixture) { [.hourly: weights[$0.key.statistic] ?? 0] }
        var sent: [OutboxFixture.Sent] = []
        while let batch = try await outbox.next(limit: limit, now: OutboxFixture.now) {
            let points = OutboxFixture.sent(batch)
            let samples = points.reduce(0) { $0 + (weights[$1.statistic] ?? 0) }
            #expect(samples <= limit || points.count == 1, "a point that is too large comes alone")
            sent += points
            try await outbox.confirm()
        }
        #expect(sent.count == 90 && Set(sent).count == 90)
    }

    @Test("Late buckets keep to the limit as well", arguments: [1, 5, 12, 40])
    func lateWeights(limit: Int) async throws {
        let fixture = try OutboxFixture()
        let weights: [StatisticName: Int] = ["a": 1, "b": 3, "c": 11]
        let outbox = outbox(fixture) { [.hourly: weights[$0.key.statistic] ?? 0] }
        for change in [0, 100] as [Int64] {
            try await fixture.store(0..<30, ["a", "b", "c"]) { $0 + change }
            var sent: [OutboxFixture.Sent] = []
            while let batch = try await outbox.next(limit: limit, now: OutboxFixture.now) {
                #expect(batch.isLate == (change > 0))
                let points = OutboxFixture.sent(batch)
                #expect(points.reduce(0) { $0 + (weights[$1.statistic] ?? 0) } <= limit || points.count == 1)
                sent += points
                try await outbox.confirm()
            }
            #expect(sent.count == 90 && Set(sent).count == 90)
        }
    }

    @Test("A granularity or a statistic without samples is not sent")
    func withoutSamples() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<4, ["a", "b"])
        try await fixture.store(0..<4, ["a", "b"], granularity: .daily)
        let outbox = outbox(fixture) { $0.key.statistic == "a" ? [.daily: 1, .hourly: 0] : [:] }
        var parts: [OutgoingBatch.Part] = []
        while let batch = try await outbox.next(limit: 9, now: OutboxFixture.now) {
            parts += batch.parts
            try await outbox.confirm()
        }
        #expect(Set(parts.map(\.series.key.statistic)) == ["a"])
        #expect(Set(parts.map(\.granularity)) == [.daily])
        #expect(parts.reduce(0) { $0 + $1.points.count } == 4)
    }

    @Test("Late buckets of what is not sent any more leave the list")
    func notSentAnyMore() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<30, ["a", "b"])
        _ = try await fixture.drain(fixture.outbox())
        try await fixture.store(0..<30, ["a", "b"]) { $0 + 100 }
        let fewer = outbox(fixture) { $0.key.statistic == "a" ? [.hourly: 1] : [:] }
        let sent = try await fixture.drain(fewer, limit: 7)
        #expect(sent.map(\.hour) == Array(0..<30) && Set(sent.map(\.statistic)) == ["a"])
        #expect(try await fixture.drain(fixture.outbox()).isEmpty)
    }

    @Test("Each statistic is asked about once, of applications and of indices apart, in the order of storing")
    func sampleCounts() async throws {
        let fixture = try OutboxFixture()
        let asked = Mutex<[[String]]>([])
        let outbox = Outbox(
            fixture.history, destination: "mimir", refreshInterval: 0,
            sampleCounts: { series in
                asked.withLock { all in
                    all.append(series.map { "\($0.key.statistic)\($0.key.index.isEmpty ? "" : " of an index")" })
                }
                return series.map { _ in [.hourly: 1] }
            }, repairedSince: { _, _ in midnight })
        try await fixture.store(0..<2, ["b"])
        try await fixture.store(0..<2, ["a", "b"], index: "products")
        try await fixture.store(0..<2, ["a", "b"], index: "users")
        _ = try await fixture.drain(outbox)
        #expect(asked.withLock { $0 } == [["b", "a of an index", "b of an index"]])
        try await fixture.store(2..<4, ["a", "b"], index: "new")
        _ = try await fixture.drain(outbox)
        #expect(asked.withLock { $0.count } == 1, "nothing new to ask about")
        try await fixture.store(0..<2, ["c"])
        #expect(try await fixture.drain(outbox).count == 2)
        #expect(asked.withLock { $0.last?.last } == "c")
    }

    @Test("A batch tells its oldest bucket; one without points only says that nothing was reported")
    func oldest() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<1, ["a", "b"]) { _ in nil }
        let outbox = fixture.outbox()
        #expect(await outbox.newestFetch == nil)
        try await fixture.store(5..<9, ["b"], asked: .names(["b"]))
        try await fixture.store(0..<5, ["b"], asked: .names(["b"])) { $0 < 3 ? nil : $0 }
        let batch = try #require(try await outbox.next(limit: 99, now: OutboxFixture.now))
        #expect(batch.oldest == midnight + 3 * 3600 && batch.pointCount == 6)
        #expect(await outbox.newestFetch == OutboxFixture.now)
        #expect(OutboxFixture.sent(try #require(try await outbox.next(limit: 1, now: 0))) == OutboxFixture.sent(batch))
        #expect(OutgoingBatch(parts: [], isLate: false).oldest == nil)
        try await outbox.confirm()
        // Later hours without a value: the position moves on without a point.
        try await fixture.store(9..<12, ["b"], asked: .names(["b"])) { _ in nil }
        while let empty = try await outbox.next(limit: 9, now: OutboxFixture.now) {
            #expect(empty.pointCount == 0 && empty.oldest == nil)
            try await outbox.confirm()
        }
        try await fixture.store(9..<12, ["b"], asked: .names(["b"]))
        #expect(try await fixture.hours(outbox) == [9, 10, 11])
    }

    @Test("It looks at what is new at most as often as told, and at gaps that have ended every five minutes")
    func refresh() async throws {
        let fixture = try OutboxFixture()
        let start = OutboxFixture.now
        let outbox = outbox(
            fixture, refreshInterval: 60, since: { _, now in midnight + now - OutboxFixture.now }
        ) { _ in [.hourly: 1] }
        try await fixture.store(0..<2)
        #expect(try await fixture.hours(outbox, now: start) == [0, 1])
        try await fixture.store(2..<3)
        #expect(try await fixture.hours(outbox, now: start + 59).isEmpty)
        #expect(try await fixture.hours(outbox, now: start + 60) == [2])
        // An hour is missing. In time it is older than what is collected, and nothing else has changed.
        try await fixture.store(4..<6)
        #expect(try await fixture.hours(outbox, now: start + 4 * 3600 - 299).isEmpty)
        #expect(try await fixture.hours(outbox, now: start + 4 * 3600).isEmpty, "looked at less than 300 s ago")
        #expect(try await fixture.hours(outbox, now: start + 4 * 3600 + 1) == [4, 5])
        // A clock that is set back is no reason to wait.
        try await fixture.store(6..<7)
        #expect(try await fixture.hours(outbox, now: start + 4 * 3600) == [6])
    }

    @Test("Destinations are told apart byte by byte, and so are their late buckets")
    func destinations() async throws {
        let fixture = try OutboxFixture()
        let names = ["caf\u{E9}", "cafe\u{301}", "it's", "\"quoted\"", "a%", "🛒", " "]
        try await fixture.store(0..<3)
        for name in names { #expect(try await fixture.hours(fixture.outbox(name)) == [0, 1, 2]) }
        try await fixture.store(1..<2) { _ in 50 }
        for name in names { #expect(try await fixture.hours(fixture.outbox(name)) == [1]) }
        for name in names { #expect(try await fixture.hours(fixture.outbox(name)).isEmpty) }
    }
}
