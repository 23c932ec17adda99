import ArgumentParser
import Foundation
import History
import Output
import Settings
import UsageModel

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Inspect and maintain the database.",
        subcommands: [Info.self, Verify.self, Compact.self, Backup.self, Retain.self])

    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show size, points, applications and coverage of the database.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: true) { history in
                try Console.output(Self.text(try await history.info()))
            }
        }

        private static func text(_ info: HistoryInfo) -> String {
            let points = info.points.values.reduce(0, +)
            var lines = [
                "file         \(info.path)",
                "size         \(info.bytes) bytes",
                "schema       \(info.migrations.last ?? "none"), SQLite \(info.sqliteVersion)",
                "series       \(info.series)",
            ]
            for granularity in Granularity.allCases {
                guard let count = info.points[granularity], count > 0 else { continue }
                lines.append(
                    "\(granularity.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)) \(count) points")
            }
            if points > 0 {
                lines.append(
                    "density      \(String(format: "%.2f", Double(info.bytes) / Double(points))) bytes per point")
            }
            for application in info.applications {
                lines.append(
                    "\n\(application.id), collected since \(RFC3339.string(application.firstSeen)), "
                        + "\(application.indices.count) indices")
                for coverage in info.coverage where coverage.scope.application == application.id {
                    let scope =
                        coverage.scope.isIndex ? "index \(coverage.scope.index.text.debugDescription)" : "application"
                    let ranges = coverage.ranges.ranges.map(\.description).joined(separator: ", ")
                    lines.append("  \(scope) \(coverage.granularity.rawValue): \(ranges)")
                }
            }
            return lines.joined(separator: "\n")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the database for damage. Exit status 1 when it is damaged.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: true) { history in
                let problems = try await history.verify()
                guard problems.isEmpty else {
                    throw CommandError("\(history.path) is damaged: \(problems.joined(separator: "; "))")
                }
                try Console.output("\(history.path) is intact")
            }
        }
    }

    struct Compact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compact the database; needs free disk space of the same size. The exporter may keep running.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: false) { history in
                let before = history.size
                try await history.compact()
                try Console.output("\(history.path): compacted from \(before) to \(history.size) bytes")
            }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Back up the database to a new file. The exporter may keep running.")

        @Argument(help: "Path of the new file, which must not exist, or of a FIFO to write to.")
        var target: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: true) { history in
                try await BackupFile(target).write { try await history.backUp(to: $0) }
                try Console.output("\(history.path) backed up to \(target)")
            }
        }
    }

    /// Opens the history that is configured, which must exist.
    static func withHistory(
        _ common: CommonOptions, readOnly: Bool, _ body: (History) async throws -> Void
    ) async throws {
        try await withHistory(common, readOnly: readOnly) { history, _ in try await body(history) }
    }

    /// The same for what also depends on other settings.
    static func withHistory(
        _ common: CommonOptions, readOnly: Bool, _ body: (History, Settings) async throws -> Void
    ) async throws {
        try await common.logging.run { _ in
            let settings = try common.settings(requireApplication: false)
            let path = settings.storage.path
            guard readOnly || FileManager.default.fileExists(atPath: path) else {
                throw HistoryError.missing(path: path)
            }
            let history = try History(path: path, readOnly: readOnly)
            try await body(history, settings)
            try history.close()
        }
    }
}
