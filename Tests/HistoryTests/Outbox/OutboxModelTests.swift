import TestSupport
import Testing
import UsageModel

@testable import History

/// A receiver that keeps the newest sample of each bucket.
private struct Receiver {
    private(set) var values: [HistoryModel.Track: [UnixTime: PointValue]] = [:]
    /// The newest bucket of each series that came in order.
    private var newest: [HistoryModel.Track: UnixTime] = [:]

    mutating func take(_ batch: OutgoingBatch, _ comment: Comment) {
        for part in batch.parts {
            let track = HistoryModel.Track(key: part.series.key, granularity: part.granularity)
            for point in part.points {
                if !batch.isLate {
                    #expect(point.time > newest[track] ?? .min, "in time order, \(comment)")
                    newest[track] = point.time
                }
                values[track, default: [:]][point.time] = point.value
            }
        }
    }

    /// A sender that was not confirmed begins again.
    mutating func forgetOrder() { newest = [:] }
}

@Suite("Remote write against a naive receiver")
struct OutboxModelTests {
    private static let hours: Int64 = 120
    private static let statistics: [StatisticName] = [
        "records", "total_search_requests", "querysuggestions_total_search_requests",
    ]

    /// Answers about some hours, most of them settled, some of which are revised.
    private func store(
        _ fixture: OutboxFixture, _ generator: inout SeededGenerator, all: Bool = false
    ) async throws {
        let first = all ? 0 : Int64.random(in: 0..<Self.hours, using: &generator)
        let end = all ? Self.hours : min(first + Int64.random(in: 1...50, using: &generator), Self.hours)
        let isSettled = all || Int.random(in: 0..<3, using: &generator) > 0
        let asked = Self.statistics.filter { _ in Bool.random(using: &generator) }
        let revision = Int.random(in: 0..<3, using: &generator) == 0 ? Int64.random(in: 0...9, using: &generator) : 0
        let hole = Int64.random(in: 3...9, using: &generator)
        for index in ["", "products"] as [IndexName] where all || Bool.random(using: &generator) {
            try await fixture.store(
                first..<end, asked.isEmpty ? Self.statistics : asked, index: index,
                asked: all || asked.isEmpty ? .all : .names(asked),
                fetchedAt: isSettled ? OutboxFixture.now : midnight + end * 3600
            ) { $0 % hole == 0 ? nil : $0 + revision * ($0 % 2) }
        }
    }

    /// Every stored point.
    private func stored(_ history: History) async throws -> [HistoryModel.Track: [UnixTime: PointValue]] {
        var all: [HistoryModel.Track: [UnixTime: PointValue]] = [:]
        for series in try await history.storedSeries() {
            let page = try await history.page(of: [series], .hourly, range: TimeRange(0, midnight * 2))
            all[HistoryModel.Track(key: series.key, granularity: .hourly)] = Dictionary(
                uniqueKeysWithValues: page.points[0].map { ($0.time, $0.value) })
        }
        return all
    }

    /// - Parameter passesOver: whether gaps are too old to be waited for.
    @Test(
        "Whatever comes, changes, fails and starts again: in the end the receiver has every point as it is stored",
        arguments: 121...124 as ClosedRange<UInt64>, [false, true])
    func random(seed: UInt64, passesOver: Bool) async throws {
        var generator = SeededGenerator(seed)
        let fixture = try OutboxFixture()
        let since = passesOver ? midnight + Self.hours * 3600 : midnight
        let names = ["a", "b"]
        var outboxes = names.map { fixture.outbox($0, since: since) }
        var receivers = names.map { _ in Receiver() }
        for step in 0..<60 {
            let comment: Comment = "seed \(seed), step \(step)"
            try await store(fixture, &generator)
            let one = Int.random(in: 0..<2, using: &generator)
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let limit = Int.random(in: 1...200, using: &generator)
                guard let batch = try await outboxes[one].next(limit: limit, now: OutboxFixture.now) else { break }
                #expect(batch.pointCount <= limit, comment)
                if !passesOver { try await expectSettled(batch, fixture.history, comment) }
                receivers[one].take(batch, comment)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0:
                    // Sent, but the process dies.
                    outboxes[one] = fixture.outbox(names[one], since: since)
                    receivers[one].forgetOrder()
                case 1:
                    try await store(fixture, &generator)
                    try await outboxes[one].confirm()
                default: try await outboxes[one].confirm()
                }
            }
        }
        try await store(fixture, &generator, all: true)
        let expected = try await stored(fixture.history).filter { !$0.value.isEmpty }
        for one in names.indices {
            while let batch = try await outboxes[one].next(limit: 1000, now: OutboxFixture.now) {
                receivers[one].take(batch, "seed \(seed), at the end")
                try await outboxes[one].confirm()
            }
            for (track, points) in expected {
                #expect(receivers[one].values[track] == points, "seed \(seed), \(names[one]), \(track.key)")
            }
            #expect(receivers[one].values.count == expected.count)
        }
    }

    /// What goes out in order is answered for; a difference, where its operands are.
    private func expectSettled(_ batch: OutgoingBatch, _ history: History, _ comment: Comment) async throws {
        guard !batch.isLate else { return }
        let answered = try await history.answered(application: "APP")
        for part in batch.parts {
            let key = part.series.key
            let own = answered[Scope(application: "APP", index: key.index)]?[part.granularity] ?? [:]
            let operands = StatisticCatalogue.statistic(named: key.statistic)?.derivation?.operands ?? [key.statistic]
            let fetched = History.fetched(operands, in: own)
            #expect(part.points.allSatisfy { fetched.contains(TimeRange($0.time, $0.time + 3600)) }, comment)
        }
    }
}
