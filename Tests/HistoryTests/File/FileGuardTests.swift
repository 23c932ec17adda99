import Foundation
@testable import History
import TestSupport
import Testing

@Suite("The watch on the file")
struct FileGuardTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("history.db") }

    /// The first 100 bytes of a database.
    private func header(
        pageSize: UInt16 = 4096, pages: UInt32 = 3, cookie: UInt32 = 7, magic: String = "SQLite format 3\0"
    )
        -> [UInt8]
    {
        var bytes = Array(magic.utf8) + [UInt8](repeating: 0, count: 100)
        bytes = Array(bytes[..<100])
        func put(_ value: UInt32, _ count: Int, at offset: Int) {
            for byte in 0..<count {
                bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - byte)))
            }
        }
        put(UInt32(pageSize), 2, at: 16)
        put(pages, 4, at: 28)
        put(cookie, 4, at: 40)
        return bytes
    }

    /// Writes into the file that is there, or a new one.
    private func write(_ bytes: [UInt8], size: Int = 3 * 4096) throws {
        if !FileManager.default.fileExists(atPath: path) {
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
        }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
        #expect(truncate(path, off_t(size)) == 0)
    }

    private func started() throws -> FileGuard {
        try write(header())
        try Data("log".utf8).write(to: URL(filePath: path + "-wal"))
        try Data("index".utf8).write(to: URL(filePath: path + "-shm"))
        let file = try FileGuard(path, resolved: path)
        file.start()
        return file
    }

    private func exists(_ suffix: String) -> Bool { FileManager.default.fileExists(atPath: path + suffix) }

    @Test("The header is read as SQLite writes it, large pages included")
    func headers() throws {
        #expect(FileGuard.Header(header()).isSQLite)
        #expect(FileGuard.Header(header()).pageSize == 4096)
        #expect(FileGuard.Header(header(pageSize: 1)).pageSize == 65_536)
        #expect(FileGuard.Header(header(pageSize: 32_768)).pageSize == 32_768)
        #expect(FileGuard.Header(header(pages: .max)).pageCount == Int64(UInt32.max))
        #expect(FileGuard.Header(header(cookie: .max)).schemaCookie == .max)
        #expect(!FileGuard.Header(header(magic: "SQLite format 4\0")).isSQLite)
        #expect(!FileGuard.Header(header(magic: "")).isSQLite)
    }

    @Test("A file shorter than a header has none", arguments: [0, 1, 99])
    func short(size: Int) throws {
        try write(header(), size: size)
        let file = try FileGuard(path, resolved: path)
        #expect(try file.header() == nil)
        #expect(file.size == Int64(size))
    }

    @Test("A file that stays as it was, or grows, is no problem")
    func good() throws {
        let file = try started()
        #expect(file.look { nil } == nil)
        try write(header(pages: 5), size: 5 * 4096)
        #expect(file.look { nil } == nil)
        // A checkpoint that was killed: the header counts pages that only the log has.
        try write(header(pages: 9), size: 5 * 4096)
        #expect(file.look { nil } == nil)
        // VACUUM by another process.
        try write(header(pages: 2), size: 2 * 4096)
        #expect(file.look { nil } == nil)
    }

    @Test("Shorter than it was and than its header says, it is truncated, and its log stays for the rescue")
    func truncated() throws {
        let file = try started()
        #expect(truncate(path, 2 * 4096) == 0)
        #expect(file.look { nil } == .truncated)
        #expect(exists("-wal") && !exists("-wal.detached"))
    }

    @Test(
        "Emptied, deleted or replaced: the log is moved aside at once, and its index goes",
        arguments: ["emptied", "deleted", "replaced"])
    func logAside(how: String) throws {
        let file = try started()
        switch how {
        case "emptied": #expect(truncate(path, 0) == 0)
        case "deleted": try FileManager.default.removeItem(atPath: path)
        default:
            try Data(header()).write(to: URL(filePath: folder.file("other")))
            #expect(rename(folder.file("other"), path) == 0)
        }
        #expect(file.look { nil }?.name == ["emptied": "truncated"][how] ?? how)
        #expect(!exists("-wal") && !exists("-shm"))
        #expect(try String(contentsOfFile: path + "-wal.detached", encoding: .utf8) == "log")
    }

    @Test("The log of another file, that came with the new database, is left alone")
    func newLogStays() throws {
        let file = try started()
        for suffix in ["", "-wal"] {
            try Data("new".utf8).write(to: URL(filePath: folder.file("other")))
            #expect(rename(folder.file("other"), path + suffix) == 0)
        }
        #expect(file.look { nil } == .replaced)
        #expect(try String(contentsOfFile: path + "-wal", encoding: .utf8) == "new")
        #expect(!exists("-wal.detached"))
    }

    @Test("A new schema is the database's own, if the database says so, and otherwise somebody else's")
    func cookies() throws {
        let file = try started()
        try write(header(cookie: 9))
        #expect(file.look { 9 } == nil)
        var asked = 0
        let cookie: () -> UInt32? = {
            asked += 1
            return 9
        }
        #expect(file.look(schemaCookie: cookie) == nil)
        #expect(asked == 0, "the database is asked once about each new schema")
        // A reader's checkpoint may still write the header of the transaction before.
        try write(header(cookie: 8))
        #expect(file.look { nil } == nil)
        try write(header(cookie: 12))
        #expect(
            file.look { throw CancellationError() } == nil, "a disk or a lock that fails says nothing about the file")
        #expect(file.look { 9 } == .overwritten)
    }

    @Test(
        "An older schema, one that nobody knows, and what is no database are overwritten",
        arguments: [(6, 7), (8, nil), (UInt32.max, 7)] as [(UInt32, UInt32?)])
    func overwritten(cookie: UInt32, known: UInt32?) throws {
        let file = try started()
        try write(header(cookie: cookie))
        #expect(file.look { known } == .overwritten)
    }

    @Test("What is no database any more is overwritten")
    func noDatabase() throws {
        let file = try started()
        try write(header(magic: "PK"))
        #expect(file.look { 7 } == .overwritten)
    }

    @Test("The first problem stays, whatever happens to the file later")
    func stays() throws {
        let file = try started()
        try FileManager.default.removeItem(atPath: path + "-wal")
        #expect(file.look { nil } == .logDeleted)
        try FileManager.default.removeItem(atPath: path)
        file.noteDamage("a page")
        #expect(file.look { nil } == .logDeleted)
        #expect(file.problem == .logDeleted)

        let other = try FileGuard(folder.file("history.db-shm"), resolved: folder.file("history.db-shm"))
        other.noteDamage("first")
        other.noteDamage("second")
        #expect(other.problem == .damaged(reason: "first"))
    }

    @Test("A file that is gone, one that ends early and one that cannot be read are told apart")
    func answers() throws {
        try write([1, 2, 3], size: 3)
        let file = try WatchedFile(path)
        #expect(try file.identityAtPath() == file.identity)
        #expect(try file.bytes(100, at: 1) == [2, 3])
        try FileManager.default.removeItem(atPath: path)
        #expect(try file.identityAtPath() == nil)
        #expect(try file.size() == 3)
        let unreadable = try WatchedFile(folder.path)
        #expect(throws: WatchedFile.NoAnswer.self) { try unreadable.bytes(1) }
        #expect(throws: WatchedFile.NoAnswer.self) { try WatchedFile(path) }
    }

    @Test("Many look at once, and all see the same problem")
    func together() async throws {
        let file = try started()
        try FileManager.default.removeItem(atPath: path)
        let seen = await withTaskGroup(of: HistoryProblem?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    if number % 4 == 0 { file.noteDamage("\(number)") }
                    return file.look { nil }
                }
            }
            return await group.reduce(into: Set<HistoryProblem?>()) { $0.insert($1) }
        }
        #expect(seen.count == 1 && !seen.contains(nil))
    }
}
