import Foundation
import Testing

/// A pipe whose both ends the test holds; reading never waits.
final class TestPipe: Sendable {
    let reader: Int32
    let writer: Int32
    private let isReaderOpen: Bool

    /// - Parameters:
    ///   - size: bytes that it holds, a multiple of a page; nil for the system's default.
    ///   - hasReader: whether somebody could still read it.
    init(size: Int32? = nil, hasReader: Bool = true) throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
        for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(reader, F_SETFL, O_NONBLOCK)
        if let size { _ = fcntl(writer, 1031 /* F_SETPIPE_SZ */, size) }
        isReaderOpen = hasReader
        if !hasReader { close(ends[0]) }
    }

    /// The writing end stays open: a log's thread keeps its number as long as the process lives, and would write into
    /// whatever had that number next.
    deinit {
        if isReaderOpen { close(reader) }
    }

    /// What can be read now.
    func read() -> String {
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Foundation.read(reader, &bytes, bytes.count), count > 0 { text += bytes.prefix(count) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text read until `isComplete` says so of it: within ten minutes, because the machine may be busy.
    func text(until isComplete: (String) -> Bool) async throws -> String {
        var text = ""
        let end = ContinuousClock.now + .seconds(600)
        while true {
            text += read()
            if isComplete(text) { return text }
            try #require(ContinuousClock.now < end, "read so far: \(text.suffix(200))")
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
