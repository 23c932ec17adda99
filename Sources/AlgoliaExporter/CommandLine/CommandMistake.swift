import ArgumentParser
import Settings

/// A command line that ArgumentParser would misread: a word that names no command, which it hands to the default
/// command; a missing command, for which it prints help and succeeds; bytes that are not text, which it replaces.
struct CommandMistake: Error, Hashable {
    /// The state and the cause, and what to do.
    var text: String
    /// The words of the command whose help tells more.
    var command: String
    /// What follows ``command`` in its usage.
    var expected = "<command>"

    /// Looks for such a mistake in the arguments after the program's name.
    /// - Throws: `CommandMistake`.
    static func check(_ arguments: [String]) throws(CommandMistake) {
        var (command, path): (any ParsableCommand.Type, String) = (AlgoliaExporter.self, AlgoliaExporter._commandName)
        var words = arguments[...]
        let isHelp = words.first == "help"
        if isHelp { words.removeFirst() }
        while case let commands = command.configuration.subcommands, !commands.isEmpty {
            let names = commands.map { $0._commandName }
            guard let word = words.popFirst() else {
                guard !isHelp, command.configuration.defaultSubcommand == nil else { return }
                throw CommandMistake(text: "missing command; expected \(list(names))", command: path)
            }
            // An option: of the default command, or `--help`.
            guard !word.hasPrefix("-") else { return }
            guard let next = commands.first(where: { $0._commandName == word }) else {
                let hint = EditDistance.nearest(to: word, in: names).map { "did you mean '\($0)'?" }
                throw CommandMistake(
                    text: "unknown command '\(word)'; \(hint ?? "expected \(list(names))")", command: path)
            }
            (command, path) = (next, "\(path) \(word)")
        }
    }

    /// Looks for an argument that is not UTF-8; a path of other bytes could not be opened.
    /// - Parameter arguments: those of the process, its name included.
    /// - Throws: `CommandMistake`.
    static func check(
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int32
    ) throws(CommandMistake) {
        for number in 1..<max(Int(count), 1) {
            guard let argument = arguments[number], String(validatingCString: argument) == nil else { continue }
            throw CommandMistake(
                text: "argument \(number) is not UTF-8: '\(String(cString: argument))'; rename the file or the name",
                command: AlgoliaExporter._commandName)
        }
    }

    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return "\(names.dropLast().joined(separator: ", ")) or \(last)"
    }
}
