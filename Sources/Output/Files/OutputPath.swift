internal import Foundation
internal import Transport

/// The kind of thing that the path of an output names.
enum OutputPath {
    /// Something to write through, open.
    case descriptor(Int32)
    /// No file yet, at this path once links are followed.
    case new(String)
    /// A regular file, at this path once links are followed.
    case regular(String, stat)

    /// Most links that lead from one to the next, as Linux has it.
    private static let mostLinks = 40

    /// - Throws: ``OutputError`` when nothing can be written there.
    init(_ path: String) throws {
        func failure(_ reason: String) -> OutputError { OutputError("cannot write to \(path): \(reason)") }
        // Reopening these would begin at the start of a file that the shell has opened.
        if let number = Self.descriptor(path) {
            let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
            guard copy >= 0 else { throw failure(SystemError.text(errno)) }
            self = .descriptor(copy)
            return
        }
        let target = try Self.target(path)
        var status = stat()
        guard stat(target, &status) == 0 else {
            guard errno == ENOENT, !target.hasSuffix("/") else { throw failure(SystemError.text(errno)) }
            self = .new(target)
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .regular(target, status)
        case S_IFDIR: throw failure("it is a folder; expected a file")
        default: self = .descriptor(try Self.open(target, isFIFO: status.st_mode & S_IFMT == S_IFIFO, failure))
        }
    }

    private static func open(_ path: String, isFIFO: Bool, _ failure: (String) -> OutputError) throws -> Int32 {
        var descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        if descriptor == -1, errno == ENXIO, isFIFO {
            Console.error("waiting for a reader of \(path)")
            descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw failure(SystemError.text(errno)) }
        return descriptor
    }

    /// The number in `/dev/stdout`, `/dev/fd/63` and their like; nil for other paths.
    private static func descriptor(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            let folder = ["/dev/fd/", "/proc/self/fd/"].first { path.hasPrefix($0) }
            return folder.flatMap { Int32(path.dropFirst($0.count)) }
        }
    }

    /// Where `path` leads, also when there is nothing yet: a link stays, and what it names is written.
    private static func target(_ path: String) throws -> String {
        var target = path
        for _ in 0..<mostLinks {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let length = readlink(target, &buffer, buffer.count - 1)
            guard length > 0 else { return target }
            let link = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            target = link.hasPrefix("/") ? link : "\(folder(target))/\(link)"
        }
        throw OutputError("cannot write to \(path): too many links")
    }

    /// The folder that `path` is in.
    static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
