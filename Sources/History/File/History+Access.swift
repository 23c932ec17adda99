internal import GRDB

/// The one way to the database: what errors mean is decided here, and whether anything may be written.
extension History {
    /// Why nothing is written any more; nil when all is well.
    public var problem: HistoryProblem? { file.problem }

    /// Looks whether the file is still the one that was opened.
    @discardableResult
    public func look() -> HistoryProblem? {
        file.look { try Self.readable { try pool.read(Self.schemaCookie) } }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            guard QueryExecutor.isCurrent else { return try await pool.read(body) }
            return try await Interruption.read(pool, body)
        } catch { throw explained(error, isWriting: false) }
    }

    /// Runs `body` in one transaction.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.write { [self] db in
                try requireGood(db)
                return try body(db)
            }
        } catch { throw explained(error, isWriting: true) }
    }

    /// The same for a thread that may wait.
    func writeNow<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try pool.write { db in
                try requireGood(db)
                return try body(db)
            }
        } catch { throw explained(error, isWriting: true) }
    }

    /// Runs `body` outside of any transaction.
    func writeAlone<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.writeWithoutTransaction { [self] db in
                try requireGood(db)
                return try body(db)
            }
        } catch { throw explained(error, isWriting: true) }
    }

    private func requireGood(_ db: Database) throws {
        if let problem = file.look(schemaCookie: { try Self.readable { try Self.schemaCookie(db) } }) {
            throw HistoryError.unusable(path: path, problem)
        }
    }

    private static func schemaCookie(_ db: Database) throws -> UInt32? {
        try Int64.fetchOne(db, sql: "PRAGMA schema_version").map { UInt32(truncatingIfNeeded: $0) }
    }

    /// Nil for what is no database.
    private static func readable(_ read: () throws -> UInt32?) throws -> UInt32? {
        do { return try read() } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        { return nil }
    }

    /// Notes that a row, or what SQLite made of a page, is no content of ours.
    func noteDamage(_ error: any Error) { file.noteDamage("\(error)") }

    /// Returns the meaning of `error`, and notes that the file is damaged where it says so.
    private func explained(_ error: any Error, isWriting: Bool) -> any Error {
        switch error {
        case is DamagedRow, is RowDecodingError:
            noteDamage(error)
            return HistoryError.unusable(path: path, problem ?? .damaged(reason: "\(error)"))
        case let error as DatabaseError:
            if [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
                file.noteDamage(error.message ?? "\(error.resultCode)")
                return HistoryError.unusable(path: path, problem ?? .damaged(reason: "\(error)"))
            }
            return Self.explain(error, path, isWriting: isWriting)
        default: return error
        }
    }

    /// Returns the meaning of an error of SQLite for the file at `path`.
    static func explain(_ error: DatabaseError, _ path: String, isWriting: Bool) -> HistoryError {
        let reason = error.message ?? "\(error.resultCode)"
        return switch error.resultCode {
        case .SQLITE_NOTADB: .notADatabase(path: path)
        case .SQLITE_CORRUPT: .damaged(path: path, reason: reason)
        case .SQLITE_FULL: .full(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            isWriting ? .notWritable(path: path) : .notReadable(path: path, reason: reason)
        default: .failed(path: path, isWriting: isWriting, reason: reason)
        }
    }
}
