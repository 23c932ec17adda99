import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Writes that fail")
struct FailedWriteTests {
    private let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await Self.prepare(fixture)
    }

    private static func prepare(_ fixture: Fixture) async throws {
        try await fixture.history.register(application: "APP", now: midnight - 1)
        _ = try await fixture.history.store(
            [fixture.points("total_search_requests", [(0, .integer(1))])],
            answering: fixture.window(midnight, midnight + 3600))
    }

    /// Every row of every table.
    private func dump(_ history: History) async throws -> [String: [String]] {
        try await history.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            return Dictionary(
                uniqueKeysWithValues: try tables.map { table in
                    (table, try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\($0)" }.sorted())
                })
        }
    }

    /// An answer that touches every table which answers touch.
    private func store(_ fixture: Fixture, statistics: Int = 1) async throws {
        var window = fixture.window(midnight + 3600, midnight + 86_400)
        window.unreadable["records"] = UnreadableRanges(
            TimeRangeSet(TimeRange(midnight + 3600, midnight + 7200)), reason: "NaN")
        let names = ["total_search_requests"] + (0..<statistics).map { "new_\($0)" as StatisticName }
        _ = try await fixture.history.store(
            names.map { fixture.points($0, [(1, .integer(2)), (2, .integer(3))]) }, answering: window)
    }

    // Fault (Storage): A full disk
    // Done: no page is left to SQLite
    // Seen: `no space left on its disk`; the same answer is stored once there is room
    // Lost: nothing
    @Test("A full disk is told apart; nothing of the answer is stored, and the same answer is once there is room")
    func full() async throws {
        let before = try await dump(fixture.history)
        try await fixture.history.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 1)")
        }
        for _ in 0..<2 {
            await #expect(throws: HistoryError.full(path: fixture.history.path)) {
                try await store(fixture, statistics: 2000)
            }
        }
        #expect(try await dump(fixture.history) == before)
        #expect(fixture.history.look() == nil, "a full disk is no damage")
        try await fixture.history.noteQuota(application: "APP", tokens: 1, time: 1)
        try await fixture.history.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        try await store(fixture, statistics: 2000)
        #expect(try await fixture.read("new_1999").count == 2)
        #expect(try await fixture.history.verify().isEmpty)
    }

    @Test(
        "Whichever table cannot be written, nothing of the answer is stored, and trying again gives what a good disk gives",
        arguments: [
            "INSERT ON series", "INSERT ON hourly", "INSERT ON answered", "DELETE ON answered", "INSERT ON coverage",
            "DELETE ON coverage", "INSERT ON freshness", "UPDATE ON freshness", "UPDATE ON counter",
            "INSERT ON set_aside",
        ])
    func failing(event: String) async throws {
        let before = try await dump(fixture.history)
        let generation = fixture.history.generation
        try await fixture.history.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: "CREATE TEMP TRIGGER failure BEFORE \(event) BEGIN SELECT RAISE(ABORT, 'disk trouble'); END")
        }
        await #expect(
            throws: HistoryError.failed(path: fixture.history.path, isWriting: true, reason: "disk trouble")
        ) { try await store(fixture) }
        #expect(try await dump(fixture.history) == before)
        #expect(fixture.history.generation == generation, "readers have nothing to learn")
        #expect(fixture.history.problem == nil)
        try await fixture.history.pool.writeWithoutTransaction { db in try db.execute(sql: "DROP TRIGGER failure") }
        try await store(fixture)
        let other = try Fixture()
        try await Self.prepare(other)
        try await store(other)
        #expect(try await dump(fixture.history) == dump(other.history))
    }

    @Test("Readers beside the writer see whole answers, each with its coverage")
    func readers() async throws {
        let history = fixture.history
        let names: [StatisticName] = ["data_size", "file_size", "records"]
        let query = RangeQuery(statistics: names, range: TimeRange(midnight, midnight + 86_400))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [fixture] in
                for round in 1...60 as ClosedRange<Int64> {
                    _ = try await history.store(
                        names.map { fixture.points($0, (0..<24).map { ($0, .integer(round)) }) },
                        answering: fixture.window(midnight, midnight + 86_400))
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    var newest: Int64 = 0
                    while newest < 60 {
                        try Task.checkCancellation()
                        let answer = try await history.range(query, now: midnight + 30 * 86_400)
                        let values = answer.series.flatMap(\.points).map(\.value)
                        guard case .integer(let round)? = values.first else { continue }
                        #expect(values == Array(repeating: .integer(round), count: 72))
                        #expect(answer.coverage == 1)
                        #expect(round >= newest, "no reader goes back in time")
                        newest = round
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("A store that is cancelled is whole or was not, and the history goes on")
    func cancelled() async throws {
        let history = fixture.history
        let outcomes = await withTaskGroup(of: (Int64, Bool).self) { group in
            for day in 1...40 as ClosedRange<Int64> {
                group.addTask { [fixture] in
                    let start = midnight + day * 86_400
                    let task = Task {
                        _ = try await history.store(
                            [
                                SeriesPoints(
                                    statistic: "records",
                                    points: (0..<24).map { Point(time: start + $0 * 3600, value: .integer(day)) })
                            ],
                            answering: fixture.window(start, start + 86_400, fetchedAt: start + 90 * 86_400))
                    }
                    if day % 2 == 0 { task.cancel() }
                    switch await task.result {
                    case .success: return (day, true)
                    case .failure(let error):
                        #expect(error is CancellationError, "\(error)")
                        return (day, false)
                    }
                }
            }
            return await group.reduce(into: [Int64: Bool]()) { $0[$1.0] = $1.1 }
        }
        let points = try await fixture.read()
        let covered = TimeRangeSet(try await fixture.coverage())
        for (day, isStored) in outcomes {
            #expect(isStored || day % 2 == 0)
            let range = TimeRange(midnight + day * 86_400, midnight + (day + 1) * 86_400)
            #expect(points.count { range.contains($0.time) } == (isStored ? 24 : 0), "day \(day)")
            #expect(covered.contains(range) == isStored, "day \(day)")
        }
        #expect(history.problem == nil)
        try await store(fixture)
    }
}
