internal import Foundation
internal import Transport

/// Standard output and error, for people. What terminals obey is escaped.
public enum Console {
    /// A line, or several, on standard error. Never waits for its reader, and never fails.
    public static func error(_ text: String) {
        LogWriter.standardError.write("\(text.printable(keepsLines: true))\n")
    }

    /// Overwrites the current line of standard error; for a terminal.
    public static func progress(_ text: String) {
        LogWriter.standardError.write("\r\u{1B}[K\(text.printable())")
    }

    /// A line, or several, on standard output.
    /// - Throws: ``OutputError`` when it cannot be written: what was asked for is then missing.
    public static func output(_ text: String) throws {
        let line = "\(text.printable(keepsLines: true))\n"
        switch DescriptorOutput.write(Array(line.utf8), to: STDOUT_FILENO) {
        case .all: return
        case .none(let code), .some(let code):
            throw OutputError("cannot write to standard output: \(SystemError.text(code))")
        }
    }

    /// Whether standard error is a terminal.
    public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Something cannot be written; the description says what and why.
public struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
