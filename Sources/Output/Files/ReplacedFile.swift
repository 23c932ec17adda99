internal import Foundation
internal import Transport

/// The content of a file, written beside it until it is complete.
final class ReplacedFile {
    /// The descriptor to write to.
    private(set) var descriptor: Int32 = -1

    private let path: String
    private let previous: stat?
    private var temporary = ""
    /// Whether the file itself must be written, because another in its place would not be the same to others.
    private var isInPlace = false

    /// - Parameter previous: the file that there is; nil when there is none.
    init(_ path: String, replacing previous: stat?) throws {
        self.path = path
        self.previous = previous
        if !create(in: OutputPath.folder(path)) {
            let code = errno
            // A folder in which only this file may be written.
            guard previous != nil, [EACCES, EPERM, EROFS].contains(code), access(path, W_OK) == 0,
                create(in: FileManager.default.temporaryDirectory.path(percentEncoded: false))
            else { throw failure(code) }
            isInPlace = true
        }
        guard let previous else { return }
        isInPlace = isInPlace || previous.st_nlink > 1
        if !isInPlace, fchown(descriptor, previous.st_uid, previous.st_gid) != 0 {
            var own = stat()
            fstat(descriptor, &own)
            isInPlace = own.st_uid != previous.st_uid || own.st_gid != previous.st_gid
        }
        guard isInPlace || fchmod(descriptor, previous.st_mode & 0o7777) == 0 else { throw failure(errno) }
    }

    deinit { discard() }

    /// Puts the content in place.
    /// - Throws: ``OutputError``; what was there before stays.
    func commit() throws {
        guard fsync(descriptor) == 0 else { throw failure(errno) }
        if isInPlace { return try copy() }
        guard rename(temporary, path) == 0 else {
            // A file that is a mount point, as in containers.
            guard previous != nil, [EBUSY, EXDEV, EACCES, EPERM].contains(errno) else { throw failure(errno) }
            return try copy()
        }
        UnfinishedFiles.shared.remove(temporary)
        temporary = ""
        let folder = open(OutputPath.folder(path), O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private func create(in folder: String) -> Bool {
        temporary = "\(folder)/.algolia-exporter-\(UInt64.random(in: 0...UInt64.max))"
        // From here on a signal removes it.
        UnfinishedFiles.shared.add(temporary)
        // The replacement is as private as possible until it gets the mode of the replaced file.
        let mode: mode_t = previous == nil ? 0o666 : 0o600
        descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        return descriptor >= 0
    }

    /// Writes the content over that of the file. One that fails in between is left empty, not half.
    private func copy() throws {
        let target = open(path, O_WRONLY | O_CLOEXEC)
        guard target >= 0 else { throw failure(errno) }
        defer { close(target) }
        lseek(descriptor, 0, SEEK_SET)
        switch DescriptorOutput.copy(descriptor, to: target) {
        case .success(let size):
            if ftruncate(target, size) == 0, fsync(target) == 0 { return }
            let code = errno
            ftruncate(target, 0)
            throw failure(code)
        case .failure(let code):
            ftruncate(target, 0)
            throw failure(code)
        }
    }

    private func discard() {
        if descriptor >= 0 { close(descriptor) }
        guard !temporary.isEmpty else { return }
        unlink(temporary)
        UnfinishedFiles.shared.remove(temporary)
    }

    private func failure(_ code: Int32) -> OutputError {
        OutputError("cannot write to \(path): \(SystemError.text(code))")
    }
}
