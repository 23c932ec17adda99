import GRDB

/// Another connection to a history's file.
enum Database {
    static func execute(_ sql: String, in path: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in try db.execute(sql: sql) }
        try queue.close()
    }
}
