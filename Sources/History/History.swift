internal import GRDB
internal import Migrations
private import Synchronization

/// Every point ever collected, in one SQLite file.
///
/// Invariants:
/// 1. Points, what they cover and what counters gained are one transaction: a
///    file that was cut off at any instant is a history that ends a little earlier.
/// 2. What to fetch is desired minus answered, and nothing else remembers it.
/// 3. Delivering an answer again changes nothing; a revised bucket replaces the
///    old value; a bucket that is no longer reported stays as it was.
/// 4. An hour is added to a counter once, in the transaction that settles it.
///
/// One writer, pooled readers (WAL): a reader never waits for the writer.
public final class History: Sendable {
    let pool: DatabasePool
    /// Where the file is.
    public let path: String
    private let changes = Atomic<UInt64>(1)

    /// Opens `path`, creates it if it is missing, and migrates it forward.
    /// - Parameter readOnly: for inspection: the file must exist and is neither created nor migrated.
    /// - Throws: ``HistoryError``; the file is then as it was.
    public init(path: String, readOnly: Bool = false) throws {
        self.path = path
        if !readOnly { try HistoryFile.createIfMissing(path) }
        try HistoryFile.inspect(path, forWriting: !readOnly)
        var configuration = Configuration()
        configuration.label = "history"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // With WAL, NORMAL loses at most the last transactions when the machine
            // (not the process) dies; coverage is lost with its points, and both are fetched again.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // KiB; the working set is the newest rows, and the system caches the file.
            try db.execute(sql: "PRAGMA cache_size = -2048")
            TemporaryFiles.placeBeside(path, db)
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            if readOnly { return }
            try Self.migrator.migrate(pool)
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: throw HistoryError.notWritable(path: path)
            case .SQLITE_NOTADB: throw HistoryError.notADatabase(path: path)
            default: throw HistoryError.damaged(path: path, reason: error.description)
            }
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migrations.all {
            migrator.registerMigration(migration.identifier) { db in try db.execute(sql: migration.sql) }
        }
        return migrator
    }

    /// Grows with each transaction that changed something a reader can see.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    func noteChange() { changes.add(1, ordering: .acquiringAndReleasing) }

    /// Writes the log back into the file and closes it. No call may follow.
    public func close() throws {
        _ = try? pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try pool.close()
    }

    /// Gives back memory that is only kept for speed.
    public func releaseMemory() { pool.releaseMemory() }
}
