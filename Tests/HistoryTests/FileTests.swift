import Foundation
import GRDB
import History
import Migrations
import TestSupport
import Testing
import UsageModel

@Suite("The database file")
struct FileTests {
    private let folder = TemporaryFolder()

    private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    @Test("It is created with its folder, readable by its owner alone")
    func created() throws {
        let path = folder.file("new/deep/history.db")
        let history = try History(path: path)
        for file in [path, path + "-wal"] {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600, "\(file)")
        }
        try history.close()
    }

    @Test("What is stored is there after closing and opening again, and after opening without closing")
    func reopened() async throws {
        let path = folder.file("history.db")
        let fixture = try Fixture()
        for round in 1...3 as ClosedRange<Int64> {
            let history = try History(path: path)
            _ = try await history.store(
                [fixture.points([(round, .integer(round))])], answering: fixture.window(midnight, midnight + 86_400))
            if round == 1 { try history.close() }
        }
        let answer = try await History(path: path).range(
            RangeQuery(statistics: ["records"], range: TimeRange(midnight, midnight + 86_400)), now: midnight * 2)
        #expect(answer.series.first?.points.map(\.value) == [.integer(1), .integer(2), .integer(3)])
    }

    @Test("A file of a newer version is refused with its name, and not touched")
    func newer() async throws {
        let path = folder.file("history.db")
        try History(path: path).close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999_future')") }
        try queue.close()
        let before = contents(path)
        #expect(throws: HistoryError.newer(path: path, migration: "9999_future")) { try History(path: path) }
        #expect(contents(path) == before)
    }

    @Test("A history is read only after its first start, and when all migrations are applied")
    func unfinished() async throws {
        let path = folder.file("history.db")
        try Data().write(to: URL(filePath: path))
        #expect(throws: HistoryError.notBegun(path: path)) { try History(path: path, readOnly: true) }
        // Stopped between the file's creation and the first migration.
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE t (a); DROP TABLE t") }
        #expect(throws: HistoryError.notBegun(path: path)) { try History(path: path, readOnly: true) }
        try History(path: path).close()
        try History(path: path, readOnly: true).close()
        let newest = try #require(Migrations.all.last)
        try await queue.write {
            try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [newest.identifier])
        }
        try queue.close()
        #expect(throws: HistoryError.older(path: path)) { try History(path: path, readOnly: true) }
    }

    @Test("What is not SQLite is refused and not touched")
    func notADatabase() throws {
        let path = folder.file("notes.txt")
        try Data("not a database, but long enough to be taken for one".utf8).write(to: URL(filePath: path))
        let before = contents(path)
        #expect(throws: HistoryError.notADatabase(path: path)) { try History(path: path) }
        #expect(contents(path) == before)
    }

    @Test("A database of another program is refused and not touched")
    func foreign() async throws {
        let path = folder.file("other.db")
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE contacts (name TEXT)") }
        try queue.close()
        let before = contents(path)
        #expect(throws: HistoryError.foreign(path: path)) { try History(path: path) }
        #expect(contents(path) == before)
    }

    @Test("A directory and a path below a file are refused")
    func badPaths() throws {
        #expect(throws: HistoryError.isDirectory(path: folder.path)) { try History(path: folder.path) }
        let file = folder.file("file")
        try Data().write(to: URL(filePath: file))
        #expect(throws: HistoryError.self) { try History(path: file + "/history.db") }
    }

    @Test("Looking only does not create a file")
    func readOnly() throws {
        let path = folder.file("absent.db")
        #expect(throws: HistoryError.missing(path: path)) { try History(path: path, readOnly: true) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("Every migration of the folder is embedded, in order")
    func migrations() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: "migrations").path(percentEncoded: false)
        )
        .filter { $0.hasSuffix(".sql") }.sorted()
        #expect(files == Migrations.all.map { $0.identifier + ".sql" })
        for migration in Migrations.all {
            let file = root.appending(path: "migrations/\(migration.identifier).sql")
            #expect(try String(contentsOf: file, encoding: .utf8) == migration.sql)
        }
    }

    @Test("The views have the contract's columns and one row for each reported point")
    func views() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points("max_qps", key: "c4-fr-1", [(0, .integer(35)), (23, .real(0.5))])],
            answering: fixture.window(midnight, midnight + 86_400, index: "a/b"))
        _ = try await fixture.history.store(
            [fixture.points([(0, .integer(9))])],
            answering: fixture.window(midnight, midnight + 86_400, granularity: .daily))
        let queue = try DatabaseQueue(path: fixture.history.path)
        let (columns, hourly, daily) = try await queue.read { db in
            try (
                db.columns(in: "hourly_points").map(\.name),
                Row.fetchAll(db, sql: "SELECT * FROM hourly_points ORDER BY unix_time").map { "\($0)" },
                Row.fetchAll(db, sql: "SELECT * FROM daily_points").map { "\($0)" }
            )
        }
        #expect(columns == ["application", "index_name", "statistic", "key", "time", "unix_time", "value"])
        #expect(hourly.count == 2)
        #expect(hourly[1].contains("2026-07-15T23:00:00Z") && hourly[1].contains("value:0.5"))
        #expect(daily.count == 1 && daily[0].contains("2026-07-15T00:00:00Z") && daily[0].contains("value:9"))
    }
}
