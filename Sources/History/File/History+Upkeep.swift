internal import GRDB

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
}
