#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The lock of the one process that collects into a history. It ends with the process.
///
/// The lock is on a separate file beside the database: SQLite's own locks on the database would be
/// dropped with the descriptor (see ``FileGuard``). Readers, backups and compaction do not ask for it.
///
/// The file names the process, the database and its log, as they were when they were opened. So after a
/// crash it shows whether a log still belongs to the database beside it.
final class ExporterLock: Sendable {
    private let descriptor: Int32
    /// The database and its log as the last holder had them; nil when that is not known.
    let last: (database: FileGuard.Identity, log: FileGuard.Identity)?

    /// - Parameters:
    ///   - path: of the database as it is configured, for errors.
    ///   - resolved: the same without links, so that all links to a file share its lock.
    /// - Throws: ``HistoryError/inUse(path:process:)`` when another process has it.
    init(_ path: String, resolved: String) throws(HistoryError) {
        descriptor = open(resolved + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw errno == EROFS || errno == EACCES || errno == EPERM
                ? .notWritable(path: path) : .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        let numbers = Self.read(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            close(descriptor)
            throw .inUse(path: path, process: numbers.first.flatMap { Int32(exactly: $0) })
        }
        last =
            numbers.count == 5
            ? (
                FileGuard.Identity(device: numbers[1], number: numbers[2]),
                FileGuard.Identity(device: numbers[3], number: numbers[4])
            ) : nil
        // What the last holder noted stays until this one has opened the database: a start that fails before
        // must not make the next one forget whose log that is.
        Self.write([UInt64(getpid())] + (last == nil ? [] : numbers[1...]), descriptor)
    }

    deinit {
        // A child that was forked and has not yet begun its own program shares the lock: closing alone would leave it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Remembers what the holder has opened.
    func note(_ database: FileGuard.Identity, log: FileGuard.Identity) {
        Self.write([UInt64(getpid()), database.device, database.number, log.device, log.number], descriptor)
    }

    private static func read(_ descriptor: Int32) -> [UInt64] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return [] }
        return String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .compactMap { UInt64($0) }
    }

    private static func write(_ numbers: [UInt64], _ descriptor: Int32) {
        let text = numbers.map(String.init).joined(separator: " ") + "\n"
        // A note for people and for the next start; the lock itself needs no contents.
        guard ftruncate(descriptor, 0) == 0 else { return }
        let bytes = Array(text.utf8)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
