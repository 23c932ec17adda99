import Collector
import History
import TestSupport
import Testing
import UsageModel

@Suite("Retention")
struct RetentionTests {
    private static let day: Int64 = 86_400
    private static let midnight: UnixTime = 1_784_073_600
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    /// Stores `days` days of hours that end at `midnight`.
    private func filled(_ days: Int64) async throws -> History {
        let history = try History(path: folder.file("history.db"))
        try await store(history, -days..<0)
        return history
    }

    private func store(_ history: History, _ days: Range<Int64>) async throws {
        let range = TimeRange(
            Self.midnight + days.lowerBound * Self.day, Self.midnight + days.upperBound * Self.day)
        try await history.storeHours(range)
    }

    private func days(_ history: History) async throws -> Int {
        try await history.range(
            RangeQuery(statistics: ["records"], range: TimeRange(0, Self.midnight * 2)), now: Self.midnight * 2
        ).series.flatMap(\.points).count / 24
    }

    private func keeper(_ history: History, _ clock: VirtualClock, keeping days: Int64) -> RetentionKeeper {
        RetentionKeeper(history: history, clock: clock, logger: log.logger) { [.hourly: days * Self.day] }
    }

    // Fault (Clocks): A clock that is two years ahead, with `storage.retention`
    // Done: a virtual clock, for as long as it runs
    // Seen: nothing is deleted: age counts from the newest stored point
    // Lost: nothing
    @Test("A clock that is two years ahead deletes nothing, however long it runs")
    func ahead() async throws {
        let history = try await filled(40)
        let clock = VirtualClock(Self.midnight + 2 * 365 * Self.day)
        for _ in 0..<100 {
            await keeper(history, clock, keeping: 100).pass()
            clock.advance(by: 3600)
        }
        #expect(try await days(history) == 40)
    }

    @Test("Age counts from the newest stored bucket, and a day deletes what it adds and one day more")
    func allowance() async throws {
        let history = try await filled(40)
        let clock = VirtualClock(Self.midnight)
        for _ in 0..<48 { await keeper(history, clock, keeping: 10).pass() }
        #expect(try await days(history) == 39, "one day, however often it looks")
        try await store(history, 0..<1)
        for _ in 0..<48 { await keeper(history, clock, keeping: 10).pass() }
        #expect(try await days(history) == 40, "a bucket that is newer than the clock does not count")
        clock.advance(by: 86_400)
        for _ in 0..<48 { await keeper(history, clock, keeping: 10).pass() }
        #expect(try await days(history) == 39, "a day was added, and two were deleted since the first look")
        #expect(log.lines.contains { $0.hasPrefix("notice deleting hourly points from 2026-06-05T00:00:00Z to ") })
        #expect(log.lines.contains { $0.contains("db retain") })
    }

    @Test("In a year of days, what is too old goes day by day, and nothing needs a confirmation")
    func steady() async throws {
        let history = try await filled(12)
        let clock = VirtualClock(Self.midnight)
        for day in 0..<30 as Range<Int64> {
            try await store(history, day..<day + 1)
            clock.advance(by: 86_400)
            await keeper(history, clock, keeping: 12).pass()
        }
        // The newest hour is one old when it is stored, and rows are whole days.
        #expect((12...13).contains(try await days(history)))
        #expect(!log.lines.contains { $0.contains("db retain") })
    }

    @Test("Confirmed, everything that is too old goes at once")
    func confirmed() async throws {
        let history = try await filled(40)
        let clock = VirtualClock(Self.midnight + 700 * Self.day)
        await keeper(history, clock, keeping: 10).pass(isConfirmed: true)
        #expect((10...11).contains(try await days(history)))
    }

    @Test("Nothing is deleted within an hour of the start")
    func start() async throws {
        #expect(RetentionKeeper.interval == 3600)
        let history = try await filled(40)
        let clock = StoppedClock()
        let keeper = RetentionKeeper(history: history, clock: clock, logger: log.logger) { [.hourly: 10 * Self.day] }
        let running = Task { try await keeper.run() }
        while await clock.waits.isEmpty { await Task.yield() }
        #expect(await clock.waits == [3600])
        #expect(try await days(history) == 40)
        running.cancel()
        try await running.value
    }
}

/// A clock that stands still, and remembers how long somebody wants to wait.
private struct StoppedClock: WallClock {
    actor Waits {
        private(set) var all: [Double] = []
        func note(_ duration: Double) { all.append(duration) }
    }

    private let noted = Waits()

    var waits: [Double] { get async { await noted.all } }
    var seconds: Double { 1_800_000_000 }

    func sleep(until deadline: Double) async throws {
        await noted.note(deadline - seconds)
        try await Task.sleep(for: .seconds(86_400))
    }
}
