import Foundation
import GRDB
@testable import History
import Migrations
import TestSupport
import Testing
import UsageModel

@Suite("Files of older versions")
struct MigrationStepTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("old.db") }

    /// A file as the version left it that had the first `count` migrations, with an application in it.
    private func old(_ count: Int) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for migration in Migrations.all.prefix(count) {
                try db.execute(sql: migration.sql)
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [migration.identifier])
            }
            try db.execute(sql: "INSERT INTO application (id, first_seen) VALUES ('APP', \(midnight))")
        }
        try queue.close()
    }

    private func schema(_ history: History) async throws -> [String] {
        try await history.read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'grdb%' AND name NOT LIKE 'sqlite%' ORDER BY 1, 2"
            ).map { "\($0)" }
        }
    }

    @Test(
        "A file of any older version becomes what a new one is, with what was in it",
        arguments: 1..<Migrations.all.count)
    func steps(count: Int) async throws {
        try old(count)
        #expect(throws: HistoryError.older(path: path)) { try History(path: path, readOnly: true) }
        let migrated = try History(path: path, collects: true)
        #expect(migrated.problem == nil)
        let new = try History(path: folder.file("new.db"))
        #expect(try await schema(migrated) == schema(new))
        #expect(try await migrated.info().migrations == Migrations.all.map(\.identifier))
        let application = try #require(try await migrated.applications().first)
        #expect(application.id == "APP" && application.firstSeen == midnight)
        #expect(try await migrated.verify().isEmpty)
    }

    // Fault (Storage): A migration that fails
    // Done: a table that stands in its way
    // Seen: it is undone as a whole and done by the next start that can
    // Lost: nothing
    @Test("A migration that fails is undone as a whole, and done at the next start that can")
    func failing() async throws {
        try old(2)
        let queue = try DatabaseQueue(path: path)
        // In the way of the second table of the fourth migration.
        try await queue.write { db in try db.execute(sql: "CREATE TABLE vendor_horizon (mine)") }
        #expect(throws: HistoryError.failed(path: path, isWriting: true, reason: "table vendor_horizon already exists"))
        {
            try History(path: path)
        }
        try await queue.write { db in
            #expect(try db.tableExists("remote_write_position"), "the third is done")
            #expect(try !db.tableExists("set_aside"), "nothing of the fourth is")
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM grdb_migrations") == 3)
            try db.execute(sql: "DROP TABLE vendor_horizon")
        }
        try queue.close()
        let history = try History(path: path)
        #expect(try await history.info().migrations.count == Migrations.all.count)
        #expect(try await history.verify().isEmpty)
    }

    @Test("Many that open an old file at once migrate it once")
    func together() async throws {
        try old(1)
        // All are held to the end: a descriptor that closes drops the locks of the others in this process.
        let all = try await withThrowingTaskGroup(of: History.self) { [path] group in
            for _ in 0..<6 { group.addTask { try History(path: path) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.allSatisfy { $0.look() == nil })
        let history = try History(path: path, readOnly: true)
        #expect(try await history.info().migrations == Migrations.all.map(\.identifier))
        #expect(try await history.verify().isEmpty)
    }
}
