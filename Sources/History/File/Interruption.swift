internal import GRDB
private import GRDBSQLite
private import Synchronization

/// Ends a read on the current thread when its task is cancelled, as an asynchronous read of GRDB ends.
final class Interruption: Sendable {
    /// The address of the connection, as long as it is this read's: the next one's would be interrupted otherwise.
    private let connection = Mutex<UInt>(0)

    /// - Throws: `CancellationError`; what `body` throws.
    static func read<Value: Sendable>(
        _ pool: DatabasePool, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let interruption = Interruption()
        return try await withTaskCancellationHandler {
            do {
                return try interruption.readNow(pool, body)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && Task.isCancelled {
                throw CancellationError()
            }
        } onCancel: {
            interruption.connection.withLock { address in
                if let connection = SQLiteConnection(bitPattern: address) { sqlite3_interrupt(connection) }
            }
        }
    }

    private func readNow<Value>(_ pool: DatabasePool, _ body: (Database) throws -> Value) throws -> Value {
        try pool.read { db in
            let address = UInt(bitPattern: db.sqliteConnection)
            connection.withLock { $0 = address }
            defer { connection.withLock { $0 = 0 } }
            // It may have been cancelled before there was anything to interrupt.
            try Task.checkCancellation()
            return try body(db)
        }
    }
}
