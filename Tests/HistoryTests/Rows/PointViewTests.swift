import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

/// The views and tables as another program sees them: the `sqlite3` command is the judge.
@Suite(
    "The views of points, as sqlite3 reads them",
    .enabled(if: Tool.isInstalled("sqlite3"), "sqlite3 is not installed"))
struct PointViewTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func sqlite(_ sql: String) async throws -> [String] {
        let outcome = try await Tool.run("sqlite3", ["-bail", fixture.history.path, sql])
        #expect(outcome.status == 0, "\(outcome.output)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    /// A row of a view as ``sqlite(_:)`` prints it.
    private func line(_ statistic: StatisticName, _ point: Point) -> String {
        let value =
            switch point.value {
            case .integer(let integer): "integer|\(integer)"
            case .real(let real): "real|\(real.bitPattern)"
            }
        return "\(statistic)|\(RFC3339.string(point.time))|\(point.time)|\(value)"
    }

    @Test(
        "One row for each stored bucket with its exact time and value, and none for others",
        arguments: Granularity.allCases)
    func random(granularity: Granularity) async throws {
        var generator = SeededGenerator(7)
        let values: [PointValue] = [
            .integer(0), .integer(-5), .integer(.max), .integer(.min), .integer(1 << 53 + 1), .real(0.1), .real(-2.5),
            .real(1e308), .real(-1e308), .real(123_456_789.125),
        ]
        var expected: [String] = []
        // From the last hours of 2023 over the leap day of 2024, the last hours of 1999, and the first of 1970.
        for (position, start) in [1_704_060_000, 1_709_157_600, 946_677_600, 0].enumerated() {
            let statistic: StatisticName = "statistic_\(position)"
            let first = granularity.floor(UnixTime(start))
            let points = (0..<60).filter { _ in Bool.random(using: &generator) }.map {
                Point(time: first + $0 * granularity.seconds, value: values.randomElement(using: &generator)!)
            }
            expected += points.map { line(statistic, $0) }
            _ = try await fixture.history.store(
                [SeriesPoints(statistic: statistic, points: points)],
                answering: fixture.window(
                    first, first + 60 * granularity.seconds, index: "a'b\"c", granularity: granularity))
        }
        let printed = try await sqlite(
            """
            SELECT statistic, time, unix_time, typeof(value), printf('%!.17g', value) FROM \(granularity)_points
            WHERE application = 'APP' AND index_name = 'a''b"c' AND key = '' AND typeof(value) = 'real'
            UNION ALL SELECT statistic, time, unix_time, typeof(value), value FROM \(granularity)_points
            WHERE typeof(value) = 'integer'
            """)
        let read = printed.map { line in
            var columns = line.split(separator: "|").map(String.init)
            if columns.count == 5, columns[3] == "real" {
                columns[4] = Double(columns[4])?.bitPattern.description ?? "?"
            }
            return columns.joined(separator: "|")
        }
        #expect(read.sorted() == expected.sorted(), "seed 7")
    }

    @Test("Rows that another program writes are read as they are")
    func foreignRows() async throws {
        _ = try await sqlite(
            """
            INSERT INTO series VALUES (1, 'APP', 'usage', 'records', '', '');
            INSERT INTO hourly (series_id, day, h00, h05, h23) VALUES (1, 20000, 9007199254740993, 0.25, -1);
            """)
        #expect(
            try await fixture.read() == [
                Point(time: 20_000 * 86_400, value: .integer(9_007_199_254_740_993)),
                Point(time: 20_000 * 86_400 + 5 * 3600, value: .real(0.25)),
                Point(time: 20_000 * 86_400 + 23 * 3600, value: .integer(-1)),
            ])
    }

    @Test("Text in a column of points is damage, even if it looks like a number")
    func text() async throws {
        _ = try await sqlite(
            """
            INSERT INTO series VALUES (1, 'APP', 'usage', 'records', '', '');
            INSERT INTO hourly (series_id, day, h00) VALUES (1, 20000, '12');
            """)
        await #expect(throws: HistoryError.self) { try await fixture.read() }
        #expect(fixture.history.problem?.name == "damaged")
    }

    @Test("Every table passes SQLite's own check after random writes, compaction and a backup")
    func integrity() async throws {
        var generator = SeededGenerator(8)
        for _ in 0..<10 {
            let day = midnight + Int64.random(in: 0..<40, using: &generator) * 86_400
            _ = try await fixture.history.store(
                [
                    fixture.points(
                        "max_qps", key: "c1-eu-1", [(Int64.random(in: 0..<900, using: &generator), .real(0.5))])
                ],
                answering: fixture.window(day, day + 86_400))
        }
        try await fixture.history.compact()
        let backup = fixture.folder.file("backup.db")
        try await fixture.history.backUp(to: backup)
        for path in [fixture.history.path, backup] {
            let outcome = try await Tool.run(
                "sqlite3", ["-readonly", path, "PRAGMA integrity_check; PRAGMA foreign_key_check"])
            #expect(outcome.output == "ok\n", "\(path)")
        }
    }
}
