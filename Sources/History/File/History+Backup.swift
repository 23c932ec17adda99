internal import GRDB
private import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// How far a backup is.
public enum BackupProgress: Sendable, Hashable {
    /// Bytes that are written, of about so many.
    case copying(Int64, of: Int64)
    /// The copy is complete and being read.
    case verifying
}

extension History {
    /// Copies the history, as it is at one instant, into a new file at `path`, dense and without a log, and verifies the
    /// copy: a damaged history is no backup, and takes the place of none.
    /// - Parameter progress: called about ten times a second while it copies, and once before it verifies.
    /// - Throws: ``HistoryError/cannotCreate(path:reason:)`` when there is a file already, and
    ///   ``HistoryError/copyDamaged(path:of:reason:)``. No file is left after an error.
    public func backUp(
        to path: String, progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws {
        // SQLite fills an empty file as well as a missing one; this one only its owner may read.
        guard try HistoryFile.createIfMissing(path) else {
            throw HistoryError.cannotCreate(path: path, reason: "the file already exists")
        }
        do {
            // Absolute: SQLite would take a name such as `file:x.db` for a URI.
            let target = HistoryFile.resolved(path)
            try await copy(to: target, progress)
            progress(.verifying)
            try await verifyCopy(at: target, path)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private func copy(to target: String, _ progress: @escaping @Sendable (BackupProgress) -> Void) async throws {
        let total = try await read { db in
            let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            return (pages - free) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // SQLite says nothing of its progress; the file's size does.
                while !Task.isCancelled {
                    progress(.copying(min(HistoryFile.size(target), total), of: total))
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
            defer { group.cancelAll() }
            try await writeAlone { db in try db.execute(sql: "VACUUM INTO ?", arguments: [target]) }
        }
        progress(.copying(total, of: total))
    }

    private func verifyCopy(at target: String, _ path: String) async throws {
        let copy = try History(path: target, readOnly: true)
        let findings = try await copy.read { db in try Verification(db, now: .max).structure() }
        try copy.close()
        guard let first = findings.first else { return }
        throw HistoryError.copyDamaged(path: path, of: self.path, reason: "\(first)")
    }
}
