import ArgumentParser
import Foundation

/// Flags from the environment: `--log.level` is `ALGOLIA_EXPORTER_LOG_LEVEL`.
///
/// A variable becomes an argument, so it is read, checked and described as the flag is. Which flags there are follows
/// from the commands themselves. Variables that name none are ignored: Kubernetes sets such for a Service that is called
/// `algolia-exporter`.
enum FlagVariables {
    private static let prefix = "ALGOLIA_EXPORTER_"

    /// A flag of a command.
    struct Flag {
        /// Without the hyphens before it.
        let name: String
        /// As it may stand on the command line, with its hyphens.
        let spellings: [String]
        let takesValue: Bool
        let repeats: Bool

        var variable: String {
            FlagVariables.prefix + name.uppercased().replacing(/[.-]/, with: "_")
        }

        /// The arguments that `text` stands for.
        fileprivate func arguments(_ text: String) throws -> [String] {
            if takesValue {
                let values =
                    repeats ? text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } : [text]
                return values.map { "--\(name)=\($0)" }
            }
            switch text.lowercased() {
            case "true", "yes", "on", "1": return ["--\(name)"]
            case "false", "no", "off", "0": return []
            default: throw ValidationError("\(variable): '\(text)' is neither true nor false")
            }
        }

        /// Whether one of these arguments is this flag.
        fileprivate func isAmong(_ arguments: some Sequence<String>) -> Bool {
            arguments.contains { argument in
                spellings.contains { argument == $0 || argument.hasPrefix($0 + "=") }
            }
        }
    }

    /// The command of these arguments, with what the environment says of the flags that they leave out.
    /// - Throws: as `parseAsRoot`; for a variable's value with the variable's name.
    static func parse(_ arguments: [String], _ environment: [String: String]) throws -> any ParsableCommand {
        let command = try AlgoliaExporter.parseAsRoot(arguments)
        // The simulator stands for Algolia, and would take the exporter's address.
        guard !(command is Simulate), environment.keys.contains(where: { $0.hasPrefix(prefix) }) else { return command }
        let given = arguments.prefix { $0 != "--" }
        var added: [(variable: String, arguments: [String])] = []
        for flag in flags(of: type(of: command)) where !flag.isAmong(given) {
            guard let text = environment[flag.variable], !text.isEmpty else { continue }
            added.append((flag.variable, try flag.arguments(text)))
        }
        guard !added.isEmpty else { return command }
        func parse(_ more: [String]) throws -> any ParsableCommand {
            try AlgoliaExporter.parseAsRoot(Array(given) + more + arguments.dropFirst(given.count))
        }
        do {
            return try parse(added.flatMap(\.arguments))
        } catch {
            // The one that is wrong by itself, else all: two may exclude each other.
            var names = added.map(\.variable)
            var text = AlgoliaExporter.message(for: error)
            for (variable, arguments) in added {
                do {
                    _ = try parse(arguments)
                } catch {
                    names = [variable]
                    text = AlgoliaExporter.message(for: error)
                    break
                }
            }
            throw ValidationError("\(names.joined(separator: ", ")): \(text)")
        }
    }

    /// The flags of a command, as the parser itself describes them.
    static func flags(of command: any ParsableCommand.Type) -> [Flag] {
        let decoded = try? JSONDecoder().decode(Description.self, from: Data(command._dumpHelp().utf8))
        return (decoded?.command.arguments ?? []).compactMap { argument in
            let names = argument.names ?? []
            guard argument.kind != "positional", let name = names.first(where: { $0.kind == "long" })?.name,
                !["help", "version"].contains(name)
            else { return nil }
            return Flag(
                name: name, spellings: names.map { ($0.kind == "long" ? "--" : "-") + $0.name },
                takesValue: argument.kind == "option", repeats: argument.isRepeating)
        }
    }

    /// What `--experimental-dump-help` prints, as far as it is needed.
    private struct Description: Decodable {
        struct Command: Decodable {
            var arguments: [Argument]?
        }

        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var kind: String
            var isRepeating: Bool
            var names: [Name]?
        }

        var command: Command
    }
}
