import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

/// Everything here is about one destination within one transaction; the order of sending is the outbox's.
@Suite("The tables of remote write")
struct RemoteWriteTablesTests {
    private let fixture: OutboxFixture
    private let stored: StoredSeries

    init() async throws {
        fixture = try OutboxFixture()
        try await fixture.store(0..<24)
        stored = try await fixture.history.read { db in try SeriesTable(db: db).read()[0] }
    }

    private func points(_ hours: Range<Int64>) -> [Point] {
        hours.map { Point(time: midnight + $0 * 3600, value: .integer($0)) }
    }

    /// A batch as it was read before it is sent.
    private func batch(_ points: [Point], _ hours: Range<Int64>, withheld: [Point] = []) -> OutgoingBatch {
        let range = TimeRange(midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600)
        var part = OutgoingBatch.Part(series: stored, granularity: .hourly, points: points, range: range)
        part.withheld = withheld
        return OutgoingBatch(parts: [part], isLate: false)
    }

    private func late(_ db: Database, _ destination: String = "mimir") throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT (time - ?) / 3600 FROM remote_write_late WHERE destination = ? ORDER BY time",
            arguments: [midnight, destination])
    }

    @Test("A confirmed batch moves its series' position to its end, for its destination alone")
    func positions() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            let tables = RemoteWriteTables(db, "mimir")
            #expect(try tables.positions().isEmpty)
            #expect(try !tables.confirm(batch(points(0..<10), 0..<10)))
            #expect(try tables.positions() == [.hourly: [stored.id: midnight + 10 * 3600]])
            #expect(try !tables.hasLate())
            for other in ["", "Mimir", "mimir ", "%", "mi'mir"] {
                #expect(try RemoteWriteTables(db, other).positions().isEmpty, "\(other)")
            }
        }
    }

    @Test("What was revised, appeared or was withheld meanwhile: each bucket that differs is late, and no other")
    func changedMeanwhile() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            var sent = points(0..<10)
            sent[3].value = .integer(99)
            sent[4].value = .real(4)
            sent.remove(at: 7)
            let tables = RemoteWriteTables(db, "mimir")
            #expect(try tables.confirm(batch(sent, 0..<10)))
            #expect(try late(db) == [3, 4, 7])
            #expect(try tables.hasLate())
            #expect(try !RemoteWriteTables(db, "other").hasLate())
        }
    }

    @Test("A point that was withheld because it was not settled is not late while it is not, unless it has changed")
    func withheld() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            try db.execute(sql: "UPDATE answered SET \"end\" = ?", arguments: [midnight + 8 * 3600])
            var withheld = points(8..<10)
            #expect(try !RemoteWriteTables(db, "a").confirm(batch(points(0..<8), 0..<10, withheld: withheld)))
            withheld[1].value = .integer(-1)
            #expect(try RemoteWriteTables(db, "b").confirm(batch(points(0..<8), 0..<10, withheld: withheld)))
            #expect(try late(db, "a").isEmpty)
            #expect(try late(db, "b") == [9])
            try db.execute(sql: "UPDATE answered SET \"end\" = ?", arguments: [midnight + 9 * 3600])
            #expect(try RemoteWriteTables(db, "c").confirm(batch(points(0..<8), 0..<10, withheld: points(8..<10))))
            #expect(try late(db, "c") == [8], "settled since it was read")
        }
    }

    @Test("Late buckets are forgotten when they were sent as they are stored, and kept otherwise")
    func confirmLate() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            let tables = RemoteWriteTables(db, "mimir")
            _ = try tables.confirm(batch([], 0..<4))
            #expect(try late(db) == [0, 1, 2, 3])
            var part = OutgoingBatch.Part(series: stored, granularity: .hourly, points: points(0..<3), entry: 0)
            part.points[1].value = .integer(50)
            part.late = (0..<4).map { midnight + $0 * 3600 }
            // Hour 1 has another value by now, hour 3 came after the batch was read.
            #expect(try tables.confirmLate(OutgoingBatch(parts: [part], isLate: true)))
            #expect(try late(db) == [1, 3])
            part.points = [points(1..<2)[0], points(3..<4)[0]]
            part.late = [1, 3].map { midnight + $0 * 3600 }
            #expect(try !tables.confirmLate(OutgoingBatch(parts: [part], isLate: true)))
            #expect(try late(db).isEmpty)
        }
    }

    @Test("A late bucket of a series that is no longer sent leaves the list without being sent")
    func unsentSeries() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            let tables = RemoteWriteTables(db, "mimir")
            _ = try tables.confirm(batch([], 0..<2))
            var part = OutgoingBatch.Part(series: stored, granularity: .hourly, points: [], entry: nil)
            part.late = [midnight, midnight + 3600]
            #expect(try !tables.confirmLate(OutgoingBatch(parts: [part], isLate: true)))
            #expect(try !tables.hasLate())
        }
    }

    @Test("Only what was sent becomes late: a change behind the position, for each destination that is past it")
    func notedByWriters() async throws {
        try await fixture.history.write { [self] (db: Database) throws in
            _ = try RemoteWriteTables(db, "near").confirm(batch(points(0..<5), 0..<5))
            _ = try RemoteWriteTables(db, "far").confirm(batch(points(0..<20), 0..<20))
        }
        try await fixture.store(0..<24) { [3, 10, 22].contains($0) ? 1000 + $0 : $0 }
        try await fixture.history.read { [self] (db: Database) throws in
            #expect(try late(db, "near") == [3])
            #expect(try late(db, "far") == [3, 10])
        }
    }

    @Test("A position that is no time is damage", arguments: ["'x'", "NULL", "253402300801", "1.5"])
    func damaged(literal: String) async throws {
        try await fixture.history.write { [stored] db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO remote_write_position VALUES ('mimir', 'hourly', \(stored.id), \(literal))")
        }
        let isStored = literal != "NULL"
        let read = { [history = fixture.history] in
            try await history.read { db in try RemoteWriteTables(db, "mimir").positions() }
        }
        if isStored {
            await #expect(throws: HistoryError.self) { try await read() }
            #expect(fixture.history.problem?.name == "damaged")
        } else {
            #expect(try await read().isEmpty, "the schema refuses it")
        }
    }
}
