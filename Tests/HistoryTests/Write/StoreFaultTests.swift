import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Writes that fail")
struct StoreFaultTests {
    private let total: StatisticName = "total_search_requests"

    /// Every row of every table.
    private func dump(_ fixture: Fixture) throws -> [String: [String]] {
        let tables = try fixture.history.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        var dump: [String: [String]] = [:]
        for table in tables.map({ $0[0] as String }) {
            dump[table] = try fixture.history.texts("SELECT * FROM \(table)").sorted()
        }
        return dump
    }

    /// A connection of another program, which may leave a transaction open.
    private func otherProcess(_ fixture: Fixture) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: fixture.history.path, configuration: configuration)
    }

    /// An answer that changes each table that an answer can.
    private func store(_ fixture: Fixture, day: Int64) async throws {
        let start = midnight + day * 86_400
        var window = fixture.window(start, start + 86_400)
        window.unreadable["records"] = UnreadableRanges(TimeRangeSet(TimeRange(start, start + 3600)), reason: "NaN")
        _ = try await fixture.history.store(
            [
                fixture.points(total, (0..<24).map { (day * 24 + $0, .integer(1)) }),
                fixture.points(StatisticName("new in \(day)"), [(day * 24, .integer(1))]),
            ], answering: window)
    }

    @Test(
        "An answer that fails anywhere has changed nothing, and comes as a whole later",
        arguments: [
            "INSERT ON main.series", "INSERT ON main.hourly", "INSERT ON main.answered", "DELETE ON main.answered",
            "INSERT ON main.coverage", "DELETE ON main.coverage", "UPDATE ON main.freshness",
            "UPDATE ON main.counter", "INSERT ON main.set_aside", "DELETE ON main.set_aside",
            "INSERT ON main.remote_write_late",
        ])
    func atomic(statement: String) async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        try await store(fixture, day: 0)
        try await fixture.history.inWriter(
            """
            INSERT INTO remote_write_position SELECT 'mimir', 'hourly', id, \(midnight * 2) FROM series;
            CREATE TEMP TRIGGER fault BEFORE \(statement) BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
            """)
        let before = try dump(fixture)
        let generation = fixture.history.generation
        let error = await #expect(throws: HistoryError.self) { try await store(fixture, day: 1) }
        #expect(
            error == .failed(path: fixture.history.path, isWriting: true, reason: "an injected fault"))
        #expect(try dump(fixture) == before)
        #expect(fixture.history.generation == generation && fixture.history.problem == nil)
        try await fixture.history.inWriter("DROP TRIGGER temp.fault")
        try await store(fixture, day: 1)
        #expect(try await fixture.history.latest().series.first { $0.key.statistic == total }?.total == .integer(48))
    }

    @Test("A full disk is told as such, nothing of the answer is there, and it goes on when there is room")
    func full() async throws {
        let fixture = try Fixture()
        try await store(fixture, day: 0)
        let pages = try #require(try fixture.history.rows("PRAGMA page_count").first?[0] as Int?)
        _ = try await fixture.history.write { db in
            try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
        let values = (0..<20_000).map { ($0 as Int64, PointValue.real(Double($0) + 0.5)) }
        let window = fixture.window(midnight, midnight + 20_000 * 3600, index: "large")
        for _ in 0..<2 {
            await #expect(throws: HistoryError.full(path: fixture.history.path)) {
                try await fixture.history.store([fixture.points(values)], answering: window)
            }
            #expect(try await fixture.read(index: "large").isEmpty)
            #expect(try await fixture.coverage(index: "large").isEmpty)
        }
        _ = try await fixture.history.write { db in
            try Int.fetchOne(db, sql: "PRAGMA max_page_count = 1000000")
        }
        _ = try await fixture.history.store([fixture.points(values)], answering: window)
        #expect(try await fixture.read(index: "large").count == 20_000)
    }

    @Test("While another process writes, readers read, and what is to be stored waits")
    func waiting() async throws {
        let fixture = try Fixture()
        try await store(fixture, day: 0)
        let other = try otherProcess(fixture)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        for _ in 0..<5 { #expect(try await fixture.read(total).count == 24) }
        // The lock ends on a thread of its own: that of a busy test process may come too late for who waits.
        let release = Thread {
            usleep(300_000)
            try? other.writeWithoutTransaction { db in try db.execute(sql: "COMMIT") }
        }
        release.start()
        try await store(fixture, day: 1)
        #expect(try await fixture.read(total).count == 48)
        try other.close()
    }

    @Test("Once waiting is over, a lock of another process is an error that says so; without it all goes on")
    func locked() async throws {
        let fixture = try Fixture()
        try await store(fixture, day: 0)
        let other = try otherProcess(fixture)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        fixture.history.stopWaiting()
        await #expect(throws: HistoryError.locked(path: fixture.history.path)) { try await store(fixture, day: 1) }
        #expect(try await fixture.read(total).count == 24)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        try await store(fixture, day: 1)
        #expect(try await fixture.read(total).count == 48)
        try other.close()
    }
}

@Suite("Deletions that fail or are cancelled")
struct ExpiryFaultTests {
    /// Two days of 120 series: more than one transaction deletes.
    private func filled() async throws -> Fixture {
        let fixture = try Fixture()
        let values = (0..<48).map { ($0 as Int64, PointValue.integer(1)) }
        _ = try await fixture.history.store(
            (0..<120).map { fixture.points("max_qps", key: "c1-\($0)", values) },
            answering: fixture.window(midnight, midnight + 2 * 86_400))
        return fixture
    }

    private func rows(_ fixture: Fixture, day: Int64) throws -> Int {
        try fixture.history.rows("SELECT count(*) FROM hourly WHERE day = \(midnight / 86_400 + day)").first?[0] ?? -1
    }

    @Test("Cut off in the middle, coverage claims nothing of what was to go, readers know, and the rest goes later")
    func fault() async throws {
        let fixture = try await filled()
        try await fixture.history.inWriter(
            """
            CREATE TEMP TRIGGER fault BEFORE DELETE ON main.hourly
            WHEN (SELECT count(*) FROM hourly WHERE day = \(midnight / 86_400)) = 70
            BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
            """)
        let generation = fixture.history.generation
        await #expect(throws: HistoryError.self) {
            try await fixture.history.expire(.hourly, before: midnight + 86_400)
        }
        #expect(try await fixture.coverage() == [TimeRange(midnight + 86_400, midnight + 2 * 86_400)])
        #expect(try rows(fixture, day: 0) == 70, "one transaction of 50 series has gone through")
        #expect(fixture.history.generation > generation)
        try await fixture.history.inWriter("DROP TRIGGER temp.fault")
        #expect(try await fixture.history.expire(.hourly, before: midnight + 86_400) == 70)
        #expect(try rows(fixture, day: 0) == 0)
        #expect(try rows(fixture, day: 1) == 120)
    }

    @Test("Cancelled, it says how far it came, and the next one does the rest")
    func cancelled() async throws {
        let fixture = try await filled()
        let deleting = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await fixture.history.expire(.hourly, before: midnight + 86_400)
        }
        deleting.cancel()
        let deleted = (try? await deleting.value) ?? 0
        #expect(try rows(fixture, day: 0) == 120 - deleted)
        #expect(try await fixture.history.expire(.hourly, before: midnight + 86_400) == 120 - deleted)
        #expect(try rows(fixture, day: 0) == 0)
    }

    @Test("Minutes whose hour cannot be written are not deleted")
    func rollUp() async throws {
        let fixture = try Fixture()
        var window = fixture.window(midnight, midnight + 3600, granularity: .minutely)
        window.api = .monitoring
        let points = (0..<60).map { Point(time: midnight + $0 * 60, value: .integer($0)) }
        _ = try await fixture.history.store(
            [SeriesPoints(statistic: "cpu_usage", key: "c1-1", points: points)], answering: window)
        try await fixture.history.inWriter(
            """
            CREATE TEMP TRIGGER fault BEFORE INSERT ON main.hourly BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
            """)
        await #expect(throws: HistoryError.self) {
            try await fixture.history.expire(.minutely, before: midnight + 86_400)
        }
        #expect(try await fixture.read("cpu_usage", granularity: .minutely) == points)
        try await fixture.history.inWriter("DROP TRIGGER temp.fault")
        #expect(try await fixture.history.expire(.minutely, before: midnight + 86_400) == 1)
        #expect(try await fixture.read("cpu_usage") == [Point(time: midnight, value: .real(29.5))])
    }

    @Test(
        "Nothing before 1970, of no time and of an empty history is deleted",
        arguments: [.min, -1, 0, 86_399] as [UnixTime])
    func nothing(before: UnixTime) async throws {
        let fixture = try await filled()
        for granularity in Granularity.allCases {
            #expect(try await fixture.history.expire(granularity, before: before) == 0)
        }
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 2 * 86_400)])
        #expect(try await Fixture().history.expire(.hourly, before: midnight) == 0)
    }
}
