import Foundation

/// Standard output and error, for people. What terminals obey is escaped.
enum Console {
    /// A line, or several, on standard error. Never waits for its reader, and never fails.
    static func error(_ text: String) {
        LogWriter.standardError.write("\(text.printable(keepsLines: true))\n")
    }

    /// Overwrites the current line of standard error; for a terminal.
    static func progress(_ text: String) {
        LogWriter.standardError.write("\r\u{1B}[K\(text.printable())")
    }

    /// A line, or several, on standard output.
    /// - Throws: ``CommandError`` when it cannot be written: what was asked for is then missing.
    static func output(_ text: String) throws {
        let line = "\(text.printable(keepsLines: true))\n"
        switch DescriptorOutput.write(Array(line.utf8), to: STDOUT_FILENO) {
        case .all: return
        case .none(let code), .some(let code):
            throw CommandError("cannot write to standard output: \(SystemError.text(code))")
        }
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// An error of the operating system.
enum SystemError {
    /// What `code` means, to follow a colon.
    static func text(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
