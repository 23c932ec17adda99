internal import GRDB
public import UsageModel

extension History {
    /// Series and rows of each that one transaction deletes at most: some milliseconds of the one writer.
    private static let expiredSeries = 50
    private static let expiredRows: Int64 = 24

    /// Deletes the points of `granularity` that are older than `time`, whole rows only. Minutes are
    /// rolled up to hours first. What was answered for that time is forgotten with them, so that
    /// coverage stays true.
    ///
    /// Small transactions: writers go in between, readers do not notice.
    /// - Returns: rows that were deleted.
    @discardableResult
    public func expire(_ granularity: Granularity, before time: UnixTime) async throws -> Int {
        let table = PackedTable.of(granularity)
        let kept = table.row(max(time, 0))
        guard kept > 0 else { return 0 }
        let old = try await read { db in
            try Row.fetchAll(db, sql: table.selectSeriesBefore, arguments: [kept]).map { row in
                let first = try row.integer(6)
                // Selected as less than it.
                return Expiring(series: try row.series(0), rows: min(first, kept)..<kept)
            }
        }
        guard !old.isEmpty else { return 0 }
        // Also where one of the transactions fails: those before it have changed something.
        defer { noteChange(days: granularity == .daily ? .all : .none) }
        try await forgetAnswers(granularity, before: table.range(ofRow: kept).start)
        var deleted = 0
        var rest = old[...]
        while !rest.isEmpty, !Task.isCancelled {
            let batch = rest.prefix(Self.expiredSeries)
            rest = rest.dropFirst(batch.count)
            var remaining = Array(batch)
            while !remaining.isEmpty, !Task.isCancelled {
                let slice = remaining.map { $0.first(Self.expiredRows) }
                deleted += try await write { db in try Self.delete(slice, table, in: db) }
                remaining = remaining.compactMap { $0.dropping(Self.expiredRows) }
            }
        }
        return deleted
    }

    private static func delete(_ slices: [Expiring], _ table: PackedTable, in db: Database) throws -> Int {
        let delete = try db.cachedStatement(sql: table.deleteRows)
        let rollUp = table.rowSeconds == PackedTable.of(.minutely).rowSeconds ? try MinutelyRollUp(db) : nil
        var deleted = 0
        for slice in slices {
            for row in slice.rows { try rollUp?.rollUp(slice.series.key, series: slice.series.id, row: row) }
            try delete.execute(arguments: [slice.series.id, slice.rows.lowerBound, slice.rows.upperBound])
            deleted += db.changesCount
        }
        return deleted
    }

    private func forgetAnswers(_ granularity: Granularity, before time: UnixTime) async throws {
        try await write { db in
            if granularity == .hourly {
                try db.execute(
                    sql: "UPDATE application SET counted_from = max(counted_from, ?)", arguments: [time])
            }
            for table in ["answered", "coverage"] {
                try db.execute(
                    sql: #"DELETE FROM \#(table) WHERE granularity = ? AND "end" <= ?"#,
                    arguments: [granularity.rawValue, time])
                try db.execute(
                    sql: "UPDATE \(table) SET start = ? WHERE granularity = ? AND start < ?",
                    arguments: [time, granularity.rawValue, time])
            }
            try db.execute(
                sql: "DELETE FROM remote_write_late WHERE granularity = ? AND time < ?",
                arguments: [granularity.rawValue, time])
        }
    }

    /// Rows of one series that are to be deleted.
    private struct Expiring {
        var series: StoredSeries
        var rows: Range<Int64>

        func first(_ count: Int64) -> Expiring {
            var slice = self
            slice.rows = rows.lowerBound..<min(rows.upperBound, rows.lowerBound + count)
            return slice
        }

        /// Nil when nothing is left.
        func dropping(_ count: Int64) -> Expiring? {
            guard rows.count > count else { return nil }
            var rest = self
            rest.rows = (rows.lowerBound + count)..<rows.upperBound
            return rest
        }
    }
}
