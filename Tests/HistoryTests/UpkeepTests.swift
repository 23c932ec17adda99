import Foundation
import History
import TestSupport
import Testing
import UsageModel

@Suite("Upkeep")
struct UpkeepTests {
    /// A year of noisy hours, stored newest week first as a backfill does.
    private func backfilled() async throws -> (fixture: Fixture, points: Int) {
        let fixture = try Fixture()
        var generator = SeededGenerator(3)
        var points = 0
        for week in 0..<26 as Range<Int64> {
            let start = midnight - (week + 1) * 7 * 86_400
            let series = StatisticCatalogue.names(perIndex: true).prefix(40).map { name in
                SeriesPoints(
                    statistic: name,
                    points: (0..<168).map {
                        Point(
                            time: start + $0 * 3600,
                            value: .integer(Int64.random(in: 0..<1_000_000, using: &generator)))
                    })
            }
            points += try await fixture.history.store(
                series, answering: fixture.window(start, start + 7 * 86_400)
            ).added
        }
        return (fixture, points)
    }

    @Test("Compacted, a noisy point takes at most 6 bytes, and every one is still there")
    func compact() async throws {
        let (fixture, points) = try await backfilled()
        let before = try await fixture.read("records")
        try await fixture.history.compact()
        #expect(Double(fixture.history.size) / Double(points) < 6)
        #expect(try await fixture.read("records") == before)
        #expect(try await fixture.history.verify().isEmpty)
    }

    @Test("A backup is the same history, for its owner alone, and never replaces a file")
    func backup() async throws {
        let (fixture, _) = try await backfilled()
        let path = fixture.folder.file("backup.db")
        try await fixture.history.backUp(to: path)
        let copy = try History(path: path, readOnly: true)
        let query = RangeQuery(
            statistics: ["records"], range: TimeRange(midnight - 365 * 86_400, midnight))
        #expect(try await copy.range(query, now: midnight) == fixture.history.range(query, now: midnight))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        await #expect(throws: HistoryError.self) { try await fixture.history.backUp(to: path) }
    }
}
