import ArgumentParser
import Settings

/// The lines on standard error for what ends a command.
///
/// 1. Each problem is one line: `error: `, then the state, the cause, and what to do.
/// 2. A mistake on the command line is followed by two more: the command's usage, and where its help is.
struct FailureText {
    /// The exit status when the command line is wrong: `EX_USAGE` of sysexits(3).
    static let usageStatus: Int32 = 64

    /// A line for each problem; none for an error that has been reported.
    let problems: [String]
    /// The lines behind them.
    var hints: [String] = []
    /// The exit status of the process.
    let status: Int32

    var lines: [String] { problems.map { "error: \(SecretFreeText.withoutPasswords($0))" } + hints }

    init(_ error: any Error) {
        switch error {
        case let code as ExitCode:
            (problems, status) = ([], code.rawValue)
        case let error as CommandMistake:
            (problems, status) = ([SecretFreeText.withoutKeys(error.text)], Self.usageStatus)
            hints = Self.hints(usage: "\(error.command) \(error.expected)", command: error.command)
        case _ where AlgoliaExporter.exitCode(for: error) == .validationFailure:
            let message = SecretFreeText.withoutKeys(AlgoliaExporter.message(for: error))
            (problems, status) = ([Self.plain(message)], Self.usageStatus)
            hints = Self.hints(AlgoliaExporter.fullMessage(for: error))
        case let error as SettingsError:
            (problems, status) = (error.problems.map(\.description), 1)
        default:
            problems = "\(error)".split(separator: "\n").map(String.init)
            status = 1
        }
    }

    private static func hints(usage: String, command: String) -> [String] {
        ["Usage: \(usage)", "Run '\(command) --help' for more information."]
    }

    /// The hints in ArgumentParser's message, which ends with the usage, every option in it, and `See '… --help' …`.
    private static func hints(_ message: String) -> [String] {
        guard let command = message.firstMatch(of: /See '(.+) --help'/)?.1,
            let usage = message.split(separator: "\n").last(where: { $0.hasPrefix("Usage: ") })?.dropFirst(7)
        else { return [] }
        // The options are the help's to list.
        let words = usage.replacing(/\ \[-[^\]]*\]|\ \[?<options>\]?/, with: "")
        return hints(usage: words == usage ? "\(usage)" : "\(words) [options]", command: String(command))
    }

    /// ArgumentParser's message as one of this program's: on one line, with `; expected` and `; did you mean`.
    static func plain(_ message: String) -> String {
        var text = message.split(separator: "\n").map { $0.trimming(" ") }.joined(separator: " ")
        text.replace(/'(-[^' ]+) <[^'>]*>'/) { $0.1 }
        text.replace(". Did you mean", with: "; did you mean")
        text.replace(/\. Please provide one of(?: the following:)?/, with: "; expected")
        text.replace(/( is invalid for \S+): expected/) { "\($0.1); expected" }
        if text.hasSuffix(".") { text.removeLast() }
        // A name such as `--shard` or that of a variable is what it is.
        let isWord = text.dropFirst().first?.isLowercase ?? false
        return isWord ? text.prefix(1).lowercased() + text.dropFirst() : text
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> Substring {
        let start = drop { $0 == character }
        return start.lastIndex { $0 != character }.map { start[...$0] } ?? ""
    }
}

/// Texts that repeat what a user wrote, without the passwords and keys that may be in it.
enum SecretFreeText {
    /// `text` without users and passwords of URLs.
    static func withoutPasswords(_ text: String) -> String {
        text.replacing(/(:\/\/)[^\/@\s'"]*@/) { "\($0.1)***@" }
    }

    /// The same without words that may be keys.
    static func withoutKeys(_ text: String) -> String {
        withoutPasswords(text).replacing(/[^\s'"]+/) { word in
            let word = String(word.output)
            // A number, however long, is no key.
            let isNumber = word.split(separator: "=").last?.allSatisfy(\.isNumber) ?? false
            return ShownText.mayHoldKey(word) && !isNumber ? "(not shown, it may hold a key)" : word
        }
    }
}
