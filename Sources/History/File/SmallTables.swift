private import Dispatch
internal import GRDB
private import Synchronization
internal import UsageModel

extension History {
    /// Checks the tables that tell what is known, which are small, page by page and row by row: a flipped bit
    /// in them would otherwise show late or never. Points are checked by ``verify()`` alone.
    ///
    /// A start waits for it, so two readers share it. Comparing the indexes of 41,000 series with their table takes as
    /// long as all the rest.
    func examine() {
        let halves: [@Sendable (Database) throws -> [String]] = [
            { db in try Self.mismatches(Self.smallTables.filter { $0 == "series" }, db) },
            { db in
                try Self.mismatches(Self.smallTables.filter { $0 != "series" }, db) + Self.inconsistencies(db)
            },
        ]
        let results = Mutex([Int: Result<[String], any Error>]())
        DispatchQueue.concurrentPerform(iterations: halves.count) { half in
            let result = Result { try pool.read(halves[half]) }
            results.withLock { $0[half] = result }
        }
        for result in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            do {
                if let first = try result.value.get().first { file.noteDamage(first) }
            } catch let error as DatabaseError
                where ![.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
            {
                // The file cannot be read now, which says nothing about what is in it.
                continue
            } catch {
                noteDamage(error)
            }
        }
    }

    /// What SQLite finds wrong in the pages of `tables` and their indexes.
    private static func mismatches(_ tables: [String], _ db: Database) throws -> [String] {
        try tables.flatMap { table in
            try Row.fetchAll(db, sql: "PRAGMA integrity_check(\(table))").map { try $0.text(0) }.filter { $0 != "ok" }
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
        try SmallTables(db).read(smallTables)
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

/// The tables beside those of points, row by row, to see whether every row is one that the exporter writes.
struct SmallTables {
    /// A table, and what its rows are.
    struct Table: Sendable {
        let name: String
        /// In the order in which ``check`` reads them.
        let columns: String
        /// The columns that hold a time which is neither negative nor to come.
        var times: [String] = []
        /// Throws ``DamagedRow`` for a row that no version of the exporter writes.
        let check: @Sendable (Row) throws -> Void
    }

    let db: Database

    init(_ db: Database) { self.db = db }

    static let all = [
        Table(
            name: "application", columns: "id, first_seen, counted_from, is_confirmed",
            times: ["first_seen", "counted_from"]
        ) { row in
            _ = (try row.text(0), try row.time(1), try row.time(2), try row.flag(3))
        },
        Table(name: "series", columns: SeriesTable.columns) { row in
            _ = try row.series(0)
        },
        Table(
            name: "answered", columns: "application, index_name, granularity, statistic, start, \"end\"",
            times: ["end"]
        ) { row in
            _ = (try row.scope(0), try row.text(3))
            try requireAligned(try row.range(4, 5), try row.granularity(2))
        },
        Table(
            name: "coverage", columns: "application, index_name, granularity, start, \"end\"", times: ["end"]
        ) { row in
            _ = try row.scope(0)
            try requireAligned(try row.range(3, 4), try row.granularity(2))
        },
        Table(
            name: "freshness",
            columns: "application, index_name, granularity, statistic, tail_start, complete_until, fetched_at",
            times: ["complete_until", "fetched_at"]
        ) { row in
            _ = try Freshness(row, of: row.scope(0))
        },
        Table(
            name: "refusal", columns: "application, level, statistic, refused_at", times: ["refused_at"]
        ) { row in
            _ = (try row.text(0), try row.level(1), try row.text(2), try row.time(3))
        },
        Table(
            name: "revision_check", columns: "application, index_name, granularity, checked_at",
            times: ["checked_at"]
        ) { row in
            _ = (try row.scope(0), try row.granularity(2), try row.time(3))
        },
        Table(name: "counter", columns: "series_id, total, credit") { row in
            guard try row.value(1) != nil, try row.value(2) != nil else {
                throw DamagedRow("column \"total\" does not hold a number")
            }
            _ = try row.integer(0)
        },
        Table(
            name: "set_aside",
            columns: """
                application, index_name, granularity, statistic, start, "end", reason, tried_at, breaks_answers
                """, times: ["tried_at"]
        ) { row in
            _ = try SetAside(row)
        },
        Table(
            name: "vendor_horizon", columns: "application, level, granularity, age, reason, tried_at",
            times: ["tried_at"]
        ) { row in
            _ = (try row.text(0), try row.level(1), try row.granularity(2))
            _ = (try row.time(3), try row.text(4), try row.time(5))
        },
        Table(
            name: "billing_horizon", columns: "application, granularity, age, reason, tried_at", times: ["tried_at"]
        ) { row in
            _ = (try row.text(0), try row.granularity(1), try row.time(2), try row.text(3), try row.time(4))
        },
        Table(name: "billing_metric", columns: "application, name, label, description, is_listed") { row in
            _ = (try row.text(0), try row.text(1), try row.text(2), try row.text(3), try row.flag(4))
        },
        Table(name: "billing_registry", columns: "application, asked_at, is_served", times: ["asked_at"]) { row in
            _ = (try row.text(0), try row.time(1), try row.flag(2))
        },
        Table(name: "billing_check", columns: "application, granularity, checked_at", times: ["checked_at"]) { row in
            _ = (try row.text(0), try row.granularity(1), try row.time(2))
        },
        Table(name: "quota", columns: "application, tokens, time") { row in
            guard try row.value(1) != nil, try row.value(2) != nil else {
                throw DamagedRow("column \"tokens\" does not hold a number")
            }
            _ = try row.text(0)
        },
        Table(
            name: "index_list", columns: "application, first_fetched, fetched_at, is_whole",
            times: ["first_fetched", "fetched_at"]
        ) { row in
            _ = (try row.text(0), try row.time(1), try row.time(2), try row.flag(3))
        },
        Table(
            name: "index_inventory",
            columns: """
                application, index_name, primary_index, replicas, is_virtual, entries, created_at, updated_at, \
                first_seen, last_seen, gone_at
                """, times: ["first_seen", "last_seen"]
        ) { row in
            _ = (try row.scope(0), try row.text(2), try row.text(3), try row.flag(4), try row.value(5))
            for column in 6...10 { _ = try [8, 9].contains(column) ? row.time(column) : row.optionalTime(column) }
        },
        Table(name: "retention", columns: "granularity, window_start, window_floor", times: ["window_start"]) { row in
            _ = (try row.granularity(0), try row.time(1), try row.time(2))
        },
        Table(name: "incident", columns: "application, cluster, time, title, status", times: ["time"]) { row in
            _ = (try row.text(0), try row.text(1), try row.time(2), try row.text(3), try row.text(4))
        },
        Table(
            name: "remote_write_position", columns: "destination, granularity, series_id, sent_until",
            times: ["sent_until"]
        ) { row in
            _ = (try row.text(0), try row.granularity(1), try row.integer(2), try row.time(3))
        },
        Table(name: "remote_write_late", columns: "destination, granularity, series_id, time") { row in
            _ = (try row.text(0), try row.integer(2))
            let (granularity, time) = (try row.granularity(1), try row.time(3))
            guard granularity.floor(time) == time else {
                throw DamagedRow("column \"time\" does not hold the start of a bucket")
            }
        },
    ]

    /// Checks the tables that say what is known.
    /// - Throws: ``DamagedRow`` for the first row that is damaged.
    func read(_ names: [String]) throws {
        for table in Self.all where names.contains(table.name) {
            try each(table) { throw DamagedRow("table \"\(table.name)\": \($1)") }
        }
    }

    /// The damaged rows of one table.
    func damaged(_ table: Table) throws -> [Finding] {
        var findings: [Finding] = []
        try each(table) { row, error in findings.append(Self.finding(row, table, "\(error)", .restore)) }
        return findings
    }

    /// A finding about a row, with what the row says of its place.
    static func finding(_ row: Row, _ table: Table, _ what: String, _ remedy: Finding.Remedy) -> Finding {
        func value(_ column: String) -> DatabaseValue { row[column] ?? .null }
        var finding = Finding(table: table.name, what, remedy)
        let application = table.name == "application" ? "id" : "application"
        finding.application = ApplicationID.fromDatabaseValue(value(application))
        finding.index = IndexName.fromDatabaseValue(value("index_name"))
        finding.statistic = StatisticName.fromDatabaseValue(value("statistic"))
        if case let times = [value("start"), value("end")].compactMap({ Int64.fromDatabaseValue($0) }),
            times.count == 2, times.allSatisfy(StoredTime.range.contains), times[0] <= times[1]
        {
            finding.range = TimeRange(times[0], times[1])
        }
        return finding
    }

    private func each(_ table: Table, _ damaged: (Row, DamagedRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT \(table.columns) FROM \(table.name)")
        while let row = try rows.next() {
            do { try table.check(row) } catch let error as DamagedRow { try damaged(row, error) }
        }
    }

    /// Throws unless `range` begins and ends with buckets, as every answered one does.
    private static func requireAligned(_ range: TimeRange, _ granularity: Granularity) throws {
        guard granularity.floor(range.start) == range.start, granularity.floor(range.end) == range.end,
            !range.isEmpty
        else { throw DamagedRow("column \"end\" does not hold the end of a bucket") }
    }
}
