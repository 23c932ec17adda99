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
///    alone and would play it into whatever file takes the old one's place.
/// 3. The descriptor stays open as long as the database is: closing any descriptor of a file drops all
///    locks that the process holds on it (POSIX), SQLite's among them.
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
        var log: Identity?
        /// The schema cookies that the file may have.
        var cookies: ClosedRange<UInt32>?
        /// Bytes of the file when it was last found good.
        var size: Int64 = 0
    }

    /// Where the file is, links resolved: beside it is the log.
    let path: String
    let identity: Identity
    private let descriptor: Int32
    private let state = Mutex(State())

    /// Opens the file at `path` for looking at it.
    /// - Parameters:
    ///   - path: as it is configured, for errors.
    ///   - resolved: the same without links.
    init(_ path: String, resolved: String) throws(HistoryError) {
        self.path = resolved
        // A FIFO without a writer must not block the start.
        let descriptor = open(resolved, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? .missing(path: path) : .notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw .notReadable(path: path, reason: String(cString: strerror(errno)))
        }
        identity = Identity(status)
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw HistoryFile.wrongKind(path, status.st_mode)
        }
    }

    deinit { close(descriptor) }

    var logPath: String { path + "-wal" }

    /// Bytes of the file.
    var size: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// The file's header; nil where it is shorter.
    func header() -> Header? {
        var bytes = [UInt8](repeating: 0, count: Header.length)
        guard pread(descriptor, &bytes, Header.length, 0) == Header.length else { return nil }
        return Header(bytes)
    }

    /// Takes the file and its log as they are now for what they should be.
    func start() {
        let cookie = header()?.schemaCookie
        let size = size
        state.withLock { state in
            state.size = size
            state.log = Identity(ofFileAt: logPath)
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
        guard let found = find(schemaCookie) else { return nil }
        state.withLock { $0.problem = $0.problem ?? found }
        if found != .truncated || size == 0 { moveLogAside() }
        return problem
    }

    private func find(_ schemaCookie: () throws -> UInt32?) -> HistoryProblem? {
        guard let there = Identity(ofFileAt: path) else { return .deleted }
        guard there == identity else { return .replaced }
        let (log, cookies) = state.withLock { ($0.log, $0.cookies) }
        // Not started: a new file that is still empty.
        guard let cookies else { return nil }
        guard size > 0 else { return .truncated }
        guard let header = header(), header.isSQLite else { return .overwritten }
        if !cookies.contains(header.schemaCookie) {
            let newest: UInt32?
            // Moving the log aside for a failing disk would lose what is in it.
            do { newest = try schemaCookie() } catch { return nil }
            guard let newest, header.schemaCookie >= cookies.lowerBound, header.schemaCookie <= newest
            else { return .overwritten }
            state.withLock { $0.cookies = cookies.lowerBound...newest }
        }
        if isShort() { return .truncated }
        if let log, Identity(ofFileAt: logPath) != log { return .logDeleted }
        return nil
    }

    /// Whether the file has lost pages.
    ///
    /// That it lacks pages which its header counts proves nothing: a checkpoint writes the header first, and one
    /// that was killed, or found the disk full, leaves the other pages in the write-ahead log, where SQLite finds
    /// them. But only `VACUUM` makes a file shorter, and never shorter than its header then says.
    private func isShort() -> Bool {
        // Another process may write the header and cut the file between two of these calls.
        for _ in 0..<3 {
            guard let header = header() else { return true }
            let now = size
            let isWhole = state.withLock { state in
                guard now >= min(state.size, header.pageCount * header.pageSize) else { return false }
                state.size = now
                return true
            }
            if isWhole { return false }
        }
        return true
    }

    private func moveLogAside() {
        guard let log = state.withLock({ $0.log }), Identity(ofFileAt: logPath) == log else { return }
        _ = rename(logPath, logPath + ".detached")
        // The index of a log is made anew where it is missing.
        _ = unlink(path + "-shm")
    }
}
