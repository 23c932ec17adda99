internal import GRDB

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

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
