import Foundation
import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("The checks of a whole file")
struct VerifyTests {
    private let folder = TemporaryFolder()

    /// What a collector leaves after two days, and the time then.
    private static let collected = Task {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        var settings = CollectionSettings()
        settings.horizon = 3 * 86_400
        let collector = try world.collector(history, settings: settings)
        _ = try await world.settle(collector)
        try await world.run(collector, until: World.start + 2 * 86_400)
        try history.close()
        return world
    }

    /// A copy of it.
    private func collected() async throws -> (path: String, now: UnixTime) {
        let world = try await Self.collected.value
        let path = folder.file("history.db")
        try FileManager.default.copyItem(atPath: world.historyPath, toPath: path)
        return (path, world.clock.now)
    }

    private func change(_ path: String, _ sql: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = 1")
            try db.execute(sql: sql)
        }
        try queue.close()
    }

    private func findings(_ path: String, _ now: UnixTime) async throws -> [String] {
        let history = try History(path: path, readOnly: true)
        return try await history.verify(now: now).map(\.description)
    }

    /// The id of a series of the application.
    private static func id(_ statistic: String, index: String = "") -> String {
        "(SELECT id FROM series WHERE statistic = '\(statistic)' AND index_name = '\(index)')"
    }

    private static let day = (World.start - 86_400) / 86_400
    private static let total = id("total_search_requests")

    @Test("What a collector writes has no findings")
    func good() async throws {
        let (path, now) = try await collected()
        #expect(try await findings(path, now) == [])
    }

    // Fault (Storage): Damage that SQLite does not notice
    // Done: each kind by SQL
    // Seen: `db verify` has a line with table, series and day, and what to do
    // Lost: what was damaged
    @Test(
        "Each kind of damage is a line that names table, series and day, and says what to do",
        arguments: [
            (
                "UPDATE hourly SET h03 = 'three' WHERE series_id = \(total) AND day = \(day)",
                "table hourly, application APP, statistic total_search_requests, 2026-07-14: column \"h03\" does not hold a number"
            ),
            (
                "UPDATE daily SET value = 9e999 WHERE series_id = \(total) AND day = \(day)",
                "table daily, application APP, statistic total_search_requests, 2026-07-14: column \"value\" holds no finite number"
            ),
            (
                "UPDATE hourly SET day = -day WHERE series_id = \(total) AND day = \(day)",
                "column \"day\" holds -\(day), a time before 1970"
            ),
            (
                "INSERT INTO daily VALUES (\(total), 40000, 5)",
                "2079-07-08: a point at 2079-07-08T00:00:00Z, which is in the future"
            ),
            ("INSERT INTO hourly (series_id, day) VALUES (\(total), 100)", "1970-04-11: a row without any value"),
            (
                "DELETE FROM series WHERE id = \(id("records", index: "products"))",
                "table hourly: 9 rows of series"
            ),
            (
                "UPDATE application SET id = 'OTHER'",
                "table answered, application APP: rows of an application that table"
            ),
            (
                "DELETE FROM coverage WHERE granularity = 'hourly' AND index_name = 'products'",
                "table coverage, application APP, index \"products\", 2026-07-09T08:00:00Z/2026-07-17T08:00:00Z: hourly points of this range are answered but not covered"
            ),
            (
                "INSERT INTO coverage VALUES ('APP', '', 'daily', 0, 86400)",
                "table coverage, application APP, 1970-01-01: daily points of this range are covered but not answered"
            ),
            (
                "UPDATE hourly SET h05 = h05 + 1 WHERE series_id = \(id("billed_search_requests")) AND day = \(day)",
                "statistic billed_search_requests, 2026-07-14: not total_search_requests - querysuggestions_total_search_requests"
            ),
            (
                "UPDATE counter SET total = total * 2 + 1000000 WHERE series_id = \(total)",
                "table counter, application APP, statistic total_search_requests: "
            ),
            (
                "DELETE FROM counter WHERE series_id = \(total)",
                "table counter, application APP, statistic total_search_requests: missing"
            ),
            (
                "UPDATE counter SET total = -1 WHERE series_id = \(total)",
                "table counter, application APP, statistic total_search_requests: -1, which no counter can be"
            ),
            (
                "UPDATE freshness SET fetched_at = fetched_at + 864000 WHERE index_name = 'products' AND granularity = 'daily'",
                "table freshness, application APP, index \"products\", statistic *: column \"fetched_at\" holds 2026-07-2"
            ),
            (
                "UPDATE answered SET start = start + 1 WHERE granularity = 'hourly' AND index_name = 'products'",
                "table answered, application APP, index \"products\", statistic *, 2026-07-09T08:00:01Z/"
            ),
            (
                "INSERT INTO remote_write_late VALUES ('mimir', 'hourly', \(total), 1784073601)",
                "table remote_write_late: column \"time\" does not hold the start of a bucket"
            ),
            (
                "INSERT INTO remote_write_position VALUES ('mimir', 'hourly', 99999, 1784073600)",
                "table remote_write_position: a row of series 99999"
            ),
        ])
    func damage(sql: String, line: String) async throws {
        let (path, now) = try await collected()
        try await change(path, sql)
        let findings = try await findings(path, now)
        let found = try #require(
            findings.first { $0.contains(line) }, "\(findings.prefix(5).joined(separator: "\n"))")
        #expect(found.contains("; "), "what to do")
        #expect(!found.contains("\n"))
    }

    @Test("Every damaged row of a table is found, and not only the first")
    func every() async throws {
        let (path, now) = try await collected()
        try await change(
            path, "UPDATE freshness SET fetched_at = 'x'; UPDATE hourly SET h00 = x'00' WHERE day = \(Self.day)")
        let history = try History(path: path, readOnly: true)
        let counts = try history.rows(
            "SELECT (SELECT count(*) FROM freshness), (SELECT count(*) FROM hourly WHERE day = \(Self.day))")
        let findings = try await findings(path, now)
        let rows = try #require(counts.first)
        #expect(findings.filter { $0.hasPrefix("table freshness") }.count == rows[0] as Int)
        #expect(findings.filter { $0.contains("column \"h00\"") }.count == rows[1] as Int)
    }

    @Test("A day that one count has lost, and all others of the index have, is covered without points")
    func lostDay() async throws {
        let fixture = try Fixture()
        let counts: [StatisticName] = [
            "total_search_requests", "queries_operations", "total_operations", "browse_operations",
        ]
        _ = try await fixture.history.store(
            counts.map { fixture.points($0, (0..<72).map { ($0, .integer(1)) }) },
            answering: fixture.window(midnight, midnight + 3 * 86_400, index: "products"))
        #expect(try await fixture.history.verify() == [])
        try await change(
            fixture.history.path,
            "DELETE FROM hourly WHERE series_id = \(Self.id("browse_operations", index: "products")) AND day = \(midnight / 86_400 + 1)"
        )
        let findings = try await fixture.history.verify().map(\.description)
        #expect(findings.count == 1)
        #expect(
            findings.first?.hasPrefix(
                "table hourly, application APP, index \"products\", statistic browse_operations, 2026-07-16: covered but without points"
            )
                == true, "\(findings)")
    }
}
