internal import Foundation
internal import Transport

/// Standard output and error, for people. What terminals obey is escaped.
public enum Console {
    /// A line, or several, on standard error. Never waits for its reader, and never fails.
    public static func error(_ text: String) {
        LogWriter.standardError.write("\(text.printable(keepsLines: true))\n")
    }

    /// Shows a text below everything that is written to standard error, in place of the one before; for a terminal. Nil
    /// ends it: the last one stays, as a line.
    public static func progress(_ text: String?) {
        LogWriter.standardError.show(status: text?.printable())
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

    /// The width of the terminal that standard error is, in columns; nil when it is none, or one that cannot move its
    /// cursor (`TERM=dumb`).
    public static var columns: Int? {
        guard isatty(STDERR_FILENO) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Something cannot be written; the description says what and why.
public struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
