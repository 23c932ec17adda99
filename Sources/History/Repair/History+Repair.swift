internal import GRDB
public import UsageModel

extension History {
    /// Makes a new history of what can be read of a damaged one, and puts it in its place.
    ///
    /// The damaged file is read and never written. The new one is made beside it, verified and synchronized to the disk,
    /// before it takes the name; the damaged one then has its date in its own. What is lost is withdrawn from the answers,
    /// so that the collector fetches it where it still can.
    /// - Parameters:
    ///   - backup: a history to take what is missing from.
    /// - Returns: nil when the file is intact. It is then as it was.
    /// - Throws: ``HistoryError``; the file is then where and as it was.
    public static func repair(path: String, backup: String? = nil, now: UnixTime) async throws -> RepairOutcome? {
        try HistoryFile.requireFile(path)
        guard FileGuard.Identity(ofFileAt: path) != nil else { throw HistoryError.missing(path: path) }
        let resolved = HistoryFile.resolved(path)
        let lock = try ExporterLock(path, resolved: resolved)
        defer { withExtendedLifetime(lock) {} }
        if try await isIntact(path, now) { return nil }

        let new = resolved + RepairedFile.suffix
        RepairedFile.remove(new)
        // An empty log may stay, and whatever there is after an error.
        defer { RepairedFile.remove(new) }
        var outcome = try await fill(new, from: path, resolved, backup, now)
        outcome.aside = try RepairedFile.replace(resolved, by: new, path, now)
        return outcome
    }

    /// The files that a repair of `path` makes, and that are of no use when the process ends before it has.
    public static func unfinishedRepair(of path: String) -> [String] {
        RepairedFile.files(HistoryFile.resolved(path) + RepairedFile.suffix)
    }

    private static func isIntact(_ path: String, _ now: UnixTime) async throws -> Bool {
        do {
            let history = try History(path: path, readOnly: true)
            let findings = try await history.verify(now: now)
            try history.close()
            return findings.isEmpty
        } catch let error as HistoryError {
            switch error {
            case .newer, .foreign, .notBegun, .locked: throw error
            default: return false
            }
        }
    }

    /// Fills the history at `new`.
    private static func fill(
        _ new: String, from path: String, _ resolved: String, _ backup: String?, _ now: UnixTime
    ) async throws -> RepairOutcome {
        let file = try DamagedFile(path, resolved: resolved)
        let history = try History(path: new)
        let source: ImportSource? =
            if let backup { try await ImportSource(backup, into: history) } else { nil }
        defer { source?.close() }
        @Sendable func copy(_ backup: ImportReader?) throws -> (contents: RepairedContents, lost: [LostSeries]) {
            try history.writeNow { db in
                let salvage = try Salvage(file, path: path, like: db)
                var contents = RepairedContents(db: db, salvage: salvage, now: now, backup: backup)
                let lost = try contents.fill()
                return (contents, lost)
            }
        }
        let filled: (leftOut: Int, tables: [String], lost: [LostSeries]) =
            if let source {
                try await source.history.read { db in summary(try copy(ImportReader(db: db, path: source.path))) }
            } else {
                summary(try copy(nil))
            }
        var (lost, merged) = (filled.lost, ImportOutcome?.none)
        if let source {
            merged = try await history.merge(source)
            lost = try await history.stillLost(lost)
        }
        if let finding = try await history.verify(now: now).first(where: { $0.action == .restore }) {
            throw HistoryError.cannotRepair(path: path, reason: "what is left of it contradicts itself: \(finding)")
        }
        let info = try await history.info()
        try history.close()
        guard HistoryFile.size(new + "-wal") == 0 else { throw HistoryError.locked(path: new) }
        return RepairOutcome(
            aside: "", series: info.series, points: info.points, leftOut: filled.leftOut,
            incompleteTables: filled.tables, lost: LostPoints.summed(lost), backup: merged)
    }

    private static func summary(
        _ filled: (contents: RepairedContents, lost: [LostSeries])
    ) -> (leftOut: Int, tables: [String], lost: [LostSeries]) {
        let points = Granularity.allCases.map { PackedTable.of($0).name }
        let tables = filled.contents.salvage.gaps.keys.filter { !points.contains($0) }.sorted()
        return (filled.contents.leftOut, tables, filled.lost)
    }

    /// The part of `lost` that a backup has not brought back.
    private func stillLost(_ lost: [LostSeries]) async throws -> [LostSeries] {
        try await read { db in
            try lost.compactMap { one in
                var rest = one
                if one.isCollected {
                    let answers = try AnsweredTable(db: db, scope: one.scope, granularity: one.granularity).read()
                    rest.ranges = one.ranges.subtracting(
                        one.statistic.isBilling
                            ? answers[one.statistic] ?? TimeRangeSet() : History.fetched(one.statistic, in: answers))
                } else {
                    let table = PackedTable.of(one.granularity)
                    let rows = try Int64.fetchAll(
                        db,
                        sql: """
                            SELECT DISTINCT \(table.rowColumn) FROM \(table.name) JOIN series ON series_id = id
                            WHERE application = ? AND index_name = ? AND statistic = ?
                            """, arguments: [one.scope.application, one.scope.index, one.statistic])
                    rest.ranges = one.ranges.subtracting(TimeRangeSet(rows.map { table.range(ofRow: $0) }))
                }
                return rest.ranges.isEmpty ? nil : rest
            }
        }
    }
}
