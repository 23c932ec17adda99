import Foundation
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Compacting after the backfill")
struct CompactionTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    /// A history with a table's worth of free pages, which compacting gives back.
    private func loose() async throws -> History {
        try History(path: folder.file("history.db")).close()
        try await Database.execute(
            """
            CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
            SELECT randomblob(500) AS b FROM n; DROP TABLE filler;
            """, in: folder.file("history.db"))
        return try History(path: folder.file("history.db"))
    }

    private func compacted(_ history: History, from before: Int64) -> Bool { history.size < before / 2 }

    @Test("It happens once, when the last application is complete, and the log says what it saved")
    func last() async throws {
        let history = try await loose()
        let before = history.size
        let compaction = Compaction(history: history, logger: log.logger)
        await compaction.note(300_000, of: "ONE")
        await compaction.note(200_000, of: "TWO")
        await compaction.noteComplete("ONE")
        #expect(history.size == before && log.lines.isEmpty, "the other still writes")
        await compaction.noteComplete("TWO")
        #expect(compacted(history, from: before))
        #expect(log.lines.count == 1)
        let line = try #require(log.lines.first)
        #expect(
            line.hasPrefix("info backfill complete; compacted the database (2.") && line.contains(" MB → "))
        await compaction.noteComplete("ONE")
        await compaction.noteComplete("TWO")
        #expect(log.lines.count == 1, "not again without another backfill")
    }

    @Test("A backfill that goes on after it seemed complete is waited for")
    func goesOn() async throws {
        let history = try await loose()
        let compaction = Compaction(history: history, logger: log.logger)
        await compaction.note(500_000, of: "ONE")
        await compaction.note(500_000, of: "TWO")
        await compaction.noteComplete("ONE")
        await compaction.note(1, of: "ONE")
        await compaction.noteComplete("TWO")
        #expect(log.lines.isEmpty)
        await compaction.noteComplete("ONE")
        #expect(log.lines.count == 1)
    }

    @Test(
        "Small backfills do not rewrite the file, one after the other until they are worth it",
        arguments: [
            ([499_999], 0), ([500_000], 1), ([250_000, 249_999], 0), ([250_000, 250_000], 1), ([0], 0),
        ])
    func worthwhile(points: [Int], times: Int) async throws {
        let compaction = Compaction(history: try await loose(), logger: log.logger)
        for count in points {
            await compaction.note(count, of: "ONE")
            await compaction.noteComplete("ONE")
        }
        #expect(log.lines.count == times)
    }

    @Test("An application that adds nothing is not waited for")
    func idle() async throws {
        let compaction = Compaction(history: try await loose(), logger: log.logger)
        await compaction.note(600_000, of: "BUSY")
        await compaction.noteComplete("IDLE")
        #expect(log.lines.isEmpty)
        await compaction.noteComplete("BUSY")
        #expect(log.lines.count == 1)
    }

    // Fault (Storage): A database that cannot be compacted
    // Done: its file is gone
    // Seen: one warning; the database stays as it is
    // Lost: nothing
    @Test("A database that cannot be compacted stays as it is, with one warning, and is not tried for ever")
    func failure() async throws {
        let history = try await loose()
        let compaction = Compaction(history: history, logger: log.logger)
        await compaction.note(600_000, of: "ONE")
        try FileManager.default.removeItem(atPath: folder.file("history.db"))
        await compaction.noteComplete("ONE")
        #expect(log.lines.count == 1)
        #expect(log.lines[0].hasPrefix("warning cannot compact the database: "))
        #expect(log.lines[0].contains("continuing with it as it is"))
        await compaction.noteComplete("ONE")
        #expect(log.lines.count == 1)
    }

    @Test("Collectors that share a history compact it once, after the last of them")
    func collectors() async throws {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        let compaction = Compaction(history: history, logger: log.logger)
        await compaction.note(500_000, of: "OTHER")
        let collector = ApplicationCollector(
            settings: world.settings, client: try world.client(), history: history, clock: world.clock,
            metrics: RecordedMetrics(), logger: CapturedLog().logger, compaction: compaction)
        #expect(try await world.settle(collector))
        #expect(log.lines.isEmpty)
        await compaction.noteComplete("OTHER")
        #expect(log.lines.count == 1)
    }
}
