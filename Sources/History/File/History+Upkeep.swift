internal import GRDB

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

extension History {
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
        noteChange()
    }

    /// Copies the history, as it is at one instant, into a new file at `path`, dense and without a log.
    /// - Throws: ``HistoryError/cannotCreate(path:reason:)`` when there is a file already. No file is left after an error.
    public func backUp(to path: String) async throws {
        // SQLite fills an empty file as well as a missing one; this one only its owner may read.
        guard try HistoryFile.createIfMissing(path) else {
            throw HistoryError.cannotCreate(path: path, reason: "the file already exists")
        }
        do {
            // Absolute: SQLite would take a name such as `file:x.db` for a URI.
            let target = HistoryFile.resolved(path)
            try await writeAlone { db in try db.execute(sql: "VACUUM INTO ?", arguments: [target]) }
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    /// Checks the whole file.
    /// - Returns: what is wrong with it; empty when nothing is.
    public func verify() async throws -> [String] {
        try await read { db in
            var problems = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            do { problems += try Self.inconsistencies(db) } catch let error as DamagedRow {
                problems.append("\(error)")
            }
            for table in ["hourly", "daily", "minutely"] {
                let orphans =
                    try Int.fetchOne(
                        db,
                        sql: """
                            SELECT count(DISTINCT series_id) FROM \(table)
                            WHERE series_id NOT IN (SELECT id FROM series)
                            """) ?? 0
                if orphans > 0 { problems.append("\(table): \(orphans) series that \"series\" does not name") }
            }
            return problems
        }
    }
}
