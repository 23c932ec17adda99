internal import GRDB

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The history of another exporter, opened to be merged into one. It is never changed.
///
/// A history of an older version is copied beside the target, and the copy is migrated.
public final class ImportSource: Sendable {
    /// The file as it was named.
    public let path: String
    /// Whether it is of an older version, and a copy was migrated.
    public let isMigratedCopy: Bool
    let history: History
    private let copy: String?

    /// Opens `path` and reads all of it once: nothing of a damaged history is merged.
    /// - Parameter target: the history that it is to be merged into.
    /// - Throws: ``HistoryError``
    public init(_ path: String, into target: History) async throws {
        self.path = path
        if let identity = FileGuard.Identity(ofFileAt: path), identity == target.file.identity {
            throw HistoryError.cannotImport(path: path, reason: "it is the database that it is to be imported into")
        }
        do {
            history = try History(path: path, readOnly: true)
            copy = nil
        } catch HistoryError.older {
            let copy = target.file.path + ".import"
            Self.remove(copy)
            do {
                try Self.copy(path, to: copy)
                history = try History(path: copy)
            } catch {
                Self.remove(copy)
                throw error is HistoryError
                    ? error : HistoryError.cannotImport(path: path, reason: "its copy \(copy) cannot be made: \(error)")
            }
            self.copy = copy
        }
        isMigratedCopy = copy != nil
        let findings = try await history.read { db in try Verification(db, now: .max).structure() }
        if let first = findings.first {
            close()
            throw HistoryError.cannotImport(path: path, reason: "it is damaged: \(first)")
        }
    }

    /// Closes the file, and removes the copy if there is one.
    public func close() {
        try? history.close()
        if let copy { Self.remove(copy) }
    }

    private static func copy(_ path: String, to copy: String) throws {
        guard try HistoryFile.createIfMissing(copy) else {
            throw HistoryError.cannotCreate(path: copy, reason: "the file already exists")
        }
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: HistoryFile.resolved(path), configuration: configuration)
        try queue.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        try queue.close()
    }

    private static func remove(_ copy: String) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
    }
}
