import ArgumentParser
import Collector
import History
import Logging
import Output
import Settings
import UsageModel

extension DatabaseCommand {
    /// Confirms that retention may delete more than a day's allowance.
    struct Retain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete all points beyond storage.retention now.",
            discussion: """
                `serve` deletes at most two days of points per day, so that a wrong clock or a mistake in the \
                configuration cannot empty the database. This command deletes the rest at once. Age is measured from \
                the newest stored point. The exporter may keep running.
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Show what would be deleted, without deleting it.")
        var dryRun = false

        func run() async throws {
            let isDry = dryRun
            try await DatabaseCommand.withHistory(common, readOnly: false) { history, settings in
                let retention = settings.storage.retention.seconds
                let clock = SystemClock()
                guard !retention.isEmpty else {
                    return try Console.output("storage.retention is not configured; nothing to delete")
                }
                for (granularity, seconds) in retention.sorted(by: { $0.value < $1.value }) {
                    let plan = try await history.retentionPlan(granularity, keeping: seconds, now: clock.now)
                    try Console.output(Self.text(plan, granularity, keeping: seconds, isDry: isDry))
                }
                guard !isDry else { return }
                let logger = Logger(label: "algolia-exporter")
                await RetentionKeeper(history: history, clock: clock, logger: logger) { retention }
                    .pass(isConfirmed: true)
            }
        }

        private static func text(
            _ plan: RetentionPlan?, _ granularity: Granularity, keeping seconds: Int64, isDry: Bool
        ) -> String {
            let name = granularity.rawValue
            guard let plan, plan.oldest < plan.limit else {
                return "\(name): nothing is older than \(DurationText.string(seconds))"
            }
            return "\(name): \(isDry ? "would delete" : "deleting") "
                + "\(RFC3339.string(plan.oldest)) to \(RFC3339.string(plan.limit)), older than "
                + "\(DurationText.string(seconds)) before the newest point (\(RFC3339.string(plan.newest)))"
        }
    }
}
