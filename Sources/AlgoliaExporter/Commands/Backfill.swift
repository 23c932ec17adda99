import ArgumentParser
import Collector

struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch all missing data, then exit.",
        discussion: """
            Exit status 0 when no data is missing. Exit status 1 when requests keep failing, when Algolia sends \
            unreadable values, or when it does not serve hourly data back to backfill.horizon or daily data for the \
            last 90 days; the reasons are listed. Shows a bar on a terminal, and logs a line every 10 s elsewhere. \
            Ctrl-C loses nothing: the next `backfill` or `serve` continues.
            """)

    @OptionGroup var collection: CollectionOptions

    func run() async throws {
        try await collection.collect { settings, _, logger in
            let assembly = try Assembly(settings, shard: collection.shard, logger: logger)
            let display = BackfillDisplay(clock: assembly.clock, logger: logger)
            ProcessControl.shared.onSignal(display.lastWords)
            let stuck = await withTaskGroup(of: [String].self) { group in
                for application in assembly.collector.applications {
                    group.addTask {
                        let stuck = await application.runUntilComplete { display.update($0) }
                        let id = await application.status().application
                        return stuck + (await assembly.collector.completeBilling(of: id))
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            display.finish()
            await assembly.shutdown()
            guard stuck.isEmpty else {
                throw CommandError("backfill incomplete: \(stuck.joined(separator: "; "))")
            }
        }
    }
}
