import Foundation
import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Reading columns that may hold anything")
struct RowDecodingTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// A value as it was read, or that it is damage.
    private func outcome<Value>(_ read: () throws -> Value) -> String {
        do { return "\(try read())" } catch { return error is DamagedRow ? "damaged" : "\(error)" }
    }

    /// A literal of SQL, and the outcome of reading it as an integer, a time, text, a name and a value.
    struct Reading: Sendable {
        var literal: String
        var integer = "damaged"
        var time = "damaged"
        var text = "damaged"
        var name = "damaged"
        var value = "damaged"
    }

    private static let literals = [
        Reading(literal: "NULL", value: "nil"), Reading(literal: "x'61'"), Reading(literal: "x''"),
        Reading(literal: "0", integer: "0", time: "0", value: "Optional(0)"),
        Reading(literal: "1.5", value: "Optional(1.5)"), Reading(literal: "1.0", value: "Optional(1.0)"),
        Reading(literal: "'12'", text: "12", name: "12"), Reading(literal: "''", text: "", name: ""),

        Reading(literal: "'e' || char(769)", text: "e\u{301}", name: "e\u{301}"),
        Reading(literal: "CAST(x'ff' AS TEXT)", text: "\u{FFFD}", name: "\u{FFFD}"),
        Reading(literal: "9223372036854775807", integer: "\(Int64.max)", value: "Optional(\(Int64.max))"),
        Reading(literal: "-9223372036854775808", integer: "\(Int64.min)", value: "Optional(\(Int64.min))"),
        // The years 1 to 9999.
        Reading(
            literal: "253402300800", integer: "253402300800", time: "253402300800", value: "Optional(253402300800)"),
        Reading(literal: "253402300801", integer: "253402300801", value: "Optional(253402300801)"),
        Reading(
            literal: "-62135596800", integer: "-62135596800", time: "-62135596800", value: "Optional(-62135596800)"),
        Reading(literal: "-62135596801", integer: "-62135596801", value: "Optional(-62135596801)"),
    ]

    @Test("Each kind of value is read as itself alone, by both readers of rows", arguments: literals)
    func literal(_ reading: Reading) throws {
        try fixture.history.pool.read { db in
            let row = try #require(try Row.fetchOne(db, sql: "SELECT \(reading.literal)"))
            #expect(outcome({ try row.integer(0) }) == reading.integer)
            #expect(outcome({ try row.time(0) }) == reading.time)
            #expect(outcome({ try row.text(0) }) == reading.text)
            #expect(outcome({ try row.name(0) as IndexName }) == reading.name)
            #expect(outcome({ try row.value(0) }) == reading.value)

            let raw = try RawStatement(db, "SELECT \(reading.literal)")
            defer { raw.reset() }
            #expect(try raw.step())
            #expect(outcome({ try raw.integer(0) }) == reading.integer)
            #expect(outcome({ try raw.time(0) }) == reading.time)
            #expect(outcome({ try raw.text(0) }) == reading.text)
            #expect(outcome({ try raw.name(0) as IndexName }) == reading.name)
            #expect(outcome({ try raw.value(0) }) == reading.value)
            #expect(raw.isNull(0) == (reading.literal == "NULL"))
        }
    }

    @Test("Only the names that the exporter knows are granularities, APIs and levels")
    func knownNames() throws {
        try fixture.history.pool.read { db in
            let good = try #require(try Row.fetchOne(db, sql: "SELECT 'hourly', 'monitoring', 'index'"))
            #expect(try good.granularity(0) == .hourly)
            #expect(try good.api(1) == .monitoring)
            #expect(try good.level(2) == .index)
            let bad = try #require(try Row.fetchOne(db, sql: "SELECT 'Hourly', 'hourly ', '', 1"))
            for column in 0..<4 {
                #expect(outcome({ try bad.granularity(column) }) == "damaged")
                #expect(outcome({ try bad.api(column) }) == "damaged")
                #expect(outcome({ try bad.level(column) }) == "damaged")
            }
        }
    }

    @Test("A range may be empty, but does not end before it starts")
    func ranges() throws {
        try fixture.history.pool.read { db in
            let row = try #require(try Row.fetchOne(db, sql: "SELECT 10, 20, 10, 9"))
            #expect(try row.range(0, 1) == TimeRange(10, 20))
            #expect(try row.range(0, 2).isEmpty)
            #expect(outcome({ try row.range(0, 3) }) == "damaged")
        }
    }

    @Test("An error names the column and the expected kind; NULL is nothing, and not 0")
    func errors() throws {
        try fixture.history.pool.read { db in
            let row = try #require(try Row.fetchOne(db, sql: "SELECT 'x' AS fetched_at"))
            let error = #expect(throws: DamagedRow.self) { try row.time(0) }
            #expect(error?.description == "column \"fetched_at\" does not hold an integer")
            #expect(try Row.fetchOne(db, sql: "SELECT NULL, 3, 'x'").map { try $0.optionalInteger(0) } == .some(nil))
            #expect(try Row.fetchOne(db, sql: "SELECT NULL, 3, 'x'").map { try $0.optionalInteger(1) } == 3)
        }
    }

    @Test("Names are bound and found byte by byte: neither case, accents nor patterns make two equal")
    func names() throws {
        let names: [IndexName] = ["é", "e\u{301}", "E", "e", "%", "_", "*", "?", "a%", "'", "\"", "a b", "🛒", " ", ""]
        try fixture.history.pool.write { db in
            try db.execute(sql: "CREATE TEMP TABLE names (name TEXT NOT NULL PRIMARY KEY)")
            for name in names { try db.execute(sql: "INSERT INTO names VALUES (?)", arguments: [name]) }
            for name in names {
                let found = try Row.fetchAll(db, sql: "SELECT name FROM names WHERE name = ?", arguments: [name])
                #expect(try found.map { try $0.name(0) as IndexName } == [name])
            }
            let sorted = try Row.fetchAll(db, sql: "SELECT name FROM names ORDER BY name")
            #expect(try sorted.map { try $0.name(0) as IndexName } == names.sorted(), "SQLite and Swift sort alike")
        }
        #expect(IndexName.fromDatabaseValue("a\0b".databaseValue) == nil)
        #expect(IndexName.fromDatabaseValue(12.databaseValue) == nil)
    }

    @Test(
        "Text is bound with its length, and the empty text is not NULL",
        arguments: ["", "a", "a\0b", "🛒é", String(repeating: "x", count: 100_000)])
    func texts(text: String) throws {
        try fixture.history.pool.read { db in
            let statement = try RawStatement(db, "SELECT typeof(?1), hex(?1), ?1")
            statement.bind(1, text)
            defer { statement.reset() }
            #expect(try statement.step())
            #expect(try statement.text(0) == "text")
            #expect(try statement.text(1) == text.utf8.map { String(format: "%02X", $0) }.joined())
            #expect(try statement.text(2) == text)
        }
    }

    @Test("A statement taken again begins anew, also after one that was left in the middle or failed")
    func statements() throws {
        try fixture.history.pool.write { db in
            try db.execute(sql: "CREATE TEMP TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
            let first = try RawStatement(db, "SELECT a FROM t ORDER BY a")
            #expect(try first.step())
            let second = try RawStatement(db, "SELECT a FROM t ORDER BY a")
            #expect(try second.step())
            #expect(try second.integer(0) == 1)
            second.reset()

            let insert = try RawStatement(db, "INSERT INTO t VALUES (?)")
            insert.bind(1, 1)
            let error = #expect(throws: DatabaseError.self) { try insert.step() }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            #expect(error?.sql == "INSERT INTO t VALUES (?)")
            #expect(error?.message?.contains("t.a") == true)
            insert.bind(1, 3)
            #expect(try !insert.step())
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM t") == 3)
        }
    }

    @Test("A name with NUL in it is damage")
    func nul() throws {
        try fixture.history.pool.read { db in
            let statement = try RawStatement(db, "SELECT 'a' || char(0) || 'b'")
            defer { statement.reset() }
            #expect(try statement.step())
            #expect(outcome({ try statement.name(0) as IndexName }) == "damaged")
        }
    }

    @Test("A read that is cancelled in the middle of its rows ends as cancelled, and the history goes on")
    func cancelled() async throws {
        let history = fixture.history
        let task = Task {
            try await history.read { db in
                let numbers = try RawStatement(
                    db,
                    "WITH RECURSIVE n (a) AS (VALUES (1) UNION ALL SELECT a + 1 FROM n LIMIT 1000000) SELECT a FROM n")
                defer { numbers.reset() }
                #expect(try numbers.step())
                withUnsafeCurrentTask { $0?.cancel() }
                while try numbers.step() {}
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(history.problem == nil)
        #expect(try await fixture.read().isEmpty)
    }
}
