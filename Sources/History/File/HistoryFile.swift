internal import GRDB
internal import GRDBSQLite
internal import Migrations
private import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Looks at a database file before anything opens it for writing, so that a
/// file which is not ours to change is not changed.
///
/// Paths are plain: whatever characters they have, they name files and are never taken for URLs.
enum HistoryFile {
    /// Creates the folder of `path` if it is missing.
    static func createFolder(of path: String) throws(HistoryError) {
        let folder = folder(of: path)
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotCreate(path: path, reason: "its folder \(folder) cannot be created")
        }
    }

    /// Creates `path` and its folder if missing, readable by its owner alone:
    /// usage figures are business secrets. SQLite gives the write-ahead log the same mode.
    /// - Returns: whether the file is new.
    @discardableResult
    static func createIfMissing(_ path: String) throws(HistoryError) -> Bool {
        try createFolder(of: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return true
        }
        guard errno == EEXIST else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
        return false
    }

    /// `path` as an absolute one without links; of a file that does not exist, with its folder resolved.
    static func resolved(_ path: String) -> String {
        if let real = realPath(path) { return real }
        let name =
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
        return realPath(folder(of: path)).map { ($0 == "/" ? "" : $0) + "/" + name } ?? path
    }

    /// Bytes of the file at `path`; 0 where there is none.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Why something that is no regular file is no database.
    static func wrongKind(_ path: String, _ mode: mode_t) -> HistoryError {
        switch mode & S_IFMT {
        case S_IFDIR: .isDirectory(path: path)
        case S_IFIFO: .notAFile(path: path, kind: "a FIFO")
        case S_IFSOCK: .notAFile(path: path, kind: "a socket")
        default: .notAFile(path: path, kind: "a device")
        }
    }

    /// Throws when `path` exists and is no regular file; without opening it, which could block.
    static func requireFile(_ path: String) throws(HistoryError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw wrongKind(path, status.st_mode)
    }

    /// The path or URI that SQLite is to open for reading `file`.
    ///
    /// A file with a write-ahead log needs a folder that can be written, even for reading. Where there is
    /// none, as on a read-only mount, and the log is empty, SQLite is told that nobody changes the file.
    /// - Throws: ``HistoryError/notReadable(path:reason:)`` when the log has contents that cannot be reached.
    static func pathForReading(_ path: String, _ file: FileGuard) throws(HistoryError) -> String {
        guard access(folder(of: file.path), W_OK) != 0 else { return file.path }
        let isReadOnly = errno == EROFS
        var log = stat()
        let logSize = stat(file.logPath, &log) == 0 ? log.st_size : 0
        let hasIndex = FileGuard.Identity(ofFileAt: file.path + "-shm") != nil
        if hasIndex, !isReadOnly { return file.path }
        guard logSize == 0 else {
            throw .notReadable(
                path: path,
                reason: "its folder cannot be written, and its write-ahead log \(file.logPath) has contents; "
                    + "copy both files to a folder that can be written")
        }
        // Only libraries that were built to take URIs know the option.
        guard sqlite3_compileoption_used("USE_URI") != 0 else { return file.path }
        return "file://" + PercentEncoding.path(file.path) + "?immutable=1"
    }

    /// Throws unless `file` is a history that this version can open, or empty and to be written.
    /// - Parameter opened: what SQLite is to open.
    static func inspect(_ path: String, _ file: FileGuard, opened: String, forWriting: Bool) throws(HistoryError) {
        let size = file.size
        if size > 0 {
            let header: FileGuard.Header?
            do { header = try file.header() } catch { throw .notReadable(path: path, reason: error.reason) }
            guard let header, header.isSQLite else { throw .notADatabase(path: path) }
        }
        if forWriting {
            guard access(file.path, W_OK) == 0 else { throw .notWritable(path: path) }
        }
        if size > 0 {
            try inspectSchema(path, opened: opened, forWriting: forWriting)
        } else if !forWriting {
            throw .notBegun(path: path)
        }
    }

    private static func inspectSchema(_ path: String, opened: String, forWriting: Bool) throws(HistoryError) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let applied: [String]?
        do {
            let queue = try DatabaseQueue(path: opened, configuration: configuration)
            defer { try? queue.close() }
            applied = try queue.read { db in
                if try db.tableExists("grdb_migrations") {
                    return try Row.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier").map {
                        try $0.text(0)
                    }
                }
                // Cut off between creation and the first migration, or somebody else's.
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 ? [] : nil
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .notADatabase(path: path)
        } catch let error as DatabaseError where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) {
            // Even reading needs the write-ahead log's index beside the file.
            throw forWriting
                ? .notWritable(path: path)
                : .notReadable(path: path, reason: "the write-ahead log beside it cannot be opened: \(error)")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw .locked(path: path)
        } catch let error as DatabaseError {
            throw History.explain(error, path, isWriting: forWriting)
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
        guard let applied else { throw .foreign(path: path) }
        let known = Migrations.all.map(\.identifier)
        if let unknown = applied.first(where: { !known.contains($0) }) {
            if applied.contains(known[0]) { throw .newer(path: path, migration: unknown) }
            throw .foreign(path: path)
        }
        guard !forWriting else { return }
        if applied.isEmpty { throw .notBegun(path: path) }
        if !known.allSatisfy(applied.contains) { throw .older(path: path) }
    }

    /// Moves a write-ahead log aside that does not belong to the database beside it.
    /// - Returns: whether there was one.
    static func detachForeignLog(_ file: FileGuard, last: (database: FileGuard.Identity, log: FileGuard.Identity)?)
        -> Bool
    {
        guard let log = FileGuard.Identity(ofFileAt: file.logPath) else { return false }
        var status = stat()
        guard stat(file.logPath, &status) == 0, status.st_size > 0 else { return false }
        // Of another file than the one that is there now; or of one that was emptied.
        let isForeign = last.map { $0.log == log && $0.database != file.identity } ?? false
        guard isForeign || file.size == 0 else { return false }
        WriteAheadLog.moveAside(besideFileAt: file.path)
        return true
    }
}

/// Where SQLite keeps what it sorts or rewrites: beside the history.
///
/// Its own choice is `/var/tmp` or `/tmp`, which a container with a read-only root does not have, and which may be
/// smaller than the history that `VACUUM` rewrites.
enum TemporaryFiles {
    /// Keeps temporary files in the folder of `path`, unless the environment names another or that folder cannot be
    /// written. The setting holds for the process; a folder that is gone later is passed over.
    static func placeBeside(_ path: String, _ db: Database) {
        guard ProcessInfo.processInfo.environment["SQLITE_TMPDIR"] == nil else { return }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let literal = folder.replacing("'", with: "''")
        try? db.execute(sql: "PRAGMA temp_store_directory = '\(literal)'")
    }
}
