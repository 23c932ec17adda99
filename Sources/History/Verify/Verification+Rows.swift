internal import GRDB
internal import UsageModel

/// Rows that cannot be read, that belong to nothing, or whose times cannot be.
extension Verification {
    /// Damaged rows of points, and rows that belong to no series.
    func points(_ granularity: Granularity) throws -> [Finding] {
        let table = PackedTable.of(granularity)
        let orphans = try Row.fetchAll(
            db,
            sql: """
                SELECT series_id, count(*) FROM \(table.name) WHERE series_id NOT IN (SELECT id FROM series)
                GROUP BY series_id
                """
        ).map { row in
            let (series, count): (DatabaseValue, Int64) = (try row.decode(atIndex: 0), try row.integer(1))
            let what =
                "\(count) \(count == 1 ? "row" : "rows") of series \(series), which table \"series\" does not have"
            return Finding(table: table.name, what, .none)
        }
        return try damagedPoints(granularity) + orphans
    }

    /// Damaged rows of points of a known series.
    private func damagedPoints(_ granularity: Granularity) throws -> [Finding] {
        let table = PackedTable.of(granularity)
        let series = try series()
        var damaged: [Finding] = []
        let columns = (["series_id", table.rowColumn] + table.slotColumns).joined(separator: ",")
        let rows = try RawStatement(db, "SELECT \(columns) FROM \(table.name)")
        defer { rows.reset() }
        while try rows.step() {
            // One whose series is no integer is an orphan.
            guard let id = try? rows.integer(0), let key = series[id] else { continue }
            let number = try rows.integer(1)
            func note(_ range: TimeRange?, _ what: String) {
                damaged.append(Finding(table: table.name, series: key, range, what, .restore))
            }
            if let start = try? table.start(ofRow: number) {
                guard let what = Self.fault(rows, table, start: start, limit: limit) else { continue }
                note(table.range(ofRow: number), what)
            } else {
                let what = number < 0 ? "a time before 1970" : "a time after 9999"
                note(nil, "column \"\(table.rowColumn)\" holds \(number), \(what)")
            }
        }
        return damaged
    }

    /// The fault of the values of the current row.
    private static func fault(_ rows: RawStatement, _ table: PackedTable, start: UnixTime, limit: UnixTime) -> String? {
        var isEmpty = true
        for slot in 0..<table.slotCount {
            do {
                guard let value = try rows.value(slot + 2) else { continue }
                isEmpty = false
                if case .real(let real) = value, !real.isFinite {
                    return "column \"\(table.slotColumns[slot])\" holds no finite number"
                }
                let time = start + Int64(slot) * table.slotSeconds
                if time > limit { return "a point at \(RFC3339.string(time)), which is in the future" }
            } catch { return "\(error)" }
        }
        return isEmpty ? "a row without any value" : nil
    }

    /// Rows that name an application, an index or a series which the file does not have.
    func orphans() throws -> [Finding] {
        var findings: [Finding] = []
        for (table, column) in [
            ("counter", "series_id"), ("remote_write_position", "series_id"), ("remote_write_late", "series_id"),
        ] {
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT \(column) FROM \(table)
                    WHERE \(column) NOT IN (SELECT id FROM series) ORDER BY 1
                    """)
            for row in rows {
                let series: DatabaseValue = try row.decode(atIndex: 0)
                findings.append(
                    Finding(table: table, "a row of series \(series), which table \"series\" does not have", .none))
            }
        }
        // Nothing can be said of a file in which no collector has registered an application yet.
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM application") != 0 else { return findings }
        for table in SmallTables.all.map(\.name) where table != "application" {
            guard try db.columns(in: table).contains(where: { $0.name == "application" }) else { continue }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT application FROM \(table)
                    WHERE application NOT IN (SELECT id FROM application) ORDER BY 1
                    """)
            for row in rows {
                var finding = Finding(
                    table: table, "rows of an application that table \"application\" does not have", .restore)
                finding.application = ApplicationID.fromDatabaseValue(try row.decode(atIndex: 0))
                findings.append(finding)
            }
        }
        return findings
    }

    /// Rows of a small table whose times are negative or to come.
    func times(_ table: SmallTables.Table) throws -> [Finding] {
        guard !table.times.isEmpty else { return [] }
        let conditions = table.times.map { "(\"\($0)\" < 0 OR \"\($0)\" > ?1)" }
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM \(table.name) WHERE \(conditions.joined(separator: " OR "))", arguments: [limit])
        return rows.compactMap { row in
            for column in table.times {
                guard let time = Int64.fromDatabaseValue(row[column] ?? DatabaseValue.null),
                    StoredTime.range.contains(time), time < 0 || time > limit
                else { continue }
                let what = time < 0 ? "before 1970" : "which is in the future"
                return SmallTables.finding(
                    row, table, "column \"\(column)\" holds \(RFC3339.string(time)), \(what)", .restart)
            }
            return nil
        }
    }
}
