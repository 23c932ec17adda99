import ArgumentParser
import Collector
import History
import Output
import Settings
import UsageModel

extension DatabaseCommand {
    /// Replaces a damaged history by what is left of it.
    struct Repair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Repair a damaged database, optionally with a backup. Stop the exporter first.",
            discussion: """
                Copies every row that can be read into a new file and leaves out what `db verify` finds wrong. What is \
                lost is marked as not fetched, so that the exporter asks Algolia for it again, as far back as it \
                collects; --from takes it from a backup. The damaged file is never written: it is renamed, with the \
                date in its name, and the new file takes its place. Needs free disk space of the size of the database. \
                Does nothing to an intact database.
                """)

        /// Lines about lost points that are printed at most.
        private static let lines = 1000

        @Option(name: .customLong("from"), help: "Path of a backup to take missing data from.")
        var backup: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let backup = backup
            try await common.logging.run { _ in
                let settings = try common.settings(requireApplication: false)
                let path = settings.storage.path
                let now = SystemClock().now
                let unfinished = History.unfinishedRepair(of: path)
                for file in unfinished { UnfinishedFiles.shared.add(file) }
                defer { for file in unfinished { UnfinishedFiles.shared.remove(file) } }
                guard let outcome = try await History.repair(path: path, backup: backup, now: now) else {
                    return try Console.output("\(path) is intact; nothing to repair")
                }
                let horizon = RepairHorizon(hourly: settings.collection.horizon)
                for line in Self.lines(outcome, path, backup, { horizon.start($0, now) }).prefix(Self.lines) {
                    try Console.output(line)
                }
            }
        }

        private static func count(_ count: Int, _ noun: String) -> String {
            "\(CountText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
        }

        /// - Parameter oldest: the start of the oldest bucket that is still collected.
        private static func lines(
            _ outcome: RepairOutcome, _ path: String, _ backup: String?, _ oldest: (Granularity) -> UnixTime
        ) -> [String] {
            let points = Granularity.allCases.compactMap { granularity in
                outcome.points[granularity].flatMap {
                    $0 > 0 ? "\(CountText.grouped($0)) \(granularity.rawValue)" : nil
                }
            }
            var lines = [
                "\(path) repaired; the damaged file is now \(outcome.aside)",
                "kept: \(points.isEmpty ? "no points" : points.joined(separator: ", ") + " points") of "
                    + "\(CountText.grouped(outcome.series)) series",
            ]
            if outcome.leftOut > 0 {
                lines.append("left out: \(count(outcome.leftOut, "row")) that no exporter writes")
            }
            if !outcome.incompleteTables.isEmpty {
                lines.append("rows may be missing in tables: \(outcome.incompleteTables.joined(separator: ", "))")
            }
            if let backup, let merged = outcome.backup {
                lines.append("from \(backup): \(count(merged.added, "point")) added")
            }
            guard !outcome.lost.isEmpty else { return lines + ["lost: no points"] }
            for lost in outcome.lost {
                let start = lost.isCollected ? oldest(lost.granularity) : .max
                let again = lost.ranges.intersection(TimeRangeSet(TimeRange(start, .max)))
                for (ranges, what) in [
                    (again, "fetched again by the next start of the exporter"),
                    (lost.ranges.subtracting(again), "not available from Algolia any more"),
                ] where !ranges.isEmpty {
                    lines.append("lost: \(place(lost)), \(days(ranges)): \(what)")
                }
            }
            return lines
        }

        private static func place(_ lost: LostPoints) -> String {
            let scope = "application \(lost.scope.application)"
            let index = lost.scope.isIndex ? ", index \(lost.scope.index.text.debugDescription)" : ""
            let statistics =
                lost.statistics.count == 1 ? lost.statistics[0].text : "\(lost.statistics.count) statistics"
            return "\(scope)\(index), \(lost.granularity.rawValue), \(statistics)"
        }

        /// `12 days from 2026-07-01 to 2026-07-20`.
        private static func days(_ ranges: TimeRangeSet) -> String {
            let day = Granularity.daily.seconds
            var count = 0
            var last = Int64.min
            for range in ranges.ranges {
                let (first, end) = (range.start / day, (range.end + day - 1) / day)
                count += Int(max(end - max(first, last), 0))
                last = max(last, end)
            }
            guard let start = ranges.ranges.first?.start, let end = ranges.ranges.last?.end else { return "" }
            let (from, to) = (RFC3339.string(start).prefix(10), RFC3339.string(end - 1).prefix(10))
            return from == to ? "1 day, \(from)" : "\(self.count(count, "day")) from \(from) to \(to)"
        }
    }
}
