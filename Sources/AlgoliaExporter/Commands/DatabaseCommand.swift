import ArgumentParser
import Foundation
import History
import Output
import Settings
import UsageModel

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Inspect and maintain the database.",
        subcommands: [Info.self, Verify.self, Repair.self, Compact.self, Backup.self, Import.self, Retain.self])

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
            abstract: "Check the database for damage. Exit status 1 when it is damaged.",
            discussion: """
                Reads everything: SQLite's structures, and whether rows are of the right kind, belong to a known series, \
                have possible times, and agree with each other. Each finding is a line that says what to do. The exporter \
                may keep running.
                """)

        /// Lines that are printed at most: a table that is lost as a whole has a finding for each row.
        private static let lines = 1000

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: true) { history in
                let findings = try await history.verify(now: SystemClock().now)
                guard findings.isEmpty else {
                    for finding in findings.prefix(Self.lines) { try Console.output("\(finding)") }
                    let count = CountText.grouped(findings.count)
                    let rest =
                        findings.count > Self.lines ? ", \(CountText.grouped(Self.lines)) of which are listed" : ""
                    throw CommandError(
                        "\(history.path) is damaged: \(count) \(findings.count == 1 ? "finding" : "findings")\(rest); repair it with "
                            + "`algolia-exporter db repair`, or restore a backup")
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

    /// Opens the history that is configured, which must exist.
    static func withHistory(
        _ common: CommonOptions, readOnly: Bool, _ body: (History) async throws -> Void
    ) async throws {
        try await withHistory(common, readOnly: readOnly) { history, _ in try await body(history) }
    }

    /// The same for what also depends on other settings.
    /// - Parameter collects: whether no exporter may run meanwhile.
    static func withHistory(
        _ common: CommonOptions, readOnly: Bool, collects: Bool = false,
        _ body: (History, Settings) async throws -> Void
    ) async throws {
        try await common.logging.run { _ in
            let settings = try common.settings(requireApplication: false)
            let path = settings.storage.path
            // An empty file is a history to begin for those who collect alone.
            if !readOnly {
                let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                guard let attributes else { throw HistoryError.missing(path: path) }
                if attributes[.type] as? FileAttributeType == .typeRegular, attributes[.size] as? Int == 0 {
                    throw HistoryError.notBegun(path: path)
                }
            }
            let history = try History(path: path, readOnly: readOnly, collects: collects)
            try await body(history, settings)
            try history.close()
        }
    }
}
