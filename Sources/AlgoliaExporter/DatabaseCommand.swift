import ArgumentParser
import Foundation
import History
import Settings
import UsageModel

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look at the history's file.", subcommands: [Info.self])

    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Size, points, applications and coverage of a history.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let logger = common.logging.start()
            try await Failures.reported(logger) {
                let settings = try common.settings(requireApplication: false)
                let history = try History(path: settings.storage.path, readOnly: true)
                print(Self.text(try await history.info()))
                try history.close()
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
                    "density      \(String(format: "%.2f", Double(info.bytes) / Double(points))) bytes a point")
            }
            for application in info.applications {
                lines.append(
                    "\n\(application.id), collected since \(RFC3339.string(application.firstSeen)), "
                        + "\(application.indices.count) indices")
                for coverage in info.coverage where coverage.scope.application == application.id {
                    let scope =
                        coverage.scope.isIndex ? "index \(coverage.scope.index.debugDescription)" : "application"
                    let ranges = coverage.ranges.ranges.map(\.description).joined(separator: ", ")
                    lines.append("  \(scope) \(coverage.granularity.rawValue): \(ranges)")
                }
            }
            return lines.joined(separator: "\n")
        }
    }
}
