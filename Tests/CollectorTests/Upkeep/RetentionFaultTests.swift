import Collector
import History
import Synchronization
import TestSupport
import Testing
import UsageModel

@Suite("Retention when something is in its way")
struct RetentionFaultTests {
    private static let day: Int64 = 86_400
    private static let midnight: UnixTime = 1_784_073_600
    private let folder = TemporaryFolder()
    private let log = CapturedLog()
    private let clock = VirtualClock(midnight)

    /// Forty days of hours and of days, the newest of which ends at midnight.
    private func filled() async throws -> History {
        let history = try History(path: folder.file("history.db"))
        let range = TimeRange(Self.midnight - 40 * Self.day, Self.midnight)
        try await history.storeHours(range)
        let days = stride(from: range.start, to: range.end, by: 86_400).map { Point(time: $0, value: .integer(24)) }
        _ = try await history.store(
            [SeriesPoints(statistic: "records", points: days)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), granularity: .daily, range: range, statistics: .all,
                fetchedAt: range.end + 7200, settleDelay: 7200))
        return history
    }

    private func count(_ history: History, _ granularity: Granularity) async throws -> Int {
        let range = TimeRange(0, Self.midnight * 2)
        return try await history.range(
            RangeQuery(statistics: ["records"], granularity: granularity, range: range), now: Self.midnight * 2
        ).series.flatMap(\.points).count
    }

    private func keeper(_ history: History, _ retention: @escaping RetentionKeeper.Retention) -> RetentionKeeper {
        RetentionKeeper(history: history, clock: clock, logger: log.logger, retention: retention)
    }

    @Test("A granularity that is not named stays for ever, and each is deleted by its own age")
    func granularities() async throws {
        let history = try await filled()
        await keeper(history) { [:] }.pass(isConfirmed: true)
        #expect(try await count(history, .hourly) == 40 * 24)
        #expect(try await count(history, .daily) == 40)
        await keeper(history) { [.hourly: 10 * Self.day] }.pass(isConfirmed: true)
        #expect(try await (10 * 24...11 * 24).contains(count(history, .hourly)))
        #expect(try await count(history, .daily) == 40)
        await keeper(history) { [.hourly: 10 * Self.day, .daily: 2 * Self.day, .minutely: 60] }.pass(isConfirmed: true)
        #expect(try await count(history, .daily) < 40)
    }

    @Test("An age that nothing exceeds deletes nothing and says nothing")
    func young() async throws {
        let history = try await filled()
        await keeper(history) { [.hourly: 41 * Self.day, .daily: 4000 * Self.day] }.pass()
        #expect(try await count(history, .hourly) == 40 * 24)
        #expect(try await count(history, .daily) == 40)
        #expect(log.lines.isEmpty, "\(log.lines)")
        let empty = try History(path: folder.file("empty.db"))
        await keeper(empty) { [.hourly: 1] }.pass(isConfirmed: true)
        #expect(log.lines.isEmpty)
    }

    @Test("Where one granularity cannot be deleted, the log says so, the others are, and the next pass makes up for it")
    func failing() async throws {
        let history = try await filled()
        try await Database.execute(
            "CREATE TRIGGER held BEFORE DELETE ON hourly BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END",
            in: folder.file("history.db"))
        let keeper = keeper(history) { [.hourly: 10 * Self.day, .daily: 20 * Self.day] }
        await keeper.pass(isConfirmed: true)
        #expect(try await count(history, .hourly) == 40 * 24)
        #expect(try await count(history, .daily) < 40)
        let warning = try #require(log.lines.first { $0.hasPrefix("warning") })
        #expect(warning.contains("cannot delete old hourly points: ") && warning.contains("disk I/O error"))
        #expect(warning.contains("retrying in 1 h"))
        try await Database.execute("DROP TRIGGER held", in: folder.file("history.db"))
        await keeper.pass(isConfirmed: true)
        #expect(try await count(history, .hourly) <= 11 * 24)
    }

    @Test("What retention is counts at each pass: it may be changed, or taken away, while it runs")
    func changes() async throws {
        let history = try await filled()
        let passes = Passes()
        let keeper = RetentionKeeper(history: history, clock: clock, logger: log.logger) {
            passes.next() < 3 ? [:] : [.hourly: 10 * Self.day]
        }
        let running = Task { try await keeper.run() }
        while passes.count < 3 { await Task.yield() }
        #expect(clock.seconds >= Double(Self.midnight) + 3 * 3600)
        while passes.count < 12 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(try await count(history, .hourly) == 39 * 24, "a day, and not more, on one day")
    }

    @Test("A pass that is cancelled stops after the day that it is at, and leaves whole days")
    func cancelled() async throws {
        let history = try await filled()
        let keeper = keeper(history) { [.hourly: 10 * Self.day] }
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await keeper.pass(isConfirmed: true)
        }.value
        let left = try await count(history, .hourly)
        #expect(left % 24 == 0 && left >= 10 * 24)
        #expect(!log.lines.contains { $0.hasPrefix("warning") }, "\(log.lines)")
        await keeper.pass(isConfirmed: true)
        #expect(try await (10 * 24...11 * 24).contains(count(history, .hourly)))
    }

    /// Counts how often retention was looked at.
    private final class Passes: Sendable {
        private let looks = Mutex(0)

        var count: Int { looks.withLock { $0 } }

        func next() -> Int {
            looks.withLock { looks in
                looks += 1
                return looks
            }
        }
    }
}
