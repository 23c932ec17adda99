#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The write-ahead log beside an open database, and the index of it: `-wal` and `-shm`.
///
/// SQLite trusts both as long as the database is open. In a log that was cut it leaves a hole, which it later takes for
/// pages of zeros; of an index that was deleted it knows nothing, while other programs make a new one and write
/// beside it.
final class WriteAheadLog: Sendable {
    /// The first part of the index, which is there twice (https://www.sqlite.org/walformat.html, section 2.1).
    struct Header: Sendable, Hashable {
        /// Bytes of both copies.
        static let length = 96
        /// Bytes of the log before its first frame, and of a frame beside its page.
        private static let logHeader: Int64 = 32, frameHeader: Int64 = 24

        private let frames: Int64
        private let pageSize: Int64
        /// Numbers that the log repeats from its byte 16 on.
        let salts: [UInt8]

        /// The bytes that the log has at least; nil when it may have any.
        var logSize: Int64? { frames == 0 ? nil : Self.logHeader + frames * (pageSize + Self.frameHeader) }

        /// Nil for what is no index, or one that is being written.
        init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.length, bytes[..<48] == bytes[48...], bytes[12] == 1 else { return nil }
            // In the order of this machine's bytes.
            frames = Int64(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) })
            let size = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 14, as: UInt16.self) }
            pageSize = size == 1 ? 65_536 : Int64(size)
            salts = Array(bytes[32..<40])
        }
    }

    private let path: String
    private let log: WatchedFile
    private let index: WatchedFile

    /// Takes the files beside the database at `path` for what they should be; nil where they are not both there.
    init?(besideFileAt path: String) {
        guard let log = try? WatchedFile(Self.path(path)), let index = try? WatchedFile(Self.indexPath(path)) else {
            return nil
        }
        (self.path, self.log, self.index) = (path, log, index)
    }

    /// Where SQLite has the log of the database at `path`.
    static func path(_ path: String) -> String { path + "-wal" }

    private static func indexPath(_ path: String) -> String { path + "-shm" }

    /// What has happened to the log or its index.
    func find() throws(WatchedFile.NoAnswer) -> HistoryProblem? {
        guard try log.identityAtPath() == log.identity, try index.identityAtPath() == index.identity else {
            return .logDeleted
        }
        return try isWhole() ? nil : .logOverwritten
    }

    /// Whether the log is what its index says. Of an index that was cut nothing is said: SQLite, which has it mapped,
    /// ends the process by SIGBUS.
    private func isWhole() throws(WatchedFile.NoAnswer) -> Bool {
        // A log that begins anew is first counted as empty, so its first bytes belong to an index that was the same
        // before and after them.
        guard let header = try header(), let size = header.logSize else { return true }
        let (salts, found) = (try log.bytes(header.salts.count, at: 16), try log.size())
        return try header != self.header() || (found >= size && salts == header.salts)
    }

    private func header() throws(WatchedFile.NoAnswer) -> Header? { Header(try index.bytes(Header.length)) }

    /// Whether no other file stands where the log or its index was: then nobody has opened the database without them.
    var isUnreplaced: Bool {
        [log, index].allSatisfy { file in
            do {
                let there = try file.identityAtPath()
                return there == nil || there == file.identity
            } catch { return false }
        }
    }

    /// Moves the log away, if it is still this one.
    func moveAside() {
        guard FileGuard.Identity(ofFileAt: log.path) == log.identity else { return }
        Self.moveAside(besideFileAt: path)
    }

    /// Moves the log beside the database at `path` away, so that it is not played into that database.
    static func moveAside(besideFileAt path: String) {
        _ = rename(Self.path(path), Self.path(path) + ".detached")
        // The index of a log is made anew where it is missing.
        _ = unlink(indexPath(path))
    }
}
