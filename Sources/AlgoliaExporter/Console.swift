import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Standard error, for people.
enum Console {
    static func error(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }

    /// Overwrites the current line; for a terminal.
    static func progress(_ text: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
