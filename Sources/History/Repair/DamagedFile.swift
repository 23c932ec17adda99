#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The pages of an SQLite file that SQLite may not be able to read, with those that its write-ahead log has committed
/// (https://www.sqlite.org/fileformat2.html).
///
/// It only reads, and never through SQLite, which would write the log back into the file. A block that the disk does
/// not give is a page that is missing.
final class DamagedFile: Sendable {
    /// Bytes of a page.
    let pageSize: Int
    /// The last page of the file or its log. Numbers begin with 1.
    let pageCount: Int
    private let database: Int32
    private let log: Int32
    /// Where the newest committed version of a page is in the log.
    private let logged: [Int: Int64]

    /// - Parameters:
    ///   - path: as it is configured, for errors.
    ///   - resolved: the same without links.
    init(_ path: String, resolved: String) throws(HistoryError) {
        let database = open(resolved, O_RDONLY | O_CLOEXEC)
        guard database >= 0 else {
            throw errno == ENOENT
                ? .missing(path: path) : .notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        let log = open(resolved + "-wal", O_RDONLY | O_CLOEXEC)
        let index = LogIndex(log)
        let header = Self.read(database, FileGuard.Header.length, at: 0).map(FileGuard.Header.init)
        let size = index.map { Int64($0.pageSize) } ?? (header.flatMap { $0.isSQLite ? $0.pageSize : nil })
        guard let size, (512...65_536).contains(size), size & (size - 1) == 0 else {
            close(database)
            if log >= 0 { close(log) }
            throw .cannotRepair(path: path, reason: "its first page, which has its format, cannot be read")
        }
        pageSize = Int(size)
        var status = stat()
        let bytes = fstat(database, &status) == 0 ? Int(status.st_size) : 0
        // Not what the log says that there are: it may say any number.
        pageCount = max((bytes + pageSize - 1) / pageSize, index?.pages.keys.max() ?? 0)
        logged = index?.pages ?? [:]
        self.database = database
        self.log = log
    }

    deinit {
        close(database)
        if log >= 0 { close(log) }
    }

    /// Pages that the database says it has, if it does: behind them, a file may have anything.
    var usedPages: Int {
        guard let header = page(1).map(FileGuard.Header.init), header.pageCount > 0 else { return pageCount }
        return min(pageCount, Int(header.pageCount))
    }

    /// The bytes of a page; nil where they cannot be read.
    func page(_ number: Int) -> [UInt8]? {
        if let offset = logged[number] { return Self.read(log, pageSize, at: offset) }
        guard number >= 1, number <= pageCount else { return nil }
        return Self.read(database, pageSize, at: Int64(number - 1) * Int64(pageSize))
    }

    fileprivate static func read(_ descriptor: Int32, _ count: Int, at offset: Int64) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }
}

/// The committed pages of a write-ahead log (https://www.sqlite.org/walformat.html).
private struct LogIndex {
    private static let headerLength: Int64 = 32
    private static let frameHeaderLength: Int64 = 24

    let pageSize: Int
    private var hasCommit = false
    /// Where the newest version of a page begins.
    private(set) var pages: [Int: Int64] = [:]

    /// Nil without a log, or one in which nothing is committed.
    init?(_ log: Int32) {
        guard log >= 0, let header = DamagedFile.read(log, Int(Self.headerLength), at: 0) else { return nil }
        let magic = header.bigEndian(0)
        guard magic | 1 == 0x377f_0683 else { return nil }
        pageSize = Int(header.bigEndian(8))
        guard (512...65_536).contains(pageSize) else { return nil }
        var sum = Checksum(isBigEndian: magic & 1 == 1)
        sum.add(header[..<24])
        guard sum.matches(header, 24) else { return nil }
        var uncommitted: [Int: Int64] = [:]
        var offset = Self.headerLength
        while let frame = DamagedFile.read(log, Int(Self.frameHeaderLength) + pageSize, at: offset) {
            // Frames of an older round have other salts.
            guard frame[8..<16].elementsEqual(header[16..<24]) else { break }
            sum.add(frame[..<8])
            sum.add(frame[Int(Self.frameHeaderLength)...])
            guard sum.matches(frame, 16) else { break }
            uncommitted[Int(frame.bigEndian(0))] = offset + Self.frameHeaderLength
            let size = frame.bigEndian(4)
            if size > 0 {
                pages.merge(uncommitted) { _, new in new }
                uncommitted = [:]
                hasCommit = true
            }
            offset += Self.frameHeaderLength + Int64(pageSize)
        }
        guard hasCommit else { return nil }
    }

    /// The log's running sum over pairs of words.
    private struct Checksum {
        let isBigEndian: Bool
        private var first: UInt32 = 0
        private var second: UInt32 = 0

        init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

        mutating func add(_ bytes: ArraySlice<UInt8>) {
            bytes.withUnsafeBytes { raw in
                for offset in stride(from: 0, to: raw.count - 7, by: 8) {
                    first &+= word(raw, offset) &+ second
                    second &+= word(raw, offset + 4) &+ first
                }
            }
        }

        private func word(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
        }

        func matches(_ bytes: [UInt8], _ offset: Int) -> Bool {
            bytes.bigEndian(offset) == first && bytes.bigEndian(offset + 4) == second
        }
    }
}

extension [UInt8] {
    /// The 32 bits at `offset`.
    func bigEndian(_ offset: Int) -> UInt32 {
        self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
