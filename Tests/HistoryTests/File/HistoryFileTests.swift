import Foundation
import GRDB
@testable import History
import Migrations
import TestSupport
import Testing

@Suite("Looking at a file before it is opened")
struct HistoryFileTests {
    private let folder = TemporaryFolder()

    private func link(_ name: String, to target: String) throws -> String {
        let path = folder.file(name)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        return path
    }

    /// The folder as the system spells it, links resolved.
    private var real: String { HistoryFile.resolved(folder.path) }

    @Test("A path is resolved through links of files and folders, whether the file exists or not")
    func resolved() throws {
        let path = folder.file("a b#?é.db")
        #expect(HistoryFile.resolved(path) == real + "/a b#?é.db", "of a missing file, its folder is")
        try Data().write(to: URL(filePath: path))
        #expect(HistoryFile.resolved(try link("file", to: path)) == real + "/a b#?é.db")
        let linked = try link("folder", to: folder.path)
        #expect(HistoryFile.resolved(linked + "/a b#?é.db") == real + "/a b#?é.db")
        #expect(HistoryFile.resolved(linked + "/new.db") == real + "/new.db")
        #expect(HistoryFile.resolved(folder.file("none/new.db")) == folder.file("none/new.db"))
        #expect(HistoryFile.resolved("/no-such-file.db") == "/no-such-file.db")
        #expect(HistoryFile.resolved("no-such-file.db").hasPrefix("/"))
    }

    @Test("A file is created once, with its folders; the second time it is there already, with its contents")
    func createIfMissing() throws {
        let path = folder.file("x/y/history.db")
        #expect(try HistoryFile.createIfMissing(path))
        try Data("kept".utf8).write(to: URL(filePath: path))
        #expect(try !HistoryFile.createIfMissing(path))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept")
        let dangling = try link("dangling", to: folder.file("nowhere"))
        #expect(try !HistoryFile.createIfMissing(dangling), "nothing is created behind a link")
        #expect(!FileManager.default.fileExists(atPath: folder.file("nowhere")))
    }

    @Test("A name that is too long, or has no folder to be in, is an error with its reason")
    func cannotCreate() throws {
        let long = folder.file(String(repeating: "x", count: 300))
        #expect(throws: HistoryError.cannotCreate(path: long, reason: "File name too long")) {
            try HistoryFile.createIfMissing(long)
        }
        try Data().write(to: URL(filePath: folder.file("file")))
        let below = folder.file("file/folder/history.db")
        #expect(
            throws: HistoryError.cannotCreate(
                path: below, reason: "its folder \(folder.file("file/folder")) cannot be created")
        ) { try History(path: below) }
    }

    @Test("A link to nothing is a missing file, and nothing is created")
    func dangling() throws {
        let path = try link("history.db", to: folder.file("not-mounted/history.db"))
        #expect(throws: HistoryError.missing(path: path)) { try History(path: path) }
        #expect(!FileManager.default.fileExists(atPath: folder.file("not-mounted")))
    }

    @Test("Every file that is no database is refused as it is, however short", arguments: [1, 15, 16, 99, 100, 4096])
    func notADatabase(size: Int) throws {
        let path = folder.file("history.db")
        let bytes = Data("SQLite format 2\0".utf8) + Data(repeating: 7, count: 4096)
        try bytes.prefix(size).write(to: URL(filePath: path))
        for readOnly in [true, false] {
            #expect(throws: HistoryError.notADatabase(path: path)) { try History(path: path, readOnly: readOnly) }
        }
        #expect(FileManager.default.contents(atPath: path) == bytes.prefix(size))
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
    }

    @Test("A header alone, with nothing behind it, is damaged or no database, and is not changed")
    func headerOnly() throws {
        let whole = folder.file("whole.db")
        try History(path: whole).close()
        let path = folder.file("history.db")
        let bytes = try #require(FileManager.default.contents(atPath: whole)).prefix(100)
        try bytes.write(to: URL(filePath: path))
        #expect(throws: HistoryError.self) { try History(path: path) }
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test("A device is refused without being opened")
    func devices() {
        for readOnly in [true, false] {
            #expect(throws: HistoryError.notAFile(path: "/dev/null", kind: "a device")) {
                try History(path: "/dev/null", readOnly: readOnly)
            }
        }
    }

    @Test(
        "A database with other migrations belongs to another program; with ours and an unknown one, to a newer version")
    func foreignMigrations() async throws {
        let path = folder.file("history.db")
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('v1')
                    """)
        }
        #expect(throws: HistoryError.foreign(path: path)) { try History(path: path) }
        try await queue.write { db in
            try db.execute(
                sql: "UPDATE grdb_migrations SET identifier = ?; INSERT INTO grdb_migrations VALUES ('v1')",
                arguments: [Migrations.all[0].identifier])
        }
        #expect(throws: HistoryError.newer(path: path, migration: "v1")) { try History(path: path, readOnly: true) }
        try queue.close()
    }

    @Test(
        "What the owner may not write is read, and not opened for writing",
        .enabled(if: geteuid() != 0, "root may write everything"))
    func permissions() throws {
        let path = folder.file("history.db")
        try History(path: path).close()
        #expect(chmod(path, 0o400) == 0)
        #expect(throws: HistoryError.notWritable(path: path)) { try History(path: path) }
        #expect(chmod(folder.path, 0o500) == 0)
        defer { _ = chmod(folder.path, 0o700) }
        try History(path: path, readOnly: true).close()
        #expect(chmod(path, 0o000) == 0)
        #expect(throws: HistoryError.notReadable(path: path, reason: "Permission denied")) {
            try History(path: path, readOnly: true)
        }
    }
}
