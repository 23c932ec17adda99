internal import GRDB
internal import UsageModel

/// Fills a new history with what is left of a damaged one, within one transaction.
///
/// Invariants:
/// 1. A row is copied as it is or not at all; a point whose value no exporter writes is left out of its row.
/// 2. Where a point may be lost, its statistic is not answered, so that it is not covered, and is fetched again.
/// 3. No hour is added to a counter twice: an application with lost hours counts those behind the last of them.
struct RepairedContents {
    let db: Database
    var salvage: Salvage
    let now: UnixTime
    /// The backup that fills gaps; it is read in its own transaction.
    let backup: ImportReader?
    /// Nothing may be later.
    private let limit: UnixTime
    private var series: [Int64: SeriesKey] = [:]
    private(set) var leftOut = 0
    /// What may be lost of each series.
    var lost: [Granularity: [Int64: [TimeRange]]] = [:]
    private(set) var covered: [Coverage] = []

    init(db: Database, salvage: Salvage, now: UnixTime, backup: ImportReader?) {
        self.db = db
        self.salvage = salvage
        self.now = now
        self.backup = backup
        limit = Verification(db, now: now).limit
    }

    /// - Returns: what may be lost.
    mutating func fill() throws -> [LostSeries] {
        for table in salvage.tables { try copy(table) }
        try completeSeries()
        for (table, rows) in salvage.orphans() { try copy(rows, into: table) }
        try removeDamagedRows()
        try fillFromBackup()
        try requireApplications()
        try removeOrphans()
        series = try Verification(db, now: now).series()
        for granularity in Granularity.allCases { try findLostRows(granularity) }
        var answers = RepairedAnswers(db: db, salvage: salvage, series: series, lost: lost, covered: covered, now: now)
        let all = try answers.settle(isSeriesLost: isSeriesLost)
        try answers.repairCounters(backup)
        return all
    }

    // MARK: Copying

    private mutating func copy(_ table: Salvage.Table) throws {
        if table.name == "coverage" {
            var rows: [[DatabaseValue]] = []
            salvage.read(table) { rows.append($0) }
            covered = rows.compactMap(Self.coverage)
            return
        }
        var copier = RowCopier(db: db, table: table, limit: limit)
        try salvage.read(table) { try copier.copy($0) }
        note(copier)
    }

    private mutating func copy(_ rows: [[DatabaseValue]], into table: Salvage.Table) throws {
        var copier = RowCopier(db: db, table: table, limit: limit)
        for row in rows { try copier.copy(row) }
        note(copier)
    }

    private mutating func note(_ copier: RowCopier) {
        leftOut += copier.leftOut
        for key in copier.damaged { salvage.noteDamaged(copier.table.name, key: key) }
        if let granularity = copier.granularity {
            for (id, ranges) in copier.lost { lost[granularity, default: [:]][id, default: []] += ranges }
        }
    }

    private static func coverage(_ row: [DatabaseValue]) -> Coverage? {
        guard row.count == 5, case .string(let application) = row[0].storage, case .string(let index) = row[1].storage,
            case .string(let name) = row[2].storage, let granularity = Granularity(rawValue: name),
            case .int64(let start) = row[3].storage, case .int64(let end) = row[4].storage,
            let application = ApplicationID(application), let index = IndexName(index),
            StoredTime.range.contains(start), StoredTime.range.contains(end), start < end,
            granularity.floor(start) == start, granularity.floor(end) == end
        else { return nil }
        return Coverage(
            scope: Scope(application: application, index: index), granularity: granularity,
            ranges: TimeRangeSet(TimeRange(start, end)))
    }

    // MARK: Series

    /// Takes series from the index on them where the table has lost them, and leaves out those that the two call by
    /// different names.
    private mutating func completeSeries() throws {
        let index = salvage.indexedSeries()
        let gaps = salvage.gaps["series"] ?? []
        guard let table = salvage.tables.first(where: { $0.name == "series" }) else { return }
        var missing: [[DatabaseValue]] = []
        for (id, row) in index.sorted(by: { $0.key < $1.key }) {
            let known = try Row.fetchOne(db, sql: "SELECT * FROM series WHERE id = ?", arguments: [id])
            if let known {
                guard Array(known.databaseValues) != row else { continue }
                // One of them is wrong, and which is not known: points of a wrong name are worse than none.
                try db.execute(sql: "DELETE FROM series WHERE id = ?", arguments: [id])
                leftOut += 1
                isSeriesDoubtful = true
            } else if gaps.contains(where: { $0.contains([id.databaseValue]) }) {
                missing.append(row)
            }
        }
        try copy(missing, into: table)
    }

    private var isSeriesDoubtful = false

    /// Whether there may have been a series that nothing names any more.
    private var isSeriesLost: Bool {
        if isSeriesDoubtful { return true }
        guard !salvage.isSeriesIndexWhole else { return false }
        return (salvage.gaps["series"] ?? []).contains { gap in
            guard case .int64(let after)? = gap.after?.first?.storage,
                case .int64(let before)? = gap.before?.first?.storage
            else { return true }
            // Keys of damaged pages may be any number.
            let (between, isBeyond) = before.subtractingReportingOverflow(after)
            guard !isBeyond, (1..<10_000).contains(between) else { return isBeyond || between >= 10_000 }
            return (after..<before).dropFirst().contains { series[$0] == nil }
        }
    }

    // MARK: Rows that make no sense

    private mutating func removeDamagedRows() throws {
        for table in SmallTables.all where table.name != "coverage" {
            let key = try db.primaryKey(table.name).columns
            func remove(_ row: Row) throws -> RowKey {
                let values: RowKey = key.map { row[$0] ?? .null }
                try db.execute(
                    sql: "DELETE FROM \(table.name) WHERE " + key.map { "\"\($0)\" IS ?" }.joined(separator: " AND "),
                    arguments: StatementArguments(values))
                leftOut += 1
                return values
            }
            for row in try Row.fetchAll(db, sql: "SELECT \(table.columns) FROM \(table.name)") {
                do { try table.check(row) } catch is DamagedRow {
                    salvage.noteDamaged(table.name, key: try remove(row))
                    continue
                }
                let isImpossible = table.times.contains { column in
                    guard let time = Int64.fromDatabaseValue(row[column] ?? DatabaseValue.null) else { return false }
                    return time < 0 || time > limit
                }
                // A clock that was ahead is corrected by the next start; here the file is to be intact.
                if isImpossible { salvage.noteDamaged(table.name, key: try remove(row)) }
            }
        }
    }

    // MARK: The backup

    /// Takes rows from the backup where tables have lost some, other than points and answers, which are merged.
    private mutating func fillFromBackup() throws {
        guard let backup else { return }
        let theirs = try backup.read { db in try Verification(db, now: now).series() }
        let ours = try Verification(db, now: now).series()
        let common = theirs.filter { ours[$0.key] != nil }
        // Ids mean the same in both files.
        let isSameLineage = !common.isEmpty && common.allSatisfy { ours[$0.key] == $0.value }
        for table in salvage.tables {
            guard let gaps = salvage.gaps[table.name], !Self.merged.contains(table.name),
                isSameLineage
                    || !table.columns.contains(where: { ["id", "series_id"].contains($0.name) && $0.type == "INTEGER" })
            else { continue }
            let rows = try backup.read { db in try Row.fetchAll(db, sql: "SELECT * FROM \(table.name)") }
            let missing = rows.map { Array($0.databaseValues) }.filter { row in
                gaps.contains { $0.contains(table.key(row)) }
            }
            try copy(missing, into: table)
        }
    }

    private static let merged: Set<String> = ["answered", "coverage", "counter", "hourly", "daily", "minutely"]

    // MARK: Rows that belong to nothing

    /// Adds applications that the file has lost and whose series it still has. They count from their newest day.
    private func requireApplications() throws {
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT application, max(hourly.day) FROM series LEFT JOIN hourly ON series_id = id
                WHERE application NOT IN (SELECT id FROM application) GROUP BY application
                """)
        {
            let application: ApplicationID = try row.name(0)
            let day = (try? row.optionalInteger(1)).flatMap { $0 } ?? now / 86_400
            let seen = min(max(day, 0), now / 86_400) * 86_400
            // What their totals hold is not known, so it is not compared.
            try db.execute(
                sql: "INSERT INTO application (id, first_seen, counted_from) VALUES (?, ?, ?)",
                arguments: [application, seen, max(Granularity.hourly.floor(min(seen + 86_400, now)), seen + 7200)])
        }
    }

    private mutating func removeOrphans() throws {
        for table in salvage.tables where table.columns.contains(where: { $0.name == "application" }) {
            try db.execute(
                sql: "DELETE FROM \(table.name) WHERE application NOT IN (SELECT id FROM application)")
            leftOut += db.changesCount
        }
        covered = try covered.filter { coverage in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM application WHERE id = ?", arguments: [coverage.scope.application]) != 0
        }
        for table in salvage.tables where table.columns.contains(where: { $0.name == "series_id" }) {
            try db.execute(sql: "DELETE FROM \(table.name) WHERE series_id NOT IN (SELECT id FROM series)")
            leftOut += db.changesCount
        }
    }

    // MARK: What is lost

    /// Turns the gaps of a table of points into ranges of its series.
    private mutating func findLostRows(_ granularity: Granularity) throws {
        let table = PackedTable.of(granularity)
        let last = StoredTime.range.upperBound / table.rowSeconds
        let ids = series.keys.sorted()
        for gap in salvage.gaps[table.name] ?? [] {
            let (after, before) = (Self.place(gap.only ?? gap.after), Self.place(gap.only ?? gap.before))
            for id in ids where (after.map { id >= $0.id } ?? true) && (before.map { id <= $0.id } ?? true) {
                var rows = 0..<last
                if gap.only != nil, let after {
                    rows = after.row.clamped(to: 0...last - 1).rows
                } else {
                    let lower = after.map { $0.id == id ? $0.row.clamped(to: -1...last - 1) + 1 : 0 } ?? 0
                    let upper = before.map { $0.id == id ? $0.row.clamped(to: lower...last) : last } ?? last
                    rows = lower..<max(lower, upper)
                }
                guard !rows.isEmpty else { continue }
                let present = try Int64.fetchAll(
                    db,
                    sql: """
                        SELECT \(table.rowColumn) FROM \(table.name)
                        WHERE series_id = ? AND \(table.rowColumn) >= ? AND \(table.rowColumn) < ?
                        """, arguments: [id, rows.lowerBound, rows.upperBound])
                let range = TimeRange(rows.lowerBound * table.rowSeconds, rows.upperBound * table.rowSeconds)
                let rest = TimeRangeSet(range).subtracting(TimeRangeSet(present.map { table.range(ofRow: $0) }))
                lost[granularity, default: [:]][id, default: []] += rest.ranges
            }
        }
    }

    private static func place(_ key: RowKey?) -> (id: Int64, row: Int64)? {
        guard let key, key.count == 2, case .int64(let id) = key[0].storage, case .int64(let row) = key[1].storage
        else { return nil }
        return (id, row)
    }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }

    /// The one row.
    fileprivate var rows: Range<Int64> { self..<self + 1 }
}

/// Copies rows into one table of a new history.
struct RowCopier {
    let db: Database
    let table: Salvage.Table
    let granularity: Granularity?
    private let packed: PackedTable?
    private let limit: UnixTime
    private let insert: String
    private(set) var leftOut = 0
    /// The keys of rows that no constraint of the table allows.
    private(set) var damaged: [RowKey] = []
    /// What is left out of rows of points, by series.
    private(set) var lost: [Int64: [TimeRange]] = [:]

    init(db: Database, table: Salvage.Table, limit: UnixTime) {
        self.db = db
        self.table = table
        self.limit = limit
        granularity = Granularity.allCases.first { PackedTable.of($0).name == table.name }
        packed = granularity.map(PackedTable.of)
        let marks = table.columns.map { _ in "?" }.joined(separator: ",")
        insert = "INSERT OR IGNORE INTO \(table.name) VALUES (\(marks))"
    }

    mutating func copy(_ row: [DatabaseValue]) throws {
        var values = row
        if let packed {
            guard let points = points(row, packed) else {
                leftOut += 1
                return
            }
            values = points
        }
        try db.cachedStatement(sql: insert).execute(arguments: StatementArguments(values))
        guard db.changesCount == 0 else { return }
        leftOut += 1
        damaged.append(table.key(row))
    }

    /// A row of points without values that no exporter writes; nil where nothing is left.
    private mutating func points(_ row: [DatabaseValue], _ packed: PackedTable) -> [DatabaseValue]? {
        guard case .int64(let id) = row[0].storage, case .int64(let number) = row[1].storage,
            let start = try? packed.start(ofRow: number)
        else { return nil }
        var row = row
        for slot in 0..<packed.slotCount {
            let isNumber =
                switch row[slot + 2].storage {
                case .null, .int64: true
                case .double(let real): real.isFinite
                default: false
                }
            if !isNumber { lost[id, default: []].append(packed.range(ofRow: number)) }
            if !isNumber || start + Int64(slot) * packed.slotSeconds > limit { row[slot + 2] = .null }
        }
        return row[2...].contains { !$0.isNull } ? row : nil
    }
}
