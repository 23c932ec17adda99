import Foundation
import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("The examination of small tables at the start")
struct SmallTablesTests {
    private let folder = TemporaryFolder()

    /// A history with at least one row in each of its tables.
    private func filled() async throws -> String {
        let fixture = try Fixture()
        let history = fixture.history
        try await history.register(application: "APP", now: midnight - 1)
        _ = try await history.store(
            [fixture.points("total_search_requests", [(0, .integer(1)), (1, .real(0.5))])],
            answering: fixture.window(midnight, midnight + 86_400))
        _ = try await history.setAside(
            fixture.window(midnight - 7200, midnight, statistics: .names(["records"])), reason: "500",
            breaksAnswers: true)
        try await history.refuse(["max_qps"], application: "APP", level: .index, at: midnight)
        try await history.noteRevisionCheck(Scope(application: "APP"), .hourly, at: midnight)
        try await history.noteQuota(application: "APP", tokens: 5, time: 0.5)
        try await history.note(
            VendorHorizon(level: .index, granularity: .daily, age: 1, reason: "404", triedAt: midnight),
            application: "APP")
        var index = ListedIndex("products")
        (index.created, index.updated) = (midnight - 1, midnight)
        for indices in [[index], []] {
            _ = try await history.store(
                IndexSnapshot(
                    application: "APP", indices: indices, isWhole: true, collected: [],
                    time: midnight + (indices.isEmpty ? 3600 : 0)))
        }
        try await history.note(
            BillingRegistry(askedAt: midnight, isServed: true, metrics: [BillingMetric(name: "x", label: "X")]),
            application: "APP")
        try await history.note(
            VendorHorizon(level: .application, granularity: .daily, age: 1, reason: "422", triedAt: midnight),
            application: "APP", billing: true)
        try await history.noteRevisionCheck(Scope(application: "APP"), .hourly, at: midnight, billing: true)
        try await history.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO retention VALUES ('hourly', ?, ?)", arguments: [midnight, midnight - 3600])
        }
        let path = folder.file("filled.db")
        try await history.backUp(to: path)
        return path
    }

    /// Opens a copy of `path` after `sql` has changed it.
    private func problem(_ path: String, _ name: String, after sql: String) throws -> HistoryProblem? {
        let copy = folder.file("\(name).db")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        defer { for suffix in ["", ".lock"] { try? FileManager.default.removeItem(atPath: copy + suffix) } }
        let queue = try DatabaseQueue(path: copy)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0")
            try db.execute(sql: sql)
            #expect(db.changesCount > 0, "\(sql) changes nothing")
        }
        try queue.close()
        let history = try History(path: copy, collects: true)
        defer { try? history.close() }
        return history.problem
    }

    /// Tables of points and of what follows from them, which are read only when they are needed.
    private static let unexamined: Set<String> = [
        "hourly", "daily", "minutely", "incident", "remote_write_position", "remote_write_late", "grdb_migrations",
    ]

    @Test("A value of another kind in any column of any of them is noticed, and the reason names table or column")
    func everyColumn() async throws {
        let path = try await filled()
        let queue = try DatabaseQueue(path: path)
        let columns = try await queue.read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            .filter { !Self.unexamined.contains($0) }
            .flatMap { table in try db.columns(in: table).map { (table, $0.name) } }
            // The keys of rows hold nothing but integers.
            .filter { $0 != ("series", "id") && $0 != ("counter", "series_id") }
        }
        try queue.close()
        #expect(columns.count > 50)
        for (table, column) in columns {
            let problem = try problem(
                path, "\(table).\(column)", after: "UPDATE OR REPLACE \(table) SET \"\(column)\" = x'00'")
            guard case .damaged(let reason) = problem else {
                Issue.record("not noticed: \(table).\(column)")
                continue
            }
            #expect(reason.contains("\"\(column)\"") || reason.contains(table), "\(table).\(column): \(reason)")
        }
    }

    @Test(
        "Values that no version of the exporter writes are noticed",
        arguments: [
            ("UPDATE coverage SET \"end\" = start", "coverage"),
            ("UPDATE coverage SET \"end\" = \"end\" + 60", "coverage"),
            ("UPDATE answered SET start = start + 1", "answered"),
            ("UPDATE coverage SET granularity = 'weekly'", "coverage"),
            ("UPDATE set_aside SET \"end\" = start - 1", "end"), ("UPDATE set_aside SET tried_at = 1e300", "tried_at"),
            ("UPDATE vendor_horizon SET level = 'cluster'", "level"), ("UPDATE quota SET tokens = 'all'", "tokens"),
            ("UPDATE retention SET window_floor = 253402300801", "window_floor"),
            ("DELETE FROM series WHERE statistic = 'total_search_requests'", "counter: 1 rows"),
            ("UPDATE coverage SET application = 'OTHER'", "coverage: 1 rows"),
        ])
    func values(sql: String, reason: String) async throws {
        let problem = try problem(try await filled(), "values", after: sql)
        guard case .damaged(let text) = problem else {
            Issue.record("not noticed: \(sql)")
            return
        }
        #expect(text.contains(reason), "\(text)")
    }

    @Test("What the exporter writes itself is never taken for damage, and those who only look do not examine")
    func good() async throws {
        let path = try await filled()
        #expect(try problem(path, "good", after: "UPDATE quota SET tokens = 1e9, time = -0.5") == nil)
        let history = try History(path: path, readOnly: true)
        #expect(try await history.verify().isEmpty)
        let copy = folder.file("other.db")
        try history.close()
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let queue = try DatabaseQueue(path: copy)
        try await queue.write { db in try db.execute(sql: "UPDATE quota SET tokens = 'all'") }
        try queue.close()
        #expect(try History(path: copy, readOnly: true).problem == nil)
    }
}
