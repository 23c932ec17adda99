internal import GRDB

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// A row as a page of a b-tree holds it.
struct DamagedCell {
    /// The row's number; nil in a table without rowids.
    var rowid: Int64?
    /// Nil in the inner pages of a rowid table, which have no rows.
    var values: [DatabaseValue]?
    /// The page of the smaller keys, in inner pages.
    var child: Int?
}

/// The kinds of b-tree pages.
enum TreePage: UInt8 {
    case innerIndex = 2
    case innerTable = 5
    case leafIndex = 10
    case leafTable = 13

    var isInner: Bool { self == .innerIndex || self == .innerTable }
    var isTable: Bool { self == .innerTable || self == .leafTable }
}

/// Reads the cells of b-tree pages, each by itself: one that makes no sense is missing, and the others are not.
struct CellReader {
    /// More than a row of the history ever has.
    private static let longestRow = 16 << 20

    let file: DamagedFile
    /// Bytes of a page that SQLite uses.
    let usable: Int

    init(_ file: DamagedFile, reserved: Int) {
        self.file = file
        usable = max(file.pageSize - reserved, 480)
    }

    /// A page's kind, its cells in order (nil where one cannot be read), and the page of the largest keys.
    struct Contents {
        var kind: TreePage
        var cells: [DamagedCell?]
        var last: Int?
        /// The pages on which long rows continue.
        var overflow: [Int]
    }

    /// The contents of a page; nil when it is none of a b-tree.
    func contents(_ number: Int) -> Contents? {
        guard let page = file.page(number) else { return nil }
        let start = number == 1 ? FileGuard.Header.length : 0
        guard let kind = TreePage(rawValue: page[start]) else { return nil }
        let pointers = start + (kind.isInner ? 12 : 8)
        let count = page.short(start + 3)
        guard pointers + 2 * count <= usable else { return nil }
        var contents = Contents(kind: kind, cells: [], last: nil, overflow: [])
        if kind.isInner { contents.last = Int(page.bigEndian(start + 8)) }
        var extents: [(range: Range<Int>, position: Int)] = []
        for position in 0..<count {
            let offset = page.short(pointers + 2 * position)
            var parser = CellParser(page: page, offset: offset, usable: usable)
            guard offset >= pointers + 2 * count, let cell = parser.cell(kind, overflow: overflow) else {
                contents.cells.append(nil)
                continue
            }
            contents.cells.append(cell)
            contents.overflow += parser.overflowPages
            extents.append((offset..<parser.offset, position))
        }
        // Two cells in one place: it is not known which of them is the row.
        extents.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (one, next) in zip(extents, extents.dropFirst()) where one.range.upperBound > next.range.lowerBound {
            contents.cells[one.position] = nil
            contents.cells[next.position] = nil
        }
        return contents
    }

    /// The rest of a row, from the page on which it continues.
    private func overflow(_ first: Int, _ count: Int) -> (bytes: [UInt8], pages: [Int])? {
        guard count <= Self.longestRow else { return nil }
        var (bytes, pages, next): ([UInt8], [Int], Int) = ([], [], first)
        while bytes.count < count {
            guard next >= 2, !pages.contains(next), let page = file.page(next) else { return nil }
            pages.append(next)
            bytes += page[4..<4 + min(usable - 4, count - bytes.count)]
            next = Int(page.bigEndian(0))
        }
        return (bytes, pages)
    }
}

/// Reads one cell.
private struct CellParser {
    let page: [UInt8]
    private(set) var offset: Int
    let usable: Int
    private(set) var overflowPages: [Int] = []

    init(page: [UInt8], offset: Int, usable: Int) {
        self.page = page
        self.offset = offset
        self.usable = usable
    }

    /// The cell; nil when it makes no sense. `offset` is then its end.
    mutating func cell(
        _ kind: TreePage, overflow: (Int, Int) -> (bytes: [UInt8], pages: [Int])?
    ) -> DamagedCell? {
        var cell = DamagedCell()
        if kind.isInner {
            guard offset + 4 <= usable else { return nil }
            cell.child = Int(page.bigEndian(offset))
            offset += 4
        }
        if kind == .innerTable {
            cell.rowid = page.varint(&offset, usable)
            return cell.rowid == nil ? nil : cell
        }
        guard let length = page.varint(&offset, usable).flatMap({ Int(exactly: $0) }), length > 0 else { return nil }
        if kind == .leafTable {
            guard let rowid = page.varint(&offset, usable) else { return nil }
            cell.rowid = rowid
        }
        let most = kind.isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23
        var local = length
        if length > most {
            let least = (usable - 12) * 32 / 255 - 23
            let fitting = least + (length - least) % (usable - 4)
            local = fitting <= most ? fitting : least
        }
        guard offset + local + (local < length ? 4 : 0) <= usable else { return nil }
        var payload = Array(page[offset..<offset + local])
        offset += local
        if local < length {
            guard let rest = overflow(Int(page.bigEndian(offset)), length - local) else { return nil }
            payload += rest.bytes
            overflowPages = rest.pages
            offset += 4
        }
        guard let values = payload.record() else { return nil }
        cell.values = values
        return cell
    }
}

extension [UInt8] {
    /// The 16 bits at `offset`.
    fileprivate func short(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }

    /// A variable-length integer; nil where it does not end before `end`.
    fileprivate func varint(_ offset: inout Int, _ end: Int) -> Int64? {
        var value: UInt64 = 0
        for position in 0..<9 {
            guard offset < end else { return nil }
            let byte = self[offset]
            offset += 1
            if position == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte & 0x80 == 0 { return Int64(bitPattern: value) }
        }
        return nil
    }

    /// The columns of a record; nil unless every byte belongs to one.
    fileprivate func record() -> [DatabaseValue]? {
        var offset = 0
        guard let length = varint(&offset, count).flatMap({ Int(exactly: $0) }), length >= offset, length <= count
        else { return nil }
        var body = length
        var values: [DatabaseValue] = []
        while offset < length {
            guard let kind = varint(&offset, length), let value = column(kind, &body) else { return nil }
            values.append(value)
        }
        return body == count ? values : nil
    }

    /// One column of the kind that a record's header names.
    private func column(_ kind: Int64, _ offset: inout Int) -> DatabaseValue? {
        func integer(_ length: Int) -> Int64? {
            guard offset + length <= count else { return nil }
            defer { offset += length }
            let bytes = self[offset..<offset + length]
            return bytes.dropFirst().reduce(Int64(Int8(bitPattern: bytes[offset]))) { $0 << 8 | Int64($1) }
        }
        switch kind {
        case 0: return .null
        case 1...4: return integer(Int(kind))?.databaseValue
        case 5: return integer(6)?.databaseValue
        case 6: return integer(8)?.databaseValue
        case 7: return integer(8).map { Double(bitPattern: UInt64(bitPattern: $0)).databaseValue }
        case 8: return Int64(0).databaseValue
        case 9: return Int64(1).databaseValue
        case 12...:
            let length = Int((kind - 12) / 2)
            guard length <= count - offset else { return nil }
            defer { offset += length }
            let bytes = self[offset..<offset + length]
            if kind % 2 == 1 { return String(validating: bytes, as: UTF8.self)?.databaseValue }
            return Data(bytes).databaseValue
        default: return nil
        }
    }
}
