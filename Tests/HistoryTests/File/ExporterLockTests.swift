import Foundation
@testable import History
import TestSupport
import Testing

@Suite("The lock of the one exporter")
struct ExporterLockTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("history.db") }
    private var contents: String { (try? String(contentsOfFile: path + ".lock", encoding: .utf8)) ?? "" }

    private func lock() throws -> ExporterLock { try ExporterLock(path, resolved: path) }

    /// Two files with their identities.
    private func identities() throws -> (database: FileGuard.Identity, log: FileGuard.Identity) {
        for suffix in ["", "-wal"] { try Data("x".utf8).write(to: URL(filePath: path + suffix)) }
        return (
            try #require(FileGuard.Identity(ofFileAt: path)), try #require(FileGuard.Identity(ofFileAt: path + "-wal"))
        )
    }

    @Test("It names its process, is for its owner alone, and is free once its holder is gone")
    func holder() throws {
        var first: ExporterLock? = try lock()
        #expect(contents == "\(getpid())\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path + ".lock")[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(throws: HistoryError.inUse(path: path, process: getpid())) { try lock() }
        withExtendedLifetime(first) {}
        first = nil
        _ = try lock()
    }

    @Test("What was open is known to the next holder")
    func noted() throws {
        let (database, log) = try identities()
        do {
            let first = try lock()
            #expect(first.last == nil)
            first.note(database, log: log)
        }
        let last = try lock().last
        #expect(last?.database == database)
        #expect(last?.log == log)
    }

    @Test("A start that fails before it opens the database does not forget what was open")
    func failedStart() throws {
        let (database, log) = try identities()
        do { try lock().note(database, log: log) }
        for _ in 0..<3 { _ = try lock() }
        #expect(try lock().last?.log == log)
    }

    @Test("The log of a replaced database is moved aside also when a failed start came in between")
    func foreignLogAfterFailedStart() throws {
        // A crash left a log; the database was found damaged at the next start; then a backup took its place.
        let (database, log) = try identities()
        do { try lock().note(database, log: log) }
        #expect(throws: HistoryError.notADatabase(path: path)) { try History(path: path, collects: true) }
        try History(path: folder.file("backup.db")).close()
        #expect(rename(folder.file("backup.db"), path) == 0)
        let captured = CapturedLog()
        let next = try History(path: path, collects: true, logger: captured.logger)
        #expect(captured.lines.contains { $0.contains("belongs to another file") })
        #expect(try Data(contentsOf: URL(filePath: path + "-wal.detached")) == Data("x".utf8))
        #expect(next.problem == nil)
    }

    @Test(
        "Whatever stands in the file, it is only a note: the lock is free, and nothing is known of the last holder",
        arguments: [
            "", "\n", "hello", "-1 2 3 4 5", "1 2 3", "1 2 3 4 5 6", "99999999999999999999 1 2 3 4", "1,2,3,4,5",
        ])
    func garbage(text: String) throws {
        try text.write(toFile: path + ".lock", atomically: false, encoding: .utf8)
        let held = try lock()
        #expect(held.last == nil)
        #expect(contents == "\(getpid())\n")
    }

    @Test("A process number that is none is not told")
    func strangeProcess() throws {
        let held = try lock()
        for text in ["99999999999", "", "soon"] {
            try text.write(toFile: path + ".lock", atomically: false, encoding: .utf8)
            #expect(throws: HistoryError.inUse(path: path, process: nil)) { try lock() }
        }
        withExtendedLifetime(held) {}
    }

    @Test("A lock file that is something else is an error that says why")
    func directory() throws {
        try FileManager.default.createDirectory(atPath: path + ".lock", withIntermediateDirectories: false)
        #expect(throws: HistoryError.cannotCreate(path: path, reason: "Is a directory")) { try lock() }
    }

    @Test("Readers and those who only look do not take it")
    func readers() throws {
        try History(path: path).close()
        #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
        let collecting = try History(path: path, collects: true)
        try History(path: path).close()
        try History(path: path, readOnly: true, collects: true).close()
        withExtendedLifetime(collecting) {}
    }
}
