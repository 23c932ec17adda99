import ArgumentParser
import Collector
import Foundation
import Output
import UsageModel

struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch all missing data, then exit.",
        discussion: """
            Exit status 0 when no data is missing. Exit status 1 when requests keep failing, when Algolia sends \
            unreadable values, or when it does not serve hourly data back to backfill.horizon or daily data for the \
            last 90 days; the reasons are listed.
            """)

    @OptionGroup var collection: CollectionOptions

    func run() async throws {
        try await collection.collect { settings, _, logger in
            let assembly = try Assembly(settings, shard: collection.shard, logger: logger)
            let progress = BackfillProgress(clock: assembly.clock)
            let stuck = await withTaskGroup(of: [String].self) { group in
                for application in assembly.collector.applications {
                    group.addTask { await application.runUntilComplete { await progress.update($0) } }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            await progress.finish()
            await assembly.shutdown()
            guard stuck.isEmpty else {
                throw CommandError("backfill incomplete: \(stuck.joined(separator: "; "))")
            }
        }
    }
}

/// A bar on a terminal, plain lines elsewhere.
private actor BackfillProgress {
    private let clock: any WallClock
    private let started: Double
    private var statuses: [ApplicationID: ApplicationStatus] = [:]
    private var lastLine = 0.0

    init(clock: any WallClock) {
        self.clock = clock
        started = clock.monotonic
    }

    func update(_ status: ApplicationStatus) {
        statuses[status.application] = status
        let now = clock.monotonic
        // Ten frames a second for the eye, a line in ten seconds for a log.
        guard now - lastLine >= (Console.isTerminal ? 0.1 : 10) else { return }
        lastLine = now
        show()
    }

    func finish() {
        show()
        if Console.isTerminal { Console.error("") }
    }

    private func show() {
        let desired = statuses.values.reduce(0) { $0 + $1.desired.values.reduce(0, +) }
        let remaining = statuses.values.reduce(0) { $0 + $1.remaining.values.reduce(0, +) }
        guard desired > 0 else { return }
        let share = Double(desired - remaining) / Double(desired)
        let percent = Int((share * 100).rounded(.down))
        let elapsed = DurationText.string(Int64(clock.monotonic - started))
        guard Console.isTerminal else {
            return Console.error(
                "backfill \(percent)% complete, \(elapsed) elapsed")
        }
        let width = 40
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        Console.progress("\(bar) \(percent)%  \(elapsed)")
    }
}
