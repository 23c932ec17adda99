internal import Foundation
internal import Transport

/// Where a copy of the history goes: a new file, or something to write through such as a FIFO.
public struct BackupFile {
    private enum Target {
        case stream(Int32)
        case new(String)
    }

    private let name: String
    private let target: Target

    /// - Throws: ``OutputError``, also when there is a file already: it may be the only good copy.
    public init(_ path: String) throws {
        name = path
        switch try OutputPath(path) {
        case .descriptor(let descriptor): target = .stream(descriptor)
        case .new(let path):
            // SQLite would take what another database has left for a part of this one.
            if let left = UnfinishedFiles.sides.map({ path + $0 }).first(where: { access($0, F_OK) == 0 }) {
                throw OutputError(
                    "cannot write to \(path): \(left) is left of another database; remove it, or choose another name")
            }
            target = .new(path)
        case .regular:
            throw OutputError("cannot write to \(path): the file already exists; expected a new file")
        }
    }

    /// Has `make` make the copy at a path, and puts it in place once it is complete.
    /// - Throws: ``OutputError``, and what `make` throws.
    public func write(_ make: (String) async throws -> Void) async throws {
        let folder =
            switch target {
            case .stream: FileManager.default.temporaryDirectory.path(percentEncoded: false)
            case .new(let path): OutputPath.folder(path)
            }
        let copy = "\(folder)/.algolia-exporter-\(UInt64.random(in: 0...UInt64.max))"
        UnfinishedFiles.shared.add(copy)
        defer { UnfinishedFiles.shared.discard(copy) }
        try await make(copy)
        let descriptor = open(copy, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        switch target {
        case .stream(let stream):
            let outcome = DescriptorOutput.copy(descriptor, to: stream)
            guard case .success = outcome, close(stream) == 0 else { throw failure(outcome.code ?? errno) }
        case .new(let path):
            guard fsync(descriptor) == 0 else { throw failure(errno) }
            // A link, other than a new name, never replaces what somebody made meanwhile.
            if link(copy, path) == 0 { return }
            let code = errno
            guard code != EEXIST, access(path, F_OK) != 0, rename(copy, path) == 0 else { throw failure(code) }
        }
    }

    private func failure(_ code: Int32) -> OutputError {
        OutputError("cannot write to \(name): \(SystemError.text(code))")
    }
}
