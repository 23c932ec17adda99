internal import GRDB
internal import UsageModel

/// The `series` table within one transaction.
struct SeriesTable {
    let db: Database

    /// The id of a series, which is added if it is new; a count gets its counter at 0.
    func id(of key: SeriesKey) throws -> Int64 {
        if let id = try existing(key) { return id }
        try db.cachedStatement(
            sql: "INSERT INTO series (application, api, index_name, statistic, key) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: arguments(key))
        let id = db.lastInsertedRowID
        if key.api == .usage, StatisticCatalogue.statistic(named: key.statistic)?.kind == .count {
            try db.execute(sql: "INSERT INTO counter (series_id, total) VALUES (?, 0)", arguments: [id])
        }
        return id
    }

    /// The id of a series, or nil if nothing of it is stored.
    func existing(_ key: SeriesKey) throws -> Int64? {
        let select = try db.cachedStatement(
            sql: """
                SELECT id FROM series
                WHERE application = ? AND api = ? AND index_name = ? AND statistic = ? AND key = ?
                """)
        return try Int64.fetchOne(select, arguments: arguments(key))
    }

    private func arguments(_ key: SeriesKey) -> StatementArguments {
        [key.application, key.api.rawValue, key.index, key.statistic, key.key]
    }
}
