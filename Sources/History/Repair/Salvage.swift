internal import GRDB
internal import Migrations
internal import UsageModel

/// The rows that can still be read of a damaged history, table by table.
///
/// The tables and their columns are those of this version; a column that an older version did not have gets its default.
struct Salvage {
    /// The shape of a table.
    struct Table {
        let name: String
        /// The columns in order, the key's first.
        let columns: [Column]
        /// Nil of a rowid table, whose first column is the rowid.
        let keyCount: Int?
    }

    struct Column {
        let name: String
        /// As the schema declares it.
        let type: String
        /// The value of rows that are older than the column; nil where there are none.
        let added: DatabaseValue?
    }

    let tables: [Table]
    private let path: String
    private let file: DamagedFile
    private let reader: CellReader
    private var tree: DamagedTree
    /// The first page of each table and index.
    private var roots: [String: Int] = [:]
    /// The names of the indexes among them.
    private var indexes: Set<String> = []
    /// Whether a table without a root may have had one.
    private var isSchemaWhole = true
    /// Whether all of the index on the series can be read.
    private(set) var isSeriesIndexWhole = true
    /// What cannot be read, by table.
    private(set) var gaps: [String: [TableGap]] = [:]

    /// - Parameter db: a new history, which has the tables of this version.
    /// - Throws: ``HistoryError`` when the file is not one that this version can read.
    init(_ file: DamagedFile, path: String, like db: Database) throws {
        self.file = file
        self.path = path
        guard let header = file.page(1), FileGuard.Header(header).isSQLite else {
            throw HistoryError.cannotRepair(
                path: path, reason: "its first page, which says where everything is, cannot be read")
        }
        reader = CellReader(file, reserved: Int(header[20]))
        tree = DamagedTree(reader)
        tables = try Self.tables(db)
        try readSchema()
    }

    private static func tables(_ db: Database) throws -> [Table] {
        let names = try Row.fetchAll(
            db,
            sql: """
                SELECT name, sql FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY name = 'series' DESC
                """
        ).map { (name: try $0.text(0), isRowid: try !$0.text(1).contains("WITHOUT ROWID")) }
        return try names.map { name, isRowid in
            let columns = try db.columns(in: name).map { column in
                Column(
                    name: column.name, type: column.type,
                    added: column.defaultValueSQL.flatMap { Int64($0) }?.databaseValue)
            }
            return Table(
                name: name, columns: columns, keyCount: isRowid ? nil : try db.primaryKey(name).columns.count)
        }
    }

    private mutating func readSchema() throws {
        var roots: [String: Int] = [:]
        var indexes: Set<String> = []
        let gaps = tree.walk(root: 1, keyCount: nil) { record in
            guard record.values.count == 5, case .string(let type) = record.values[0].storage,
                case .string(let name) = record.values[1].storage,
                case .int64(let root) = record.values[3].storage, root > 0, let root = Int(exactly: root)
            else { return }
            roots[name] = root
            if type == "index" { indexes.insert(name) }
        }
        self.roots = roots
        self.indexes = indexes
        isSchemaWhole = gaps.isEmpty
        guard !roots.isEmpty else {
            throw HistoryError.cannotRepair(
                path: path, reason: "its first page, which says where everything is, cannot be read")
        }
        guard let root = roots["grdb_migrations"] else {
            if isSchemaWhole { throw HistoryError.foreign(path: path) }
            return
        }
        let known = Set(Migrations.all.map(\.identifier))
        var unknown: String?
        _ = tree.walk(root: root, keyCount: nil) { record in
            guard case .string(let migration)? = record.values.first?.storage else { return }
            if !known.contains(migration) { unknown = unknown ?? migration }
        }
        if let unknown { throw HistoryError.newer(path: path, migration: unknown) }
    }

    /// Calls `body` with each row of a table, in the order of its columns.
    mutating func read(_ table: Table, _ body: ([DatabaseValue]) throws -> Void) rethrows {
        guard let root = roots[table.name] else {
            if !isSchemaWhole { gaps[table.name] = [TableGap()] }
            return
        }
        var misfits: [RowKey] = []
        var gaps = try tree.walk(root: root, keyCount: table.keyCount) { record in
            guard let row = table.row(record) else {
                misfits.append(record.key)
                return
            }
            try body(row)
        }
        gaps += misfits.map { TableGap(only: $0) }
        if !gaps.isEmpty { self.gaps[table.name] = gaps }
    }

    /// The rows of the series by the index on them.
    mutating func indexedSeries() -> [Int64: [DatabaseValue]] {
        guard let root = roots[Self.seriesIndex] else {
            isSeriesIndexWhole = false
            return [:]
        }
        var rows: [Int64: [DatabaseValue]] = [:]
        let gaps = tree.walk(root: root, keyCount: 5) { record in
            if let row = Self.series(record), let id = Int64.fromDatabaseValue(row[0]) { rows[id] = row }
        }
        isSeriesIndexWhole = gaps.isEmpty
        return rows
    }

    private static let seriesIndex = "sqlite_autoindex_series_1"

    /// A row of the table of series, by the index on it; nil for what is none. The other index, which has the same columns
    /// and is made anew, has a statistic where this one has the API.
    private static func series(_ record: DamagedRecord) -> [DatabaseValue]? {
        let values = record.values
        guard values.count == 6, case .int64 = values[5].storage, case .string(let api) = values[1].storage,
            API(rawValue: api) != nil,
            values[..<5].allSatisfy({ if case .string = $0.storage { true } else { false } })
        else { return nil }
        // The table has the statistic before the index.
        return [values[5], values[0], values[1], values[3], values[2], values[4]]
    }

    /// The rows on pages that nothing leads to. To be called once all tables are read.
    ///
    /// Such pages prove that a table is not whole, even where all of its other pages look right: an inner page may have
    /// been overwritten by one of its leaves.
    mutating func orphans() -> [(table: Table, rows: [[DatabaseValue]])] {
        // Indexes that nobody reads have pages as well.
        for (name, root) in roots where !tables.contains(where: { $0.name == name }) {
            _ = tree.walk(root: root, keyCount: indexes.contains(name) ? 1 : nil) { _ in }
        }
        let free = DamagedTree.freePages(file)
        var orphans: [(table: Table, rows: [[DatabaseValue]])] = []
        for number in 2..<max(file.usedPages + 1, 2) where !tree.reached.contains(number) {
            guard free?.contains(number) != true, let page = tree.orphan(number) else { continue }
            let rows = page.rows.compactMap { $0 }
            if !page.isTable, rows.allSatisfy({ Self.series($0) != nil }) {
                isSeriesIndexWhole = false
                if free != nil, let table = tables.first(where: { $0.name == "series" }), gaps[table.name] != nil {
                    orphans.append((table, rows.compactMap(Self.series)))
                }
                continue
            }
            // A page is of the one table that all its rows fit.
            let fitting = tables.filter { ($0.keyCount == nil) == page.isTable && rows.allSatisfy($0.fits) }
            for table in fitting {
                let found = adopt(table, page.rows, isLeaf: page.isLeaf)
                // Free pages still have what once was in them.
                if fitting.count == 1, free != nil, !found.isEmpty { orphans.append((table, found)) }
            }
        }
        return orphans
    }

    /// Fits the rows of a page that nothing leads to into the gaps of a table.
    /// - Returns: its rows; none where they are out of order.
    private mutating func adopt(_ table: Table, _ records: [DamagedRecord?], isLeaf: Bool) -> [[DatabaseValue]] {
        let rows = records.map { $0.flatMap(table.row) }
        let keys = rows.compactMap { $0.map(table.key) }
        guard let first = keys.first, let last = keys.last,
            zip(keys, keys.dropFirst()).allSatisfy({ $0.precedes($1) })
        else { return [] }
        func isIn(_ gap: TableGap) -> Bool { gap.only == nil && gap.contains(first) && gap.contains(last) }
        var gaps = self.gaps[table.name] ?? []
        if !gaps.contains(where: isIn) { gaps.append(TableGap()) }
        // Between the rows of a leaf, nothing is missing.
        if isLeaf, keys.count == records.count, let place = gaps.firstIndex(where: isIn) {
            let gap = gaps[place]
            gaps.replaceSubrange(
                place...place,
                with: [TableGap(after: gap.after, before: first), TableGap(after: last, before: gap.before)])
        }
        self.gaps[table.name] = gaps
        return rows.compactMap { $0 }
    }

    /// Notes that a row of a table was read and is none that the exporter writes.
    mutating func noteDamaged(_ table: String, key: RowKey) { gaps[table, default: []].append(TableGap(only: key)) }
}

extension Salvage.Table {
    /// The row's key, in the order of its columns.
    func key(_ row: [DatabaseValue]) -> RowKey { Array(row.prefix(keyCount ?? 1)) }

    /// The row with all columns; nil when a record has too few or too many.
    func row(_ record: DamagedRecord) -> [DatabaseValue]? {
        var values = record.values
        guard values.count <= columns.count, !values.isEmpty else { return nil }
        for column in columns[values.count...] {
            guard let added = column.added else { return nil }
            values.append(added)
        }
        if keyCount == nil {
            guard let rowid = record.key.first, values[0].isNull else { return nil }
            values[0] = rowid
        }
        return values
    }

    /// Whether a record has the number and kinds of values that this table's rows have.
    func fits(_ record: DamagedRecord) -> Bool {
        guard let row = row(record) else { return false }
        return zip(row, columns).allSatisfy { value, column in
            switch (column.type, value.storage) {
            case ("INTEGER", .int64), ("TEXT", .string), ("REAL", .double), ("REAL", .int64): true
            case ("INTEGER", .null): column.added == nil && keyCount != nil
            case ("", .int64), ("", .double), ("", .null): true
            default: false
            }
        }
    }
}
