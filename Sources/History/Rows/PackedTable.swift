internal import UsageModel

/// How the points of one granularity are packed into rows, and the one place
/// that builds SQL for them.
///
/// `hourly` has a row a day with 24 slots, `minutely` a row an hour with 60,
/// `daily` a row a day with one.
struct PackedTable: Sendable {
    let name: String
    /// The column that, with `series_id`, is the primary key.
    let rowColumn: String
    /// Seconds in one row.
    let rowSeconds: Int64
    /// Seconds in one slot.
    let slotSeconds: Int64
    let slotColumns: [String]

    static func of(_ granularity: Granularity) -> PackedTable {
        switch granularity {
        case .minutely: minutely
        case .hourly: hourly
        case .daily: daily
        }
    }

    private static let minutely = PackedTable(
        name: "minutely", rowColumn: "hour", rowSeconds: 3600, slotSeconds: 60, slotColumns: numbered("m", 60))
    private static let hourly = PackedTable(
        name: "hourly", rowColumn: "day", rowSeconds: 86_400, slotSeconds: 3600, slotColumns: numbered("h", 24))
    private static let daily = PackedTable(
        name: "daily", rowColumn: "day", rowSeconds: 86_400, slotSeconds: 86_400, slotColumns: ["value"])

    private static func numbered(_ prefix: String, _ count: Int) -> [String] {
        (0..<count).map { prefix + ($0 < 10 ? "0" : "") + String($0) }
    }

    var slotCount: Int { slotColumns.count }

    /// The row that holds `time` (not negative).
    @inline(__always)
    func row(_ time: UnixTime) -> Int64 { time / rowSeconds }

    /// Whether a row can hold `time`: the years 1970 to 9999.
    @inline(__always)
    func holds(_ time: UnixTime) -> Bool { time >= 0 && time < StoredTime.range.upperBound }

    /// The start of a row that was read.
    /// - Throws: ``DamagedRow`` for one that no time has.
    @inline(__always)
    func start(ofRow row: Int64) throws -> UnixTime {
        guard row >= 0, row <= StoredTime.range.upperBound / rowSeconds else {
            throw DamagedRow("column \"\(rowColumn)\" of \"\(name)\" does not hold a time")
        }
        return row * rowSeconds
    }

    /// The start of the row that holds `time`; 0 before 1970.
    func floor(_ time: UnixTime) -> UnixTime { max(time, 0) / rowSeconds * rowSeconds }

    /// The time that a row holds.
    func range(ofRow row: Int64) -> TimeRange { TimeRange(row * rowSeconds, (row + 1) * rowSeconds) }

    /// The slot within its row that holds `time`.
    @inline(__always)
    func slot(_ time: UnixTime) -> Int { Int(time % rowSeconds / slotSeconds) }

    /// Parameters: series, row, then a value for each slot.
    var replaceRow: String {
        let marks = Array(repeating: "?", count: slotCount + 2).joined(separator: ",")
        return "INSERT OR REPLACE INTO \(name) VALUES (\(marks))"
    }

    /// Parameters: series, row. Columns: the slots.
    var selectRow: String {
        "SELECT \(slotColumns.joined(separator: ",")) FROM \(name) WHERE series_id = ? AND \(rowColumn) = ?"
    }

    /// Parameters: series, first row, last row. Columns: the row, then the slots.
    var selectRows: String {
        "SELECT \(rowColumn),\(slotColumns.joined(separator: ",")) FROM \(name) "
            + "WHERE series_id = ? AND \(rowColumn) BETWEEN ? AND ? ORDER BY \(rowColumn)"
    }

    /// Parameters: series, first row, last row. Columns: the sum of the values of a slot, and their maximum, NULL without
    /// any. SQLite orders text and blobs after numbers, so the maximum reveals a value that is not a number.
    func selectSum(ofSlot slot: Int) -> String {
        "SELECT total(\(slotColumns[slot])),max(\(slotColumns[slot])) FROM \(name) "
            + "WHERE series_id = ? AND \(rowColumn) BETWEEN ? AND ?"
    }

    /// Parameters: series. Columns: first and last row, NULL without any.
    var selectExtent: String {
        "SELECT (SELECT min(\(rowColumn)) FROM \(name) WHERE series_id = ?1), "
            + "(SELECT max(\(rowColumn)) FROM \(name) WHERE series_id = ?1)"
    }

    /// Columns: the first row of any series, NULL without any.
    var selectOldestRow: String {
        "SELECT min(first) FROM (SELECT (SELECT min(\(rowColumn)) FROM \(name) WHERE series_id = id) AS first FROM series)"
    }

    /// Parameters: series, row. Columns: the first row from there on, NULL without any.
    var selectNextRow: String {
        "SELECT min(\(rowColumn)) FROM \(name) WHERE series_id = ? AND \(rowColumn) >= ?"
    }

    /// Parameters: series, row. Columns: the last row before it, NULL without any.
    var selectPreviousRow: String {
        "SELECT max(\(rowColumn)) FROM \(name) WHERE series_id = ? AND \(rowColumn) < ?"
    }

    /// Parameters: series, first row, the first row that stays.
    var deleteRows: String {
        "DELETE FROM \(name) WHERE series_id = ? AND \(rowColumn) >= ? AND \(rowColumn) < ?"
    }

    /// Parameters: the first row that stays. Columns: the series, its first row.
    var selectSeriesBefore: String {
        """
        SELECT * FROM (
            SELECT \(SeriesTable.columns),
                (SELECT min(\(rowColumn)) FROM \(name) WHERE series_id = id) AS first
            FROM series
        ) WHERE first < ?
        """
    }

    /// Parameters: application, index name, row. Columns: series id, statistic, API, key, value of `slot`.
    func selectSlot(_ slot: Int) -> String {
        "SELECT series.id, statistic, api, key, \(name).\(slotColumns[slot]) FROM series "
            + "JOIN \(name) ON \(name).series_id = series.id AND \(name).\(rowColumn) = ?3 "
            + "WHERE application = ?1 AND \(SeriesTable.everyAPI) AND index_name = ?2 AND \(name).\(slotColumns[slot]) IS NOT NULL"
    }
}
