import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("Rows that look alike")
struct TwinRowsTests {
    private let folder = TemporaryFolder()
    private let composed: StatisticName = "caf\u{E9}"
    private let decomposed: StatisticName = "cafe\u{301}"

    @Test("What is refused, answered and fresh is told apart by bytes")
    func statistics() async throws {
        let history = try History(path: folder.file("history.db"))
        try await history.refuse([composed, decomposed], application: "APP", level: .application, at: midnight)
        #expect(
            try await history.refusals(application: "APP", level: .application)
                == [composed: midnight, decomposed: midnight])
        for (position, name) in [composed, decomposed].enumerated() {
            let start = midnight + Int64(position) * 86_400
            _ = try await history.store(
                [SeriesPoints(statistic: name, points: [Point(time: start, value: .integer(1))])],
                answering: AnsweredWindow(
                    scope: Scope(application: "APP"), granularity: .hourly, range: TimeRange(start, start + 3600),
                    statistics: .names([name]), fetchedAt: start + 86_400, settleDelay: 7200))
        }
        #expect(Set(try await history.freshness().map(\.statistic)) == [composed, decomposed])
        let answered = try await history.answered(application: "APP")[Scope(application: "APP")]?[.hourly]
        #expect(answered?[composed]?.ranges == [TimeRange(midnight, midnight + 3600)])
        #expect(answered?[decomposed]?.ranges == [TimeRange(midnight + 86_400, midnight + 90_000)])
    }

    @Test("Rows that are two in the file and one name when read trap nothing")
    func invalidBytes() async throws {
        let path = folder.file("history.db")
        try History(path: path).close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in
            // No UTF-8: both are read as the same replacement character.
            for (bytes, time) in [("ff", 1), ("fe", 2)] {
                try db.execute(sql: "INSERT INTO refusal VALUES ('APP', 'index', CAST(x'\(bytes)' AS TEXT), \(time))")
            }
        }
        try queue.close()
        let history = try History(path: path)
        #expect(try await history.refusals(application: "APP", level: .index) == ["\u{FFFD}": 2])
    }
}
