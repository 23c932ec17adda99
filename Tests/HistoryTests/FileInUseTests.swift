import Foundation
import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("The database file while it is in use")
struct FileInUseTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()
    private var path: String { folder.file("history.db") }

    private func store(_ history: History, hour: Int64 = 0, statistics: [StatisticName] = ["records"]) async throws {
        let start = midnight + hour * 3600
        _ = try await history.store(
            statistics.map { SeriesPoints(statistic: $0, points: [Point(time: start, value: .integer(7))]) },
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), granularity: .hourly, range: TimeRange(start, start + 3600),
                statistics: .all, fetchedAt: start + 30 * 86_400, settleDelay: 7200))
    }

    private func points(_ history: History) async throws -> Int {
        try await history.range(
            RangeQuery(statistics: ["records"], range: TimeRange(midnight, midnight + 86_400)), now: midnight * 2
        ).series.flatMap(\.points).count
    }

    /// A history with one hour, of which a backup exists.
    private func used() async throws -> (history: History, backup: String) {
        let history = try History(path: path, collects: true, logger: log.logger)
        try await store(history)
        let backup = folder.file("backup.db")
        try await history.backUp(to: backup)
        try await store(history, hour: 1)
        return (history, backup)
    }

    /// The file and its log as the process leaves them, where its locks are not: SQLite shares them within a process.
    private func afterwards() throws -> String {
        let copy = folder.file("afterwards.db")
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }

    /// Moves the write-ahead log into the file, as another process may.
    private func checkpoint() throws {
        let other = try DatabaseQueue(path: path)
        try other.writeWithoutTransaction { db in _ = try db.checkpoint(.full) }
        try other.close()
    }

    private func expectNoWrites(_ history: History, _ problem: HistoryProblem) async {
        await #expect(throws: HistoryError.unusable(path: path, problem)) { try await store(history, hour: 2) }
        #expect(history.problem == problem)
    }

    // Fault (Storage): The file is deleted while in use
    // Done: `rm`
    // Seen: `was deleted while in use; writing has stopped`
    // Lost: what comes until the restart; it is fetched again
    @Test("Deleted: it says so and writes nothing, and a new file there begins clean")
    func deleted() async throws {
        let (history, _) = try await used()
        try FileManager.default.removeItem(atPath: path)
        #expect(history.look() == .deleted)
        await expectNoWrites(history, .deleted)
        #expect(try await points(history) == 2, "what can be read is")
        try history.close()
        let next = try History(path: path)
        #expect(try await points(next) == 0)
        #expect(try await next.verify().isEmpty)
    }

    // Fault (Storage): The file is replaced while in use
    // Done: `mv` of another one
    // Seen: `was replaced by another file while in use`; the new file is intact
    // Lost: what comes until the restart; it is fetched again
    @Test("Replaced: it writes nothing, and the new file is intact even if the process is killed")
    func replaced() async throws {
        let (history, backup) = try await used()
        #expect(rename(backup, path) == 0)
        await expectNoWrites(history, .replaced)
        // Not closed: as after a `kill -9`.
        let next = try History(path: path)
        #expect(try await next.verify().isEmpty)
        #expect(try await points(next) == 1)
        withExtendedLifetime(history) {}
    }

    @Test("Replaced and killed before anybody looked: the log of the old file is not played into the new one")
    func replacedUnseen() async throws {
        var (history, backup): (History?, String) = try await used()
        // The process's descriptors end with it, its files stay.
        let copies = try ["", "-wal", "-shm", ".lock"].map { suffix in
            (suffix, try #require(FileManager.default.contents(atPath: path + suffix)))
        }
        weak let old = history
        history = nil
        // The block that has written last may hold it for a moment longer.
        while old != nil { await Task.yield() }
        for (suffix, data) in copies where suffix == "-wal" || suffix == ".lock" {
            // Into the same file, so that it is the one that the lock names.
            try data.write(to: URL(filePath: path + suffix), options: suffix == ".lock" ? [] : [.withoutOverwriting])
        }
        let numbers = String(decoding: copies[3].1, as: UTF8.self).split(separator: " ").map(String.init)
        let number = try #require(
            try FileManager.default.attributesOfItem(atPath: path + "-wal")[.systemFileNumber] as? Int)
        try (numbers[..<4].joined(separator: " ") + " \(number)\n").write(
            toFile: path + ".lock", atomically: false, encoding: .utf8)
        #expect(rename(backup, path) == 0)
        let next = try History(path: path, collects: true, logger: log.logger)
        #expect(try await next.verify().isEmpty)
        #expect(try await points(next) == 1)
        #expect(log.lines.contains { $0.contains("belongs to another file") })
    }

    // Fault (Storage): The file is overwritten in place
    // Done: `cp` of a backup over it
    // Seen: `was overwritten while in use`; nothing more is written
    // Lost: what comes until the restart; it is fetched again
    @Test("Overwritten in place by another copy: it writes nothing more")
    func overwritten() async throws {
        let (history, backup) = try await used()
        let data = try #require(FileManager.default.contents(atPath: backup))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: data)
        try handle.close()
        #expect(history.look() == .overwritten)
        await expectNoWrites(history, .overwritten)
        let next = try History(path: try afterwards())
        #expect(try await next.verify().isEmpty)
        #expect(try await points(next) == 1)
    }

    @Test("Truncated to nothing: it writes nothing, and the next start says that a new history begins")
    func truncated() async throws {
        let (history, _) = try await used()
        #expect(truncate(path, 0) == 0)
        await expectNoWrites(history, .truncated)
        try history.close()
        let next = try History(path: try afterwards(), logger: log.logger)
        #expect(
            log.lines.contains { $0.hasPrefix("warning") && $0.contains("was an empty file; starting a new history") })
        #expect(try await next.verify().isEmpty)
    }

    // Fault (Storage): The file is truncated
    // Done: `truncate` by some pages
    // Seen: `was truncated while in use`; nothing more is written
    // Lost: what was cut off
    @Test("Cut by some pages: it writes nothing")
    func cut() async throws {
        let (history, _) = try await used()
        try checkpoint()
        #expect(history.look() == nil)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(truncate(path, size - 2 * 4096) == 0)
        await expectNoWrites(history, .truncated)
    }

    /// A checkpoint writes page 1, which counts the pages, before the pages that are new.
    @Test("Killed within a checkpoint: a file shorter than it says, whose log has the rest, is no problem")
    func killedWithinCheckpoint() async throws {
        let (history, _) = try await used()
        try checkpoint()
        let before = try #require(FileManager.default.contents(atPath: path))
        try await store(history, hour: 2, statistics: (0..<1000).map { "statistic_\($0)" })
        let log = try #require(FileManager.default.contents(atPath: path + "-wal"))
        try checkpoint()
        let after = try #require(FileManager.default.contents(atPath: path))
        try #require(after.count > before.count)
        withExtendedLifetime(history) {}

        let killed = folder.file("killed.db")
        try (after.prefix(4096) + before.dropFirst(4096)).write(to: URL(filePath: killed))
        try log.write(to: URL(filePath: killed + "-wal"))
        let next = try History(path: killed, collects: true)
        #expect(next.look() == nil)
        try await store(next, hour: 41)
        #expect(next.look() == nil)
        #expect(try await next.verify().isEmpty)
        try next.close()
        #expect(try History(path: killed).look() == nil)
    }

    // Fault (Storage): The write-ahead log or its index is deleted while in use
    // Done: `rm history.db-wal`, `rm history.db-shm`
    // Seen: `the write-ahead log … was deleted while in use`; nothing more is written
    // Lost: nothing
    @Test(
        "Its write-ahead log or the index of it deleted: it writes nothing, and closing rescues what the log held",
        arguments: ["-wal", "-shm"])
    func logDeleted(suffix: String) async throws {
        let (history, _) = try await used()
        try FileManager.default.removeItem(atPath: path + suffix)
        await expectNoWrites(history, .logDeleted)
        try history.close()
        let next = try History(path: path)
        #expect(try await points(next) == 2)
        #expect(try await next.verify().isEmpty)
    }

    @Test(
        "Its log or the index replaced: closing writes nothing back beside those who use the new ones",
        arguments: ["-wal", "-shm"])
    func logReplaced(suffix: String) async throws {
        let (history, _) = try await used()
        let before = FileManager.default.contents(atPath: path)
        try Data().write(to: URL(filePath: path + ".new"))
        #expect(rename(path + ".new", path + suffix) == 0)
        await expectNoWrites(history, .logDeleted)
        try history.close()
        #expect(FileManager.default.contents(atPath: path) == before)
    }

    // Fault (Storage): The write-ahead log is truncated or overwritten while in use
    // Done: `truncate history.db-wal` to nothing, to its header and to a part of a page; `cp` of another log over it
    // Seen: `the write-ahead log … was truncated or overwritten while in use`; nothing more is written
    // Lost: what only the log held; it is fetched again
    @Test(
        "Its write-ahead log truncated or overwritten: it writes nothing, and the next start has an intact database",
        arguments: ["emptied", "cut to its header", "cut within a page", "another"])
    func logOverwritten(how: String) async throws {
        let (history, _) = try await used()
        try checkpoint()
        try await store(history, hour: 5)
        let size = HistoryFile.size(path + "-wal")
        try #require(size > 4096)
        switch how {
        case "emptied": #expect(truncate(path + "-wal", 0) == 0)
        case "cut to its header": #expect(truncate(path + "-wal", 32) == 0)
        case "cut within a page": #expect(truncate(path + "-wal", 4000) == 0)
        default:
            let handle = try #require(FileHandle(forWritingAtPath: path + "-wal"))
            try handle.write(contentsOf: Data(repeating: 7, count: Int(size)))
            try handle.close()
        }
        await expectNoWrites(history, .logOverwritten)
        try history.close()
        let next = try History(path: try afterwards())
        #expect(try await next.verify().isEmpty)
        #expect(try await points(next) == 2)
        try await store(next, hour: 5)
        #expect(try await points(next) == 3)
    }

    @Test("A log that others write back, empty and begin anew at any time is no problem", arguments: [true, false])
    func logEmptied(truncating: Bool) async throws {
        let (history, _) = try await used()
        let other = try DatabaseQueue(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    // One that another statement keeps from its end has done a part.
                    _ = try? await other.writeWithoutTransaction { db in
                        try db.checkpoint(truncating ? .truncate : .restart)
                    }
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    #expect(history.look() == nil)
                    await Task.yield()
                }
            }
            for hour in 0..<200 { try await store(history, hour: Int64(hour % 24)) }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(history.problem == nil)
    }

    @Test("Compacting, by this process or another, is no problem")
    func compacted() async throws {
        let (history, _) = try await used()
        try await history.compact()
        try await store(history, hour: 3)
        let other = try History(path: path)
        try await other.compact()
        try other.close()
        #expect(history.look() == nil)
        try await store(history, hour: 4)
        #expect(try await points(history) == 4)
    }

    @Test("That a history is created is logged; that it was there is not")
    func created() throws {
        try History(path: path, collects: true, logger: log.logger).close()
        #expect(log.lines.filter { $0.contains("created database \(path)") }.count == 1)
        try History(path: path, collects: true, logger: log.logger).close()
        #expect(log.lines.count == 1)
    }

    // Fault (Storage): A second exporter on the same file
    // Done: both are started
    // Seen: `is in use by another exporter`, with its process
    // Lost: nothing
    @Test("A second collector is refused by the first one's process, and readers are welcome")
    func lock() async throws {
        let first = try History(path: path, collects: true)
        try await store(first)
        #expect(throws: HistoryError.inUse(path: path, process: getpid())) {
            try History(path: path, collects: true)
        }
        #expect("\(HistoryError.inUse(path: path, process: 42))".contains("(process 42)"))
        let reader = try History(path: path, readOnly: true)
        #expect(try await points(reader) == 1)
        let link = folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: HistoryError.self) { try History(path: link, collects: true) }
    }

    @Test("A lock ends with its holder, though a forked child still has its descriptor")
    func inheritedLock() throws {
        let copies: [Int32] = try {
            let first = try History(path: path, collects: true)
            defer { withExtendedLifetime(first) {} }
            // A copy shares the lock as the descriptor of a child does between `fork` and `exec`.
            let copies = descriptors(of: path + ".lock").map { dup($0) }
            try first.close()
            return copies
        }()
        defer { for copy in copies { close(copy) } }
        try #require(!copies.isEmpty)
        try History(path: path, collects: true).close()
    }

    private func descriptors(of path: String) -> [Int32] {
        let listed = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        return listed.compactMap(Int32.init).filter { (number: Int32) in
            var (one, other) = (stat(), stat())
            return fstat(number, &one) == 0 && stat(path, &other) == 0
                && one.st_ino == other.st_ino && one.st_dev == other.st_dev
        }
    }

    @Test("Many that open a new file at once all succeed, and one of many collectors does")
    func together() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try History(path: path).close() } }
            try await group.waitForAll()
        }
        let second = folder.file("second.db")
        let winners = await withTaskGroup(of: History?.self) { group in
            for _ in 0..<8 { group.addTask { try? History(path: second, collects: true) } }
            return await group.reduce(into: []) { all, history in if let history { all.append(history) } }
        }
        #expect(winners.count == 1)
    }

    @Test("Another process's lock is not waited for once the end is near")
    func closing() async throws {
        let (history, _) = try await used()
        let other = try DatabaseQueue(path: path)
        let clock = ContinuousClock()
        try await other.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            let start = clock.now
            try history.close()
            #expect(clock.now - start < .seconds(5))
            try db.execute(sql: "ROLLBACK")
        }
    }

    @Test("A locked file is told apart from a full or damaged one")
    func locked() async throws {
        let (history, _) = try await used()
        history.stopWaiting()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try other.inDatabase { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: HistoryError.locked(path: path)) { try await store(history, hour: 5) }
        #expect(history.problem == nil)
        try other.inDatabase { db in try db.execute(sql: "ROLLBACK") }
    }

    @Test(
        "A path is a path, whatever its characters",
        arguments: [
            "a b.db", "donn\u{E9}es.db", "50%41.db", "a#b.db", "a?mode=memory.db", "file:x.db", "~.db",
            "d é%20/x #?.db",
        ])
    func characters(name: String) async throws {
        let path = folder.file(name)
        let history = try History(path: path, collects: true)
        try await store(history)
        try history.close()
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        #expect(names.contains(name))
        let reader = try History(path: path, readOnly: true)
        #expect(try await points(reader) == 1)
    }

    @Test("A FIFO, a device and a socket are refused at once", .timeLimit(.minutes(30)))
    func kinds() throws {
        let fifo = folder.file("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        for readOnly in [true, false] {
            #expect(throws: HistoryError.notAFile(path: fifo, kind: "a FIFO")) {
                try History(path: fifo, readOnly: readOnly)
            }
        }
    }
}
