internal import GRDB
internal import UsageModel

/// The `series` table within one transaction.
struct SeriesTable {
    /// The columns that make a series (``Row/series(_:)``).
    static let columns = "id, application, api, statistic, index_name, key"
    /// The order in which series are shown.
    static let order = "application, index_name, statistic, key"

    /// A condition that always holds. It names the column between application and index name in the index on series,
    /// so that the index is used for both.
    static let everyAPI = "api IN (\(API.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"

    let db: Database

    /// The series that meet all of `conditions`.
    /// - Parameter arguments: of the conditions, in their order.
    func read(
        _ conditions: [String] = [], _ arguments: StatementArguments = [], orderBy order: String = Self.order
    ) throws -> [StoredSeries] {
        let select = try db.cachedStatement(sql: Self.select(conditions, orderBy: order))
        return try Array(Row.fetchCursor(select, arguments: arguments).map { try $0.series(0) })
    }

    /// The statement of ``read(_:_:orderBy:)``. Its plus keeps SQLite from taking an index for the order's sake: the few rows
    /// that meet conditions are sorted faster than all are read.
    static func select(_ conditions: [String], orderBy order: String) -> String {
        guard !conditions.isEmpty else { return "SELECT \(columns) FROM series ORDER BY \(order)" }
        return "SELECT \(columns) FROM series WHERE \(conditions.joined(separator: " AND ")) ORDER BY +\(order)"
    }

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
