#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Reads files that people write: configurations, keys, certificates.
///
/// A path may name anything, also a FIFO (`<(…)` of a shell is one), a device or standard input. So reading
/// ends after so many bytes and so many seconds.
public enum SmallFile {
    /// Why a file cannot be read, as the end of a sentence.
    public struct Unreadable: Error, Sendable, Hashable, CustomStringConvertible {
        public var reason: String
        /// Whether there is nothing at the path.
        public var isMissing = false

        public init(reason: String, isMissing: Bool = false) {
            self.reason = reason
            self.isMissing = isMissing
        }

        public var description: String { reason }
    }

    /// The bytes of the file at `path`.
    /// - Parameters:
    ///   - limit: the most bytes that it may have.
    ///   - patience: seconds that what is not a regular file may take.
    public static func read(_ path: String, atMost limit: Int, patience: Int = 10) throws(Unreadable) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw Unreadable(reason: "the file does not exist", isMissing: true) }
            throw Unreadable(reason: "the file cannot be read: check its permissions")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Unreadable(reason: "the file cannot be read") }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw Unreadable(reason: "it is a directory, not a file")
        }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        let clock = Patience(seconds: patience)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if !isRegular, !clock.waits(for: descriptor) {
                throw Unreadable(reason: "it is not a regular file, and did not end within \(patience) s")
            }
            let count = Self.read(descriptor, &piece)
            if count == 0 { return bytes }
            if count < 0 {
                guard errno == EINTR || errno == EAGAIN, !isRegular else {
                    throw Unreadable(
                        reason: "the file cannot be read: \(SystemError.text(errno))")
                }
                continue
            }
            bytes += piece.prefix(count)
            guard bytes.count <= limit else { throw Unreadable(reason: "it has more than \(limit) bytes") }
        }
    }

    private static func read(_ descriptor: Int32, _ piece: inout [UInt8]) -> Int {
        piece.withUnsafeMutableBytes { buffer in
            #if canImport(Glibc)
                Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    /// The time that is left.
    private struct Patience {
        private let end: ContinuousClock.Instant

        init(seconds: Int) { end = .now + .seconds(seconds) }

        /// Waits until there is something to read, or the end; false when time is up.
        func waits(for descriptor: Int32) -> Bool {
            while true {
                let left = end - .now
                guard left > .zero else { return false }
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let ready = poll(&entry, 1, Int32(clamping: left.components.seconds * 1000 + 1000))
                if ready > 0 { return true }
                if ready == -1, errno != EINTR { return false }
            }
        }
    }
}
