internal import GRDB

/// The columns of a primary key, or a rowid alone.
typealias RowKey = [DatabaseValue]

/// A stretch of a table that cannot be read: any row between two keys may have been there.
struct TableGap: Sendable {
    /// The last key before it; nil at the table's start.
    var after: RowKey?
    /// The first key behind it; nil at the table's end.
    var before: RowKey?
    /// The one key that it is about, of a row that was read and makes no sense.
    var only: RowKey?

    func contains(_ key: RowKey) -> Bool {
        if let only { return key == only }
        return (after.map { $0.precedes(key) } ?? true) && (before.map { key.precedes($0) } ?? true)
    }

    /// Whether there may be a key that begins with `prefix`.
    func mayContain(prefix: RowKey) -> Bool {
        if let only { return Array(only.prefix(prefix.count)) == prefix }
        let (after, before) = (
            after.map { Array($0.prefix(prefix.count)) }, before.map { Array($0.prefix(prefix.count)) }
        )
        return !(after.map { prefix.precedes($0) } ?? false) && !(before.map { $0.precedes(prefix) } ?? false)
    }
}

extension [DatabaseValue] {
    /// SQLite's order of keys: NULL, numbers, texts by their bytes, blobs.
    func precedes(_ other: [DatabaseValue]) -> Bool {
        for (one, two) in zip(self, other) {
            if one.sortsBefore(two) { return true }
            if two.sortsBefore(one) { return false }
        }
        return count < other.count
    }
}

extension DatabaseValue {
    private var rank: Int {
        switch storage {
        case .null: 0
        case .int64, .double: 1
        case .string: 2
        case .blob: 3
        }
    }

    fileprivate func sortsBefore(_ other: DatabaseValue) -> Bool {
        switch (storage, other.storage) {
        case (.int64(let one), .int64(let two)): one < two
        case (.string(let one), .string(let two)): one.utf8.lexicographicallyPrecedes(two.utf8)
        case (.double(let one), .double(let two)): one < two
        case (.double(let one), .int64(let two)): one < Double(two)
        case (.int64(let one), .double(let two)): Double(one) < two
        default: rank < other.rank
        }
    }
}

/// A row of a table or index as the file has it.
struct DamagedRecord {
    var key: RowKey
    /// In the order of the columns; a rowid table's key is its rowid, and NULL here.
    var values: [DatabaseValue]
}

/// Walks the b-trees of a file, whose pages may hold anything.
///
/// A row is taken for one of a tree where its key is between those that its page's parents say, and after the one before
/// it: a page that was written to the wrong place is none of the tree. What a page that cannot be read may have held is
/// a ``TableGap``.
struct DamagedTree {
    /// No tree is deeper: each level multiplies the pages by 4 at least.
    private static let deepest = 20

    private let reader: CellReader
    /// The pages that a tree, or a row of one, points to, readable or not.
    private(set) var reached: Set<Int> = []

    init(_ reader: CellReader) { self.reader = reader }

    /// Calls `body` with each row of the tree at `root`, ascending.
    /// - Parameters:
    ///   - keyCount: how many columns make the key of an index; nil of a rowid table.
    /// - Returns: what cannot be read.
    mutating func walk(
        root: Int, keyCount: Int?, _ body: (DamagedRecord) throws -> Void
    ) rethrows -> [TableGap] {
        var gaps: [TableGap] = []
        try visit(root, TableGap(), keyCount, 0, &gaps, body)
        return gaps
    }

    /// - Parameter bounds: the keys between which the page's are.
    private mutating func visit(
        _ number: Int, _ bounds: TableGap, _ keyCount: Int?, _ depth: Int, _ gaps: inout [TableGap],
        _ body: (DamagedRecord) throws -> Void
    ) rethrows {
        guard depth < Self.deepest, reached.insert(number).inserted, let contents = reader.contents(number),
            contents.kind.isTable == (keyCount == nil)
        else {
            gaps.append(bounds)
            return
        }
        reached.formUnion(contents.overflow)
        let cells = Self.ascending(contents.cells.map { Self.keyed($0, keyCount) }, bounds)
        var bounds = bounds
        for (position, cell) in cells.enumerated() {
            guard let cell else {
                // Whatever is between its neighbours, and under it.
                let next = cells[(position + 1)...].lazy.compactMap { $0?.key }.first ?? bounds.before
                gaps.append(TableGap(after: bounds.after, before: next))
                continue
            }
            if let child = cell.cell.child {
                // A rowid table repeats the largest key of the child.
                let end = keyCount == nil ? cell.key.following : cell.key
                try visit(child, TableGap(after: bounds.after, before: end), keyCount, depth + 1, &gaps, body)
            }
            if let values = cell.cell.values { try body(DamagedRecord(key: cell.key, values: values)) }
            bounds.after = cell.key
        }
        if let last = contents.last { try visit(last, bounds, keyCount, depth + 1, &gaps, body) }
    }

    private typealias KeyedCell = (key: RowKey, cell: DamagedCell)

    private static func keyed(_ cell: DamagedCell?, _ keyCount: Int?) -> KeyedCell? {
        guard let cell else { return nil }
        if let keyCount {
            guard let values = cell.values, values.count >= keyCount else { return nil }
            return (Array(values.prefix(keyCount)), cell)
        }
        return cell.rowid.map { ([$0.databaseValue], cell) }
    }

    /// The cells without those that break the order: the longest ascending choice between `bounds` stays.
    private static func ascending(_ cells: [KeyedCell?], _ bounds: TableGap) -> [KeyedCell?] {
        let cells = cells.map { cell in cell.flatMap { bounds.contains($0.key) ? $0 : nil } }
        let keys = cells.map { $0?.key }
        let known = keys.compactMap { $0 }
        if zip(known, known.dropFirst()).allSatisfy({ $0.precedes($1) }) { return cells }
        var lengths = [Int](repeating: 0, count: cells.count)
        var before = [Int?](repeating: nil, count: cells.count)
        for (position, key) in keys.enumerated() {
            guard let key else { continue }
            lengths[position] = 1
            for earlier in 0..<position where lengths[earlier] >= lengths[position] {
                if let other = keys[earlier], other.precedes(key) {
                    lengths[position] = lengths[earlier] + 1
                    before[position] = earlier
                }
            }
        }
        var kept: [KeyedCell?] = Array(repeating: nil, count: cells.count)
        var position = lengths.indices.max { lengths[$0] < lengths[$1] }
        while let one = position {
            kept[one] = cells[one]
            position = before[one]
        }
        return kept
    }

    // MARK: Pages that no tree reaches

    /// The numbers of the free pages; nil when their list cannot be read.
    ///
    /// They still hold rows as they once were, so without the list no page that no tree reaches can be trusted.
    static func freePages(_ file: DamagedFile) -> Set<Int>? {
        guard let header = file.page(1) else { return nil }
        var free = Set<Int>()
        var trunk = Int(header.bigEndian(32))
        while trunk != 0 {
            guard trunk <= file.pageCount, free.insert(trunk).inserted, let page = file.page(trunk) else { return nil }
            let count = Int(page.bigEndian(4))
            guard count <= file.pageSize / 4 - 2 else { return nil }
            for leaf in 0..<count {
                guard free.insert(Int(page.bigEndian(8 + 4 * leaf))).inserted else { return nil }
            }
            trunk = Int(page.bigEndian(0))
        }
        return free.count == Int(header.bigEndian(36)) ? free : nil
    }

    /// The rows of a page that nothing leads to (nil for one that makes no sense), and whether it is of a rowid table and
    /// a leaf; nil where it has no rows.
    func orphan(_ number: Int) -> (rows: [DamagedRecord?], isTable: Bool, isLeaf: Bool)? {
        guard let contents = reader.contents(number), contents.kind != .innerTable else { return nil }
        let isTable = contents.kind.isTable
        let rows = contents.cells.map { cell -> DamagedRecord? in
            guard let cell, let values = cell.values else { return nil }
            return DamagedRecord(key: isTable ? cell.rowid.map { [$0.databaseValue] } ?? [] : [], values: values)
        }
        guard rows.contains(where: { $0 != nil }) else { return nil }
        return (rows, isTable, !contents.kind.isInner)
    }
}

extension RowKey {
    /// The key behind a rowid; nil behind the last.
    fileprivate var following: RowKey? {
        guard case .int64(let rowid)? = first?.storage, rowid < .max else { return nil }
        return [(rowid + 1).databaseValue]
    }
}
