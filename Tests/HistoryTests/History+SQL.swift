import GRDB

@testable import History

extension History {
    /// The rows of `sql`, read by a connection that knows nothing of the exporter.
    func rows(_ sql: String) throws -> [Row] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in try Row.fetchAll(db, sql: sql) }
    }

    /// The same as texts, to be compared.
    func texts(_ sql: String) throws -> [String] { try rows(sql).map(\.description) }

    /// The steps of SQLite's plan for `sql`, whose parameters need no values.
    func plan(_ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
            statement.setUncheckedArguments([])
            return try Row.fetchAll(statement).map { $0["detail"] }
        }
    }

    /// Runs `sql` in the connection that writes, such as a temporary trigger that lets a statement fail.
    func inWriter(_ sql: String) async throws {
        try await write { db in try db.execute(sql: sql) }
    }
}
