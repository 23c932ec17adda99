internal import Foundation

/// Writes to an open descriptor, whose reader may be gone, slow, or of the kind that does not wait.
struct DescriptorOutput {
    let descriptor: Int32
    /// Whether the last text was written in part, so that the next one starts on a new line.
    private var isTorn = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a line with its end.
    /// - Returns: false when not all of it could be written.
    mutating func write(_ line: String) -> Bool {
        if isTorn, Self.write(Array("\n".utf8), to: descriptor) == .all { isTorn = false }
        switch Self.write(Array(line.utf8), to: descriptor) {
        case .all: return true
        case .some: isTorn = true
        case .none: break
        }
        return false
    }

    enum Outcome: Equatable {
        case all
        /// `errno`; no byte was written, or not all.
        case none(Int32), some(Int32)
    }

    /// Writes all of `bytes`, waiting as long as the reader takes.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Outcome {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count > 0 {
                    written += count
                    continue
                }
                let code = count == 0 ? EIO : errno
                switch code {
                case EINTR: continue
                case EAGAIN where waits(for: descriptor): continue
                default: return written == 0 ? .none(code) : .some(code)
                }
            }
            return .all
        }
    }

    /// How many bytes were copied, or `errno`.
    enum Copy {
        case success(off_t)
        case failure(Int32)

        var code: Int32? {
            guard case .failure(let code) = self else { return nil }
            return code
        }
    }

    /// Writes all that is left of `source`, a file, to `target`.
    static func copy(_ source: Int32, to target: Int32) -> Copy {
        var size: off_t = 0
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &piece, piece.count)
            if count == -1, errno == EINTR { continue }
            guard count >= 0 else { return .failure(errno) }
            if count == 0 { return .success(size) }
            switch write(Array(piece.prefix(count)), to: target) {
            case .all: size += off_t(count)
            case .none(let code), .some(let code): return .failure(code)
            }
        }
    }

    /// Waits until `descriptor`, which does not wait by itself, takes bytes or fails.
    private static func waits(for descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&entry, 1, -1)
        return ready > 0 || ready == -1 && errno == EINTR
    }
}
