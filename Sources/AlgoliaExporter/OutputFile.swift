import Foundation

/// A file, or standard output, that is written in large pieces.
final class OutputFile {
    private static let piece = 1 << 20

    private let handle: FileHandle
    private let path: String
    private var buffer: [UInt8] = []

    /// - Parameter path: nil for standard output.
    init(_ path: String?) throws {
        self.path = path ?? "standard output"
        guard let path else {
            handle = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw CommandError("\(path) cannot be written; expected a file in a folder that exists") }
        self.handle = handle
    }

    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= Self.piece { try flush() }
    }

    /// Writes the rest.
    func close() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        do {
            try handle.write(contentsOf: Data(buffer))
        } catch {
            throw CommandError("\(path) cannot be written any further: \(error.localizedDescription)")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
