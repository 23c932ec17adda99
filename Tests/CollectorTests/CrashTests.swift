import Foundation
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("kill -9")
struct CrashTests {
    // Fault (Lifecycle): `SIGKILL` at 50 random instants
    // Done: of backfill and of live days, under faults
    // Seen: the next start continues
    // Lost: nothing; counters are exact
    @Test(
        "Killed at 50 random instants, of backfill and of live days, under faults: nothing missing, nothing wrong, counters exact"
    )
    func killed() async throws {
        let folder = TemporaryFolder()
        var end = World.start + 2 * 86_400
        var generator = SeededGenerator(UInt64(ProcessInfo.processInfo.processIdentifier))
        var kills = 0
        var runs = 0
        while kills < 50 {
            runs += 1
            try #require(runs < 500)
            // Killed at a random instant of real time: this wait is the experiment, not a synchronisation.
            let delay = Double.random(in: 0.02...0.25, using: &generator)
            switch try await victim(folder, end: end, seed: runs, killedAfter: delay) {
            case .killed: kills += 1
            // It came to its end before: the next ones have more to do.
            case .exited(let status):
                try #require(status == 0)
                end += 10 * 86_400
            }
        }
        #expect(try await victim(folder, end: end, seed: 0) == .exited(0))
        try await expectTruth(folder, end: end)
    }

    private func victim(
        _ folder: TemporaryFolder, end: UnixTime, seed: Int, killedAfter delay: Double? = nil
    ) async throws -> Tool.End {
        var path = Bundle.main.bundleURL.appending(path: "CrashVictim").path(percentEncoded: false)
        if !FileManager.default.isExecutableFile(atPath: path) {
            // The test runner's own bundle is elsewhere with some toolchains: look beside the test's products.
            path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appending(path: "CrashVictim").path(percentEncoded: false)
        }
        return try await Tool.runProgram(at: path, [folder.path, "\(end)", "\(seed)"], killedAfter: delay)
    }

    private func expectTruth(_ folder: TemporaryFolder, end: UnixTime) async throws {
        let history = try History(path: folder.file("history.db"))
        let world = World(indices: CrashScenario.indices)
        let truth = world.simulator.truth
        let fetchedAt = try #require(try await history.freshness().map(\.fetchedAt).min())
        let hours = TimeRange(Granularity.hourly.floor(World.start - 89 * 86_400), World.start - 86_400)
        for index in ["" as IndexName] + CrashScenario.indices {
            var comparison = TruthComparison()
            // Older than a day at the start: final, late revisions included.
            try await comparison.compare(
                history, truth, Scope(application: "APP", index: index), .hourly, range: hours, asOf: end)
            #expect(comparison.isExact, "\(index): wrong \(comparison.wrong) missing \(comparison.missing)")
        }
        // Live hours: settled and stored, and in the counters exactly once.
        let firstHour = Granularity.hourly.floor(World.start) + 3600
        let settledUntil = Granularity.hourly.floor(fetchedAt - 7200)
        let latest = try await history.latest()
        for index in ["" as IndexName] + CrashScenario.indices {
            let scope = Scope(application: "APP", index: index)
            let covered = try await history.coverage().first { $0.scope == scope && $0.granularity == .hourly }
            #expect(covered?.ranges.contains(TimeRange(firstHour, settledUntil)) == true)
            for statistic in ["total_search_requests", "total_write_operations"] as [StatisticName] {
                let total = latest.series.first {
                    $0.key == SeriesKey(application: "APP", statistic: statistic, index: index)
                }?.total
                let until = Granularity.hourly.floor(
                    try #require(covered?.ranges.ranges.last?.end))
                var sum: Int64 = 0
                for point in truth.series(
                    application: "APP", index: index, statistic: statistic, granularity: .hourly,
                    range: TimeRange(firstHour, until), asOf: Truth.settled
                ).flatMap(\.points) {
                    // The value that the vendor showed between settling and the late revision, 20 hours after the end.
                    let value = truth.value(
                        application: "APP", index: index, statistic: statistic, granularity: .hourly,
                        bucket: point.time, asOf: point.time + 3600 + 4 * 3600)
                    if case .integer(let integer)? = value { sum += integer }
                }
                #expect(total == .integer(sum), "\(index) \(statistic)")
            }
        }
    }
}
