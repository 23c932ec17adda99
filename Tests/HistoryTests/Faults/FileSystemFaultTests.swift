import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("A file system that fails at any call")
struct FileSystemFaultTests {
    /// Calls at which a fault is tried, spread over all of an operation.
    private static let trials = 16

    /// What a history holds, for a comparison.
    private struct Contents: Equatable {
        var points: [String]
        var answered: [String]
        var coverage: [String]
        var counters: [String]

        init(_ path: String) throws {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            func rows(_ sql: String) throws -> [String] {
                try queue.read { db in try Row.fetchAll(db, sql: sql).map(\.description).sorted() }
            }
            points = try rows("SELECT * FROM hourly_points")
            answered = try rows("SELECT * FROM answered")
            coverage = try rows("SELECT * FROM coverage")
            counters = try rows("SELECT statistic, total FROM counter JOIN series ON id = series_id")
        }
    }

    private func answer(_ history: History, day: Int64) async throws {
        let start = midnight + day * 86_400
        let window = AnsweredWindow(
            scope: Scope(application: "APP"), granularity: .hourly, range: TimeRange(start, start + 86_400),
            statistics: .all, fetchedAt: midnight + 30 * 86_400, settleDelay: 7200)
        _ = try await history.store(
            (["total_search_requests", "records", "max_qps"] as [StatisticName]).map { statistic in
                SeriesPoints(
                    statistic: statistic,
                    points: (0..<24).map { Point(time: start + $0 * 3600, value: .integer(day * 100 + $0)) })
            }, answering: window)
    }

    /// A history of three settled days.
    private func base(in folder: TemporaryFolder) async throws -> String {
        let path = folder.file("base.db")
        let history = try History(path: path)
        try await history.register(application: "APP", now: midnight - 1)
        for day in 0..<3 as Range<Int64> { try await answer(history, day: day) }
        try history.close()
        return path
    }

    private enum Operation: String, CaseIterable, Sendable {
        case backfill, compaction, migration, backup
    }

    /// Opens the history at `path` and does it all; doing it again changes nothing.
    private func run(_ operation: Operation, _ path: String) async throws {
        let history = try History(path: path)
        do {
            switch operation {
            case .backfill: for day in 3..<6 as Range<Int64> { try await answer(history, day: day) }
            case .compaction: try await history.compact()
            case .migration: break
            case .backup: try await history.backUp(to: path + ".backup")
            }
        } catch {
            try? history.close()
            throw error
        }
        try history.close()
    }

    /// A copy of `base` in a folder where files fail on order, prepared for `operation`.
    private func trial(_ base: String, _ operation: Operation) throws -> (path: String, system: FaultyFileSystem) {
        let folder = HistoryFile.resolved(base + ".\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/history.db"
        try FileManager.default.copyItem(atPath: base, toPath: path)
        if operation == .migration {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        DELETE FROM grdb_migrations WHERE identifier >= '0008_usage_v2';
                        DROP INDEX series_of_statistic;
                        DROP TABLE billing_metric; DROP TABLE billing_registry; DROP TABLE billing_horizon;
                        DROP TABLE billing_check;
                        """)
            }
            try queue.close()
        }
        let system = FaultyFileSystem(folder: folder)
        system.noteSynced(path, [UInt8](FileManager.default.contents(atPath: path) ?? Data()))
        return (path, system)
    }

    private func check(_ path: String, _ expected: Contents, _ comment: Comment) async throws {
        let history = try History(path: path, readOnly: true)
        #expect(try await history.verify() == [], comment)
        try history.close()
        #expect(try Contents(path) == expected, comment)
    }

    /// The contents after the operation, and the calls that it makes.
    private func undisturbed(_ base: String, _ operation: Operation) async throws -> (Contents, Int) {
        let (path, system) = try trial(base, operation)
        defer { system.remove() }
        system.fail(.lostSync, from: .max)
        try await run(operation, path)
        let calls = system.calls
        #expect(calls > 10)
        return (try Contents(path), calls)
    }

    @Test("A file that cannot be read is not called damaged")
    func unreadable() async throws {
        let folder = TemporaryFolder()
        let (path, system) = try trial(try await base(in: folder), .backfill)
        defer { system.remove() }
        var failures = 0
        for call in 1...200 {
            system.fail(.failing, from: call)
            defer { system.heal() }
            do {
                try History(path: path, readOnly: call % 2 == 0).close()
                break
            } catch let error as HistoryError {
                failures += 1
                if case .damaged = error { Issue.record("call \(call): \(error)") }
            }
        }
        #expect(failures > 3)
    }

    // Fault (Storage): `EIO`, `ENOSPC` or a short write at the n-th call, for every n
    // Done: a file system that fails on order, under storing, compacting, migrating and backing up
    // Seen: one error that names the file and the cause; the same operation succeeds afterwards
    // Lost: nothing settled
    @Test(
        "It ends with one error, nothing settled is lost, and the same operation succeeds when the cause is gone",
        arguments: Operation.allCases, [FaultyFileSystem.Fault.failing, .full, .short])
    private func faults(operation: Operation, fault: FaultyFileSystem.Fault) async throws {
        let folder = TemporaryFolder()
        let base = try await base(in: folder)
        let before = try Contents(base)
        let (expected, calls) = try await undisturbed(base, operation)
        for call in stride(from: 1, through: calls, by: max(1, calls / Self.trials)) {
            let (path, system) = try trial(base, operation)
            defer { system.remove() }
            system.fail(fault, from: call)
            let comment: Comment = "\(fault.rawValue) at call \(call) of \(operation.rawValue)"
            do { try await run(operation, path) } catch {
                #expect(error is HistoryError, "\(comment): \(error)")
                #expect(!"\(error)".contains("\n"), comment)
            }
            system.heal()
            let names = try FileManager.default.contentsOfDirectory(
                atPath: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false))
            #expect(!names.contains { $0.hasSuffix(".detached") }, "\(comment): \(names)")
            let between = try Contents(path)
            #expect(Set(before.points).isSubset(of: between.points), comment)
            #expect(Set(before.counters).count == Set(between.counters).count, comment)
            if operation == .backup { try? FileManager.default.removeItem(atPath: path + ".backup") }
            try await run(operation, path)
            try await check(path, expected, comment)
            if operation == .backup { try await check(path + ".backup", expected, comment) }
        }
    }

    // Fault (Storage): A loss of power
    // Done: writes since the last `fsync` vanish in every combination that is tried
    // Seen: a history that ends a little earlier
    // Lost: the newest answers, as a whole; they are fetched again
    @Test(
        "A loss of power leaves answers as a whole: those before the last checkpoint at least, and no other than were given",
        arguments: Operation.allCases)
    private func power(operation: Operation) async throws {
        let folder = TemporaryFolder()
        let base = try await base(in: folder)
        let before = try Contents(base)
        let (expected, calls) = try await undisturbed(base, operation)
        for call in stride(from: 1, through: calls, by: max(1, calls / Self.trials)) {
            let (path, system) = try trial(base, operation)
            system.fail(.powerLoss, from: call)
            try? await run(operation, path)
            let log = FileManager.default.contents(atPath: path + "-wal").map { [UInt8]($0) }
            system.remove()
            // What was not synced is lost, or reached the disk nevertheless.
            for keepsLog in [false, true] {
                let left = path + (keepsLog ? ".kept" : ".lost")
                try Data(system.synced[path] ?? []).write(to: URL(filePath: left))
                if let log = keepsLog ? log : system.synced[path + "-wal"] {
                    try Data(log).write(to: URL(filePath: left + "-wal"))
                }
                let comment: Comment = "power lost at call \(call) of \(operation.rawValue), log kept: \(keepsLog)"
                let history = try History(path: left)
                #expect(try await history.verify() == [], comment)
                try history.close()
                let after = try Contents(left)
                #expect(Set(before.points).isSubset(of: after.points), comment)
                #expect(Set(after.points).isSubset(of: expected.points), comment)
                try await run(operation, left)
                #expect(try Contents(left) == expected, comment)
            }
        }
    }

    // Fault (Storage): An `fsync` that does nothing, while the power stays
    // Done: a file system that ignores it
    // Seen: nothing
    // Lost: nothing
    @Test("An fsync that does nothing loses nothing as long as the power stays", arguments: Operation.allCases)
    private func lostSync(operation: Operation) async throws {
        let folder = TemporaryFolder()
        let base = try await base(in: folder)
        let (expected, _) = try await undisturbed(base, operation)
        let (path, system) = try trial(base, operation)
        defer { system.remove() }
        system.fail(.lostSync, from: 1)
        try await run(operation, path)
        system.heal()
        try await check(path, expected, "every sync was lost")
    }
}
