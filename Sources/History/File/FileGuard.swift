private import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Watches that the file at a path is still the one that was opened.
///
/// Invariants:
/// 1. A problem stays: nothing is written to a file that was once found to be another, or damaged.
/// 2. The write-ahead log of a file that is gone is moved aside at once. SQLite finds a log by its name
///    alone and would play it into whatever file takes the old one's place. So is a log that something else has
///    changed: what was written back from it before is newer than what it may still have.
/// 3. A system that gives no answer, as when a disk fails, says nothing about the file.
final class FileGuard: Sendable {
    /// The identity of a file.
    struct Identity: Sendable, Hashable {
        var device: UInt64
        var number: UInt64

        init(device: UInt64, number: UInt64) {
            self.device = device
            self.number = number
        }

        /// Nil when there is no file.
        init?(ofFileAt path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// The first bytes of an SQLite file (https://www.sqlite.org/fileformat.html, section 1.3).
    struct Header: Sendable, Hashable {
        static let length = 100

        var isSQLite: Bool
        var pageSize: Int64
        var pageCount: Int64
        /// Grows with each change of the schema, and each `VACUUM`.
        var schemaCookie: UInt32

        init(_ bytes: [UInt8]) {
            func number(_ offset: Int) -> UInt32 {
                bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
            }
            isSQLite = bytes.starts(with: Array("SQLite format 3\0".utf8))
            let size = Int64(bytes[16]) << 8 | Int64(bytes[17])
            pageSize = size == 1 ? 65_536 : size
            pageCount = Int64(number(28))
            schemaCookie = number(40)
        }
    }

    private struct State {
        var problem: HistoryProblem?
        /// Nil as long as the log is not known.
        var log: WriteAheadLog?
        /// The schema cookies that the file may have.
        var cookies: ClosedRange<UInt32>?
        /// Bytes of the file when it was last found good.
        var size: Int64 = 0
    }

    private let file: WatchedFile
    private let state = Mutex(State())

    /// Opens the file at `path` for looking at it.
    /// - Parameters:
    ///   - path: as it is configured, for errors.
    ///   - resolved: the same without links.
    init(_ path: String, resolved: String) throws(HistoryError) {
        do {
            file = try WatchedFile(resolved)
        } catch {
            throw error.code == ENOENT
                ? .missing(path: path) : .notReadable(path: path, reason: error.reason)
        }
        guard file.mode & S_IFMT == S_IFREG else { throw HistoryFile.wrongKind(path, file.mode) }
    }

    /// Where the file is, links resolved: beside it is the log.
    var path: String { file.path }

    var identity: Identity { file.identity }

    var logPath: String { WriteAheadLog.path(path) }

    /// Bytes of the file; 0 when they are not known.
    var size: Int64 { (try? file.size()) ?? 0 }

    /// The file's header; nil where it is shorter.
    func header() throws(WatchedFile.NoAnswer) -> Header? {
        let bytes = try file.bytes(Header.length)
        return bytes.count == Header.length ? Header(bytes) : nil
    }

    /// Takes the file and its log as they are now for what they should be.
    func start() {
        let cookie = (try? header())?.schemaCookie
        let size = size
        let log = WriteAheadLog(besideFileAt: path)
        state.withLock { state in
            state.size = size
            state.log = log
            state.cookies = cookie.map { $0...$0 }
        }
    }

    /// The problem that was found.
    var problem: HistoryProblem? { state.withLock { $0.problem } }

    /// Notes that the file is damaged, unless another problem is known.
    func noteDamage(_ reason: String) {
        state.withLock { $0.problem = $0.problem ?? .damaged(reason: reason) }
    }

    /// Looks whether the file is still the one that was opened.
    /// - Parameter schemaCookie: what the database says of its schema, asked only when the file says something new; nil
    ///   where it is no database. An error says nothing about the file, as when the disk or a lock fails.
    /// - Returns: the problem, if there is one.
    func look(schemaCookie: () throws -> UInt32?) -> HistoryProblem? {
        if let problem { return problem }
        // Moving the log aside for a failing disk would lose what is in it.
        guard let found = try? find(schemaCookie) else { return nil }
        state.withLock { $0.problem = $0.problem ?? found }
        // The log of a file that was cut may still serve for its rescue.
        let isUseless =
            [.deleted, .replaced, .overwritten, .logOverwritten].contains(found) || (try? file.size()) == 0
        if isUseless { state.withLock { $0.log }?.moveAside() }
        return problem
    }

    /// Whether what the log holds can be written back into the file: the log or its index was deleted, and nobody has
    /// opened the database since.
    var canRescueLog: Bool {
        state.withLock { $0.problem == .logDeleted ? $0.log : nil }?.isUnreplaced ?? false
    }

    private func find(_ schemaCookie: () throws -> UInt32?) throws -> HistoryProblem? {
        guard let there = try file.identityAtPath() else { return .deleted }
        guard there == identity else { return .replaced }
        let (log, cookies) = state.withLock { ($0.log, $0.cookies) }
        // Not started: a new file that is still empty.
        guard let cookies else { return nil }
        guard try file.size() > 0 else { return .truncated }
        guard let header = try header(), header.isSQLite else { return .overwritten }
        if !cookies.contains(header.schemaCookie) {
            guard let newest = try schemaCookie(), header.schemaCookie >= cookies.lowerBound,
                header.schemaCookie <= newest
            else { return .overwritten }
            state.withLock { $0.cookies = cookies.lowerBound...newest }
        }
        if try isShort() { return .truncated }
        return try log?.find()
    }

    /// Whether the file has lost pages.
    ///
    /// That it lacks pages which its header counts proves nothing: a checkpoint writes the header first, and one
    /// that was killed, or found the disk full, leaves the other pages in the write-ahead log, where SQLite finds
    /// them. But only `VACUUM` makes a file shorter, and never shorter than its header then says.
    private func isShort() throws(WatchedFile.NoAnswer) -> Bool {
        // Another process may write the header and cut the file between two of these calls.
        for _ in 0..<3 {
            guard let header = try header() else { return true }
            let now = try file.size()
            let isWhole = state.withLock { state in
                guard now >= min(state.size, header.pageCount * header.pageSize) else { return false }
                state.size = now
                return true
            }
            if isWhole { return false }
        }
        return true
    }
}
