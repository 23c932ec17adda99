internal import GRDB
internal import GRDBSQLite
public import Logging
internal import Migrations
private import Synchronization

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Every point ever collected, in one SQLite file.
///
/// Invariants:
/// 1. Points, what they cover and what counters gained are one transaction: a
///    file that was cut off at any instant is a history that ends a little earlier.
/// 2. What to fetch is desired minus answered, and nothing else remembers it.
/// 3. Delivering an answer again changes nothing; a revised bucket replaces the
///    old value; a bucket that is no longer reported stays as it was.
/// 4. An hour is added to a counter once, in the transaction that settles it.
/// 5. Nothing is written once the file was found damaged, or another than the one that was opened.
///
/// One writer, pooled readers (WAL): a reader never waits for the writer.
public final class History: Sendable {
    /// Only for ``read(_:)`` and ``write(_:)``, which know what errors mean.
    let pool: DatabasePool
    /// Where the file is, as configured.
    public let path: String
    let file: FileGuard
    /// Held by the one process that collects.
    private let lock: ExporterLock?
    private let isReadOnly: Bool
    let patience: Patience
    let dailySums = DailySums()
    private let changes = Atomic<UInt64>(1)
    private let voidings = Atomic<UInt64>(0)

    /// Opens `path`, creates it if it is missing, and migrates it forward.
    /// - Parameters:
    ///   - readOnly: for inspection: the file must exist and is neither created nor migrated.
    ///   - collects: whether the process is to be the only one that collects into it.
    ///   - logger: gets a line about anything unusual that happened to the file.
    /// - Throws: ``HistoryError``; the file is then as it was.
    public init(path: String, readOnly: Bool = false, collects: Bool = false, logger: Logger? = nil) throws {
        self.path = path
        isReadOnly = readOnly
        try HistoryFile.requireFile(path)
        if !readOnly { try HistoryFile.createFolder(of: path) }
        // Before anything else: of two that start on a new file, one makes it.
        lock = collects && !readOnly ? try ExporterLock(path, resolved: HistoryFile.resolved(path)) : nil
        let isNew = readOnly ? false : try HistoryFile.createIfMissing(path)
        file = try FileGuard(path, resolved: HistoryFile.resolved(path))
        let wasEmpty = file.size == 0
        if let lock, HistoryFile.detachForeignLog(file, last: lock.last) {
            logger?.warning(
                """
                the write-ahead log beside database \(path) belongs to another file; moved it to \
                \(file.logPath).detached, so that the database is opened without it
                """)
        }
        let opened = readOnly ? try HistoryFile.pathForReading(path, file) : file.path
        try HistoryFile.inspect(path, file, opened: opened, forWriting: !readOnly)
        let patience = Patience()
        self.patience = patience
        do {
            pool = try DatabasePool(
                path: opened, configuration: Self.configuration(readOnly: readOnly, file, patience))
            if !readOnly { try Self.migrate(pool) }
        } catch let error as DatabaseError {
            throw Self.explain(error, path, isWriting: !readOnly)
        }
        if !readOnly { file.start() }
        if let lock, let log = FileGuard.Identity(ofFileAt: file.logPath) { lock.note(file.identity, log: log) }
        if isNew {
            logger?.notice("created database \(path) with an empty history")
        } else if wasEmpty, !readOnly {
            logger?.warning("database \(path) was an empty file; starting a new history in it")
        }
        if collects { examine() }
        if let problem = file.problem { logger?.error("\(problem.sentence(path))") }
    }

    deinit {
        // A connection that closes writes the log back into the file.
        if file.problem != nil { _ = Unmanaged.passRetained(pool) }
    }

    private static func configuration(readOnly: Bool, _ file: FileGuard, _ patience: Patience) -> Configuration {
        var configuration = Configuration()
        configuration.label = "history"
        configuration.readonly = readOnly
        configuration.busyMode = .callback(patience.waits)
        configuration.maximumReaderCount = 4
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // A reader that is opened later must not read another file than the writer's.
            guard FileGuard.Identity(ofFileAt: file.path) == file.identity else {
                throw HistoryError.unusable(path: file.path, file.look { nil } ?? .replaced)
            }
            // With WAL, NORMAL loses at most the last transactions when the machine
            // (not the process) dies; coverage is lost with its points, and both are fetched again.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // KiB; the working set is the newest rows, and the system caches the file.
            try db.execute(sql: "PRAGMA cache_size = -2048")
            TemporaryFiles.placeBeside(file.path, db)
            // Readers wait for nobody but a process that takes the whole file.
            if db.configuration.readonly { try db.execute(sql: "PRAGMA busy_timeout = 2000") }
        }
        return configuration
    }

    /// Migrates forward. Another process may do so at the same time: what it has done is done.
    private static func migrate(_ pool: DatabasePool) throws {
        var migrator = DatabaseMigrator()
        for migration in Migrations.all {
            migrator.registerMigration(migration.identifier) { db in try db.execute(sql: migration.sql) }
        }
        func applied() throws -> Int {
            try pool.read { db in
                try db.tableExists("grdb_migrations")
                    ? Int.fetchOne(db, sql: "SELECT count(*) FROM grdb_migrations") ?? 0 : 0
            }
        }
        while true {
            let before = try applied()
            do {
                return try migrator.migrate(pool)
            } catch {
                guard try applied() > before else { throw error }
            }
        }
    }

    /// Grows with each transaction that changed something a reader can see.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// Called after a transaction, not within: a reader that began before its end must not remember what it read.
    func noteChange(days: ChangedDays = .all) {
        dailySums.forget(days)
        changes.add(1, ordering: .acquiringAndReleasing)
    }

    /// Grows when remembered times turn out to be void: what was read of them is to be read again.
    var epoch: UInt64 { voidings.load(ordering: .acquiring) }

    func noteVoiding() { voidings.add(1, ordering: .acquiringAndReleasing) }

    /// Ends all waiting for locks of other processes: the end of the process is near.
    public func stopWaiting() { patience.end() }

    /// Writes the log back into the file and closes it, unless it is not the file that was opened. No call may follow.
    public func close() throws {
        stopWaiting()
        if !isReadOnly, look() != nil, !file.canRescueLog { return }
        if !isReadOnly { _ = try? pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) } }
        try pool.close()
    }

    /// Rewrites the file so that its pages are full.
    ///
    /// A backfill goes newest first, which leaves pages little more than half
    /// full (7.3 bytes a point against 4.4 on noisy values); days that are added
    /// later append and leave them well filled. So this is worth its time once,
    /// after a large backfill. Readers go on meanwhile, writers wait. Needs as
    /// much free disk again as the file has.
    public func compact() async throws {
        try await writeAlone { db in try db.execute(sql: "VACUUM") }
        // A reader may keep the log from being cut; it is then cut later.
        _ = try? await writeAlone { db in try db.checkpoint(.truncate) }
        noteChange(days: .none)
    }
}

/// How long a statement waits for another process's lock.
final class Patience: Sendable {
    /// Tries of ``nap`` each: 10 s.
    private static let tries = 500
    private static let nap: UInt32 = 20_000

    private let isOver = Atomic<Bool>(false)

    func end() { isOver.store(true, ordering: .releasing) }

    /// SQLite's busy handler.
    var waits: Database.BusyCallback {
        { [self] tries in
            guard tries < Self.tries, !isOver.load(ordering: .acquiring) else { return false }
            usleep(Self.nap)
            return true
        }
    }
}
