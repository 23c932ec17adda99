#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file that stays open, and the path where it was found.
///
/// It is closed after the database: closing any descriptor of a file drops all locks that the process holds on it (POSIX),
/// SQLite's among them.
final class WatchedFile: Sendable {
    /// The system gave no answer, as when a disk fails or descriptors run out: that says nothing about the file.
    struct NoAnswer: Error {
        let code: Int32

        /// Of the call that has just failed.
        init() { code = errno }

        var reason: String { String(cString: strerror(code)) }
    }

    let path: String
    let identity: FileGuard.Identity
    let mode: mode_t
    private let descriptor: Int32

    init(_ path: String) throws(NoAnswer) {
        self.path = path
        // A FIFO without a writer must not block the start.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw NoAnswer() }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = NoAnswer()
            close(descriptor)
            throw failure
        }
        (identity, mode) = (FileGuard.Identity(status), status.st_mode)
    }

    deinit { close(descriptor) }

    /// What is at the path now; nil when nothing is.
    func identityAtPath() throws(NoAnswer) -> FileGuard.Identity? {
        var status = stat()
        if stat(path, &status) == 0 { return FileGuard.Identity(status) }
        guard errno == ENOENT || errno == ENOTDIR else { throw NoAnswer() }
        return nil
    }

    /// Bytes of the file.
    func size() throws(NoAnswer) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw NoAnswer() }
        return Int64(status.st_size)
    }

    /// The bytes from `offset` on, fewer than `count` where the file ends.
    func bytes(_ count: Int, at offset: Int64 = 0) throws(NoAnswer) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(descriptor, &bytes, count, off_t(offset))
        guard read >= 0 else { throw NoAnswer() }
        return Array(bytes[..<read])
    }
}
