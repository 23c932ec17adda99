import History
import TestSupport
import Testing
import UsageModel

@Suite("Readers beside the writer")
struct ReadersBesideWriterTests {
    /// Stores day after day of both statistics: every point is the number of the round.
    private func store(_ fixture: Fixture, round: Int64) async throws {
        let values = (0..<24).map { ($0 as Int64, PointValue.integer(round)) }
        _ = try await fixture.history.store(
            [fixture.points("records", values), fixture.points("data_size", values)],
            answering: fixture.window(midnight, midnight + 86_400))
    }

    @Test("An answer is seen as a whole or not at all, by any number of readers")
    func whole() async throws {
        let fixture = try Fixture()
        try await store(fixture, round: 0)
        let query = RangeQuery(
            statistics: ["records", "data_size"], range: TimeRange(midnight, midnight + 86_400))
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 {
                group.addTask {
                    var newest: Int64 = 0
                    while newest < 40 {
                        let series = try await fixture.history.range(query, now: midnight + 86_400).series
                        let values = Set(series.flatMap { $0.points.map(\.value) })
                        #expect(series.count == 2 && values.count == 1)
                        guard case .integer(let value)? = values.first else { break }
                        #expect(value >= newest, "a later read sees no older answer")
                        newest = value
                    }
                }
            }
            group.addTask {
                for round in 1...40 as ClosedRange<Int64> { try await store(fixture, round: round) }
            }
            try await group.waitForAll()
        }
    }

    @Test("What is covered, its points and what counters gained are one instant")
    func instant() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        let hours: Int64 = 48
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    var covered: Int64 = 0
                    while covered < hours {
                        let latest = try await fixture.history.latest()
                        covered = (latest.coverage.first?.ranges.seconds ?? 0) / 3600
                        let series = latest.series.first { $0.key.statistic == "total_search_requests" }
                        #expect(series?.total ?? .integer(0) == .integer(covered))
                        #expect(series?.hourly?.time == (covered > 0 ? midnight + (covered - 1) * 3600 : nil))
                    }
                }
            }
            group.addTask {
                for hour in 0..<hours {
                    let start = midnight + hour * 3600
                    _ = try await fixture.history.store(
                        [fixture.points("total_search_requests", [(hour, .integer(1))])],
                        answering: fixture.window(start, start + 3600))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("The generation grows with what changes, and only with that")
    func generation() async throws {
        let fixture = try Fixture()
        let history = fixture.history
        func grows(_ change: () async throws -> Void) async throws -> Bool {
            let before = history.generation
            try await change()
            return history.generation > before
        }
        #expect(try await grows { try await history.register(application: "APP", now: midnight) })
        #expect(try await grows { try await store(fixture, round: 1) })
        #expect(
            try await grows {
                try await history.fill(
                    [fixture.points("cpu_usage", [(0, .integer(1))])], application: "APP", api: .monitoring,
                    granularity: .hourly)
            })
        #expect(
            try await grows {
                try await history.refuse(["records"], application: "APP", level: .index, at: midnight)
            })
        #expect(try await grows { _ = try await history.expire(.hourly, before: midnight + 86_400) })
        #expect(
            try await !grows {
                _ = try await history.latest()
                _ = try await history.storedSeries()
                _ = try await history.expire(.hourly, before: midnight)
                _ = try await history.forgetFuture(
                    application: "APP", [.hourly, .daily], now: midnight * 2, settleDelay: 7200)
            })
    }

    @Test("A store that is cancelled has stored all of its answer or nothing, and says that it was cancelled")
    func cancelled() async throws {
        let fixture = try Fixture()
        var generator = SeededGenerator(7)
        let values = (0..<2000).map { ($0 as Int64, PointValue.integer($0)) }
        var cancelled = 0
        for number in 0..<30 {
            let index = "index \(number)" as IndexName
            let window = fixture.window(midnight, midnight + 2000 * 3600, index: index)
            let storing = Task { try await fixture.history.store([fixture.points(values)], answering: window) }
            for _ in 0..<Int.random(in: 0...60, using: &generator) { await Task.yield() }
            storing.cancel()
            let result = await storing.result
            let isStored: Bool
            switch result {
            case .success: isStored = true
            case .failure(let error):
                #expect(error is CancellationError, "\(error)")
                cancelled += 1
                isStored = false
            }
            #expect(try await fixture.read(index: index).count == (isStored ? 2000 : 0))
            #expect(try await fixture.coverage(index: index).isEmpty == !isStored)
        }
        #expect(fixture.history.problem == nil)
        try await store(fixture, round: 1)
        #expect(try await fixture.read().count == 24, "\(cancelled) were cancelled")
    }
}
