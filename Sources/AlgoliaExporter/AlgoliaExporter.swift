import ArgumentParser
import Foundation
import Output

/// The command line. It only wires: what happens is in the modules.
struct AlgoliaExporter: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "algolia-exporter",
        abstract: "Stores Algolia's usage history in SQLite and serves it to Prometheus and other tools.",
        discussion: """
            Set ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY in the environment and run
            `algolia-exporter serve`. To try it without an Algolia application, run
            `algolia-exporter serve --demo`.

            Every flag can also be set by an environment variable: ALGOLIA_EXPORTER_ and the flag's name in capitals, with
            _ for . and -. For example, ALGOLIA_EXPORTER_LOG_LEVEL=debug is --log.level=debug. A flag wins over its
            variable, a variable over the configuration file.

            Exit status: 0 on success, and when `serve` or `simulate` was stopped by SIGTERM or
            SIGINT; 1 on failure; 64 when the command line is wrong; 128 plus the number of the
            signal when a signal ended another command. Each problem is one line on standard
            error that begins with `error: `.
            """,
        version: Build.text,
        subcommands: [
            Serve.self, Backfill.self, Check.self, Report.self, Export.self, DatabaseCommand.self, Simulate.self,
            Health.self,
        ],
        defaultSubcommand: Serve.self)
}

/// The process: the main thread takes signals and does nothing else, everything else runs on other threads.
@main
enum Main {
    static func main() {
        ProcessStart.prepare()
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            try CommandMistake.check(CommandLine.unsafeArgv, count: CommandLine.argc)
            try CommandMistake.check(arguments)
            let parsed = ParsedCommand(
                command: try FlagVariables.parse(arguments, ProcessInfo.processInfo.environment))
            let endsBySignal = !(parsed.command is any StoppableCommand)
            // Detached, since the main actor is this thread.
            Task.detached { await run(parsed) }
            ProcessControl.shared.takeSignals(endingBySignal: endsBySignal)
        } catch {
            end(with: error)
        }
    }

    /// A command on its way to the one task that runs it.
    private struct ParsedCommand: @unchecked Sendable {
        let command: any ParsableCommand
    }

    private nonisolated static func run(_ parsed: ParsedCommand) async {
        var command = parsed.command
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            ProcessControl.shared.end(0)
        } catch {
            end(with: error)
        }
    }

    /// Ends the process with `error`: help goes to standard output, a failure to standard error.
    private nonisolated static func end(with error: any Error) -> Never {
        guard AlgoliaExporter.exitCode(for: error) == .success else { fail(error) }
        do {
            try Console.output(AlgoliaExporter.fullMessage(for: error))
        } catch {
            fail(error)
        }
        ProcessControl.shared.end(0)
    }

    private nonisolated static func fail(_ error: any Error) -> Never {
        let failure = FailureText(error)
        for line in failure.lines { Console.error(line) }
        ProcessControl.shared.end(failure.status)
    }
}
