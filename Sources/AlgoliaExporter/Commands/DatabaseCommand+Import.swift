import ArgumentParser
import History
import Output
import UsageModel

extension DatabaseCommand {
    /// Merges the history of another exporter.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Merge the database of another exporter into this one.",
            discussion: """
                This database then has all data of both. Where two values differ, a settled value wins over a \
                provisional one; otherwise the value of the exporter that queried Algolia last wins. The other file is \
                only read; if an older version has written it, a copy is migrated. Stop the exporter first. An \
                interrupted import can be repeated.
                """)

        @Argument(help: "Path of the other database.")
        var file: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let file = file
            try await DatabaseCommand.withHistory(common, readOnly: false, collects: true) { history, _ in
                let source = try await ImportSource(file, into: history)
                defer { source.close() }
                try Console.output(Self.text(try await history.merge(source), source, history))
            }
        }

        private static func text(_ outcome: ImportOutcome, _ source: ImportSource, _ history: History) -> String {
            func count(_ count: Int, _ noun: String) -> String {
                "\(CountText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
            }
            var lines = ["\(source.path) imported into \(history.path): \(count(outcome.added, "point")) added"]
            if source.isMigratedCopy { lines.append("it is of an older version; a copy was migrated and imported") }
            for (ids, what) in [(outcome.newApplications, "new"), (outcome.sharedApplications, "in both")]
            where !ids.isEmpty {
                lines.append("applications \(what): \(ids.map(\.text).joined(separator: ", "))")
            }
            for (granularity, seconds) in outcome.covered.sorted(by: { $0.value < $1.value }) {
                lines.append(
                    "\(granularity.rawValue): \(DurationText.string(seconds)) of coverage added, over all indices")
            }
            let different = outcome.replaced + outcome.kept
            lines.append(
                different == 0
                    ? "no bucket differs"
                    : "\(count(different, "bucket")) with different values: \(CountText.grouped(outcome.replaced)) taken "
                        + "from \(source.path), \(CountText.grouped(outcome.kept)) kept")
            return lines.joined(separator: "\n")
        }
    }
}
