internal import GRDB
internal import UsageModel

extension History {
    /// Checks the tables that tell what is known, which are small, page by page and row by row: a flipped bit
    /// in them would otherwise show late or never. Points are checked by ``verify()`` alone.
    func examine() {
        do {
            let problems = try pool.read { db in
                try Self.smallTables.flatMap { table in
                    try Row.fetchAll(db, sql: "PRAGMA integrity_check(\(table))").map { try $0.text(0) }
                        .filter { $0 != "ok" }
                } + Self.inconsistencies(db)
            }
            if let first = problems.first { file.noteDamage(first) }
        } catch let error as DatabaseError where ![.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return
        } catch {
            noteDamage(error)
        }
    }

    /// Their names.
    private static let smallTables = [
        "application", "series", "answered", "coverage", "freshness", "refusal", "revision_check", "counter",
        "retention", "set_aside", "vendor_horizon", "quota", "index_list", "index_inventory",
        "billing_metric", "billing_registry", "billing_horizon", "billing_check",
    ]

    /// Rows of the small tables that no version of the exporter writes.
    static func inconsistencies(_ db: Database) throws -> [String] {
        try SmallTables(db).read()
        let orphans = [
            ("counter", "SELECT count(*) FROM counter WHERE series_id NOT IN (SELECT id FROM series)"),
            ("coverage", "SELECT count(*) FROM coverage WHERE application NOT IN (SELECT application FROM answered)"),
        ]
        return try orphans.compactMap { table, sql in
            let count = try Int.fetchOne(db, sql: sql) ?? 0
            return count > 0 ? "\(table): \(count) rows that belong to nothing" : nil
        }
    }
}

/// The small tables, read as a whole to see whether every row is one that the exporter writes.
struct SmallTables {
    let db: Database

    init(_ db: Database) { self.db = db }

    /// - Throws: ``DamagedRow`` for the first row that is not.
    func read() throws {
        try each("application", "id, first_seen, counted_from, is_confirmed") { row in
            _ = (try row.text(0), try row.time(1), try row.time(2), try row.flag(3))
        }
        try each("series", SeriesTable.columns) { row in
            _ = try row.series(0)
        }
        try each("answered", "application, index_name, granularity, statistic, start, \"end\"") { row in
            _ = (try row.scope(0), try row.text(3))
            try Self.requireAligned(try row.range(4, 5), try row.granularity(2))
        }
        try each("coverage", "application, index_name, granularity, start, \"end\"") { row in
            _ = try row.scope(0)
            try Self.requireAligned(try row.range(3, 4), try row.granularity(2))
        }
        _ = try FreshnessTable(db: db).all()
        try each("refusal", "application, level, statistic, refused_at") { row in
            _ = (try row.text(0), try row.level(1), try row.text(2), try row.time(3))
        }
        try each("revision_check", "application, index_name, granularity, checked_at") { row in
            _ = (try row.scope(0), try row.granularity(2), try row.time(3))
        }
        try each("counter", "series_id, total, credit") { row in
            guard try row.value(1) != nil, try row.value(2) != nil else {
                throw DamagedRow("column \"total\" does not hold a number")
            }
            _ = try row.integer(0)
        }
        _ = try SetAsideTable(db: db).read()
        _ = try VendorHorizon.all(db)
        _ = try VendorHorizon.all(db, billing: true)
        _ = try BillingMetricTable(db: db).read()
        try each("billing_registry", "application, asked_at, is_served") { row in
            _ = (try row.text(0), try row.time(1), try row.flag(2))
        }
        try each("billing_check", "application, granularity, checked_at") { row in
            _ = (try row.text(0), try row.granularity(1), try row.time(2))
        }
        try each("quota", "application, tokens, time") { row in
            guard try row.value(1) != nil, try row.value(2) != nil else {
                throw DamagedRow("column \"tokens\" does not hold a number")
            }
            _ = try row.text(0)
        }
        try each("index_list", "application, first_fetched, fetched_at, is_whole") { row in
            _ = (try row.text(0), try row.time(1), try row.time(2), try row.flag(3))
        }
        try each(
            "index_inventory",
            "application, index_name, primary_index, replicas, is_virtual, entries, created_at, updated_at, first_seen, last_seen, gone_at"
        ) { row in
            _ = (try row.scope(0), try row.text(2), try row.text(3), try row.flag(4), try row.value(5))
            for column in 6...10 { _ = try [8, 9].contains(column) ? row.time(column) : row.optionalTime(column) }
        }
        try each("retention", "granularity, window_start, window_floor") { row in
            _ = (try row.granularity(0), try row.time(1), try row.time(2))
        }
    }

    private func each(_ table: String, _ columns: String, _ read: (Row) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM \(table)")
        while let row = try rows.next() {
            do {
                try read(row)
            } catch let error as DamagedRow {
                throw DamagedRow("table \"\(table)\": \(error)")
            }
        }
    }

    /// Throws unless `range` begins and ends with buckets, as every answered one does.
    private static func requireAligned(_ range: TimeRange, _ granularity: Granularity) throws {
        guard granularity.floor(range.start) == range.start, granularity.floor(range.end) == range.end,
            !range.isEmpty
        else { throw DamagedRow("column \"end\" does not hold the end of a bucket") }
    }
}
