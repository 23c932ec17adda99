internal import GRDB
internal import GRDBSQLite
internal import Migrations

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif
#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Looks at a database file before anything opens it for writing, so that a
/// file which is not ours to change is not changed.
enum HistoryFile {
    /// Creates `path` and its folder if missing, readable by its owner alone:
    /// usage figures are business secrets. SQLite gives the write-ahead log the same mode.
    static func createIfMissing(_ path: String) throws(HistoryError) {
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw .cannotCreate(path: path, reason: "its folder \(folder) cannot be created")
            }
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Throws unless `path` is an empty file or a history that this version can open.
    static func inspect(_ path: String, forWriting: Bool) throws(HistoryError) {
        var isDirectory: Bool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .missing(path: path)
        }
        guard !isDirectory else { throw .isDirectory(path: path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .damaged(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 16)
        let size = read(descriptor, &header, 16)
        guard size == 0 || header == Array("SQLite format 3\0".utf8) else { throw .notADatabase(path: path) }
        if forWriting {
            guard access(path, W_OK) == 0 else { throw .notWritable(path: path) }
        }
        if size > 0 { try inspectSchema(path) }
    }

    private static func inspectSchema(_ path: String) throws(HistoryError) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let applied: [String]?
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            applied = try queue.read { db in
                if try db.tableExists("grdb_migrations") {
                    return try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
                }
                // Cut off between creation and the first migration, or somebody else's.
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 ? [] : nil
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .notADatabase(path: path)
        } catch let error as DatabaseError where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) {
            // Even reading needs the write-ahead log's index beside the file.
            throw .notWritable(path: path)
        } catch {
            throw .damaged(path: path, reason: String(describing: error))
        }
        guard let applied else { throw .foreign(path: path) }
        let known = Migrations.all.map(\.identifier)
        if let unknown = applied.first(where: { !known.contains($0) }) {
            if applied.contains(known[0]) { throw .newer(path: path, migration: unknown) }
            throw .foreign(path: path)
        }
    }
}
