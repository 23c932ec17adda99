internal import Foundation
internal import Transport

/// The output of a command: standard output, or the file that a path names.
///
/// 1. What is not a regular file (a device, a FIFO, `/dev/stdout`, `>(…)`) is written through and never replaced.
/// 2. A regular file has its old content, or nothing, until ``close()`` puts the whole new one in its place. It
///    keeps its mode, owner and links.
/// 3. A failure, or the end of the process, leaves nothing behind.
public final class OutputFile {
    private static let piece = 1 << 20

    private enum Target {
        case stream(Int32)
        case file(ReplacedFile)
    }

    private let target: Target
    private let name: String
    private var buffer: [UInt8] = []

    /// - Parameter path: nil for standard output.
    /// - Throws: ``OutputError``.
    public init(_ path: String?) throws {
        name = path ?? "standard output"
        guard let path else {
            target = .stream(STDOUT_FILENO)
            return
        }
        switch try OutputPath(path) {
        case .descriptor(let descriptor): target = .stream(descriptor)
        case .new(let path): target = .file(try ReplacedFile(path, replacing: nil))
        case .regular(let path, let status): target = .file(try ReplacedFile(path, replacing: status))
        }
    }

    /// Appends `bytes`.
    /// - Throws: ``OutputError``.
    public func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= Self.piece { try flush() }
    }

    /// Writes the rest, and puts a file in place.
    /// - Throws: ``OutputError``; a regular file then has its old content.
    public func close() throws {
        try flush()
        switch target {
        case .stream(let descriptor):
            guard descriptor == STDOUT_FILENO || Foundation.close(descriptor) == 0 else { throw failure(errno) }
        case .file(let file): try file.commit()
        }
    }

    private func flush() throws {
        let descriptor =
            switch target {
            case .stream(let descriptor): descriptor
            case .file(let file): file.descriptor
            }
        switch DescriptorOutput.write(buffer, to: descriptor) {
        case .all: buffer.removeAll(keepingCapacity: true)
        case .none(let code), .some(let code): throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> OutputError {
        OutputError("cannot write to \(name): \(SystemError.text(code))")
    }
}
