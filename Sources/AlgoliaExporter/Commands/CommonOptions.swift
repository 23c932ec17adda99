public import ArgumentParser
import Foundation
import Logging
import Output
import Settings

/// Options that every command has which reads the configuration. Named as Prometheus names them.
struct CommonOptions: ParsableArguments {
    @Option(name: .customLong("config.file"), help: "Path to the YAML configuration file.")
    var configFile: String?

    @Option(
        name: .customLong("storage.path"),
        help: "Path to the SQLite database. (default: storage.path of the configuration, or data/history.db)")
    var storagePath: String?

    @OptionGroup var logging: LoggingOptions

    /// The settings of file, environment and flags, in this order of growing weight.
    func settings(requireApplication: Bool = true) throws -> Settings {
        var settings = try SettingsLoader.load(
            file: configFile, environment: ProcessInfo.processInfo.environment,
            requireApplication: requireApplication)
        if let storagePath {
            guard !storagePath.isEmpty else { throw CommandError("--storage.path is empty; expected a file path") }
            settings.storage.path = storagePath
        }
        return settings
    }
}

/// How the log looks.
struct LoggingOptions: ParsableArguments {
    @Option(name: .customLong("log.level"), help: "Minimum log level: debug, info, warning or error.")
    var level: LogLevel = .info

    @Option(name: .customLong("log.format"), help: "Log format: logfmt or json.")
    var format: LogFormat = .logfmt

    /// Runs `body` with the log of the process. A log in JSON also has the errors that `body` ends with.
    func run(_ body: (Logger) async throws -> Void) async throws {
        let logger = start()
        do {
            try await body(logger)
        } catch  where format == .json {
            let failure = FailureText(error)
            for problem in failure.problems { logger.error("\(problem)") }
            throw ExitCode(failure.status)
        }
    }

    /// Sends the process's log to standard error in the wanted form.
    private func start() -> Logger {
        let (level, format) = (level.level, format)
        LoggingSystem.bootstrap { _ in LineLogHandler(level: level, format: format) }
        LogWriter.standardError.report { count in
            LineLogHandler.line(
                format, .warning, "\(count) log lines were dropped: standard error was blocked")
        }
        ProcessControl.explainBusError(Self.busError(format))
        let logger = Logger(label: "algolia-exporter")
        ProcessControl.shared.log(to: logger)
        return logger
    }

    /// The last line of a process that SIGBUS ends, which nothing can make by then: so it has no time.
    private static func busError(_ format: LogFormat) -> String {
        let text =
            "the database's -shm file cannot be read any more: it was truncated, or its disk failed; exiting now, "
            + "stored data is kept and the next start continues"
        return switch format {
        case .logfmt: "level=error msg=\"\(text)\"\n"
        case .json: "{\"level\":\"error\",\"msg\":\"\(text)\"}\n"
        }
    }
}

enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, warn, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warn, .warning: .warning
        case .error: .error
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

/// An error that is printed on one line and ends the command.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
