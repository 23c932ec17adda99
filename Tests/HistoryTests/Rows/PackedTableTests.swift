import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("How points are packed")
struct PackedTableTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test(
        "Columns are those of the schema, and the primary key is the series and its row",
        arguments: Granularity.allCases)
    func columns(granularity: Granularity) throws {
        let table = PackedTable.of(granularity)
        try fixture.history.pool.read { (db: Database) throws in
            #expect(
                try db.columns(in: table.name).map(\.name) == ["series_id", table.rowColumn] + table.slotColumns)
            #expect(try db.primaryKey(table.name).columns == ["series_id", table.rowColumn])
        }
        #expect(table.slotSeconds == granularity.seconds)
        #expect(Int64(table.slotCount) * table.slotSeconds == table.rowSeconds)
    }

    @Test(
        "Each instant has one row and one slot",
        arguments: [
            // 1970-01-01T00:00:00Z, the last second of 2023, 2024-02-29T12:34:56Z, the last second of the year 9999.
            (0, 0, 0, 0, 0), (1_704_067_199, 19_722, 23, 473_351, 59), (1_709_210_096, 19_782, 12, 474_780, 34),
            (253_402_300_799, 2_932_896, 23, 70_389_527, 59),
        ] as [(UnixTime, Int64, Int, Int64, Int)])
    func slots(time: UnixTime, day: Int64, hourSlot: Int, hour: Int64, minuteSlot: Int) {
        let (hourly, minutely, daily) = (PackedTable.of(.hourly), PackedTable.of(.minutely), PackedTable.of(.daily))
        #expect(hourly.row(time) == day && daily.row(time) == day && minutely.row(time) == hour)
        #expect(hourly.slot(time) == hourSlot && daily.slot(time) == 0 && minutely.slot(time) == minuteSlot)
        for table in [hourly, minutely, daily] {
            #expect(table.holds(time))
            #expect(table.range(ofRow: table.row(time)).contains(time))
            #expect(table.floor(time) == table.range(ofRow: table.row(time)).start)
        }
    }

    @Test("No row holds a time before 1970 or after the year 9999", arguments: Granularity.allCases)
    func borders(granularity: Granularity) throws {
        let table = PackedTable.of(granularity)
        for time in [-1, .min, 253_402_300_800, .max] as [UnixTime] { #expect(!table.holds(time), "\(time)") }
        #expect(table.floor(-1) == 0)
        for row in [-1, .min, .max, 253_402_300_800 / table.rowSeconds + 1] as [Int64] {
            #expect(throws: DamagedRow.self, "\(row)") { try table.start(ofRow: row) }
        }
        #expect(try table.start(ofRow: 0) == 0)
    }

    @Test("A row of a day that no calendar has is damage, not an overflow", arguments: [-1, .max, .min] as [Int64])
    func damagedRow(day: Int64) async throws {
        try await fixture.history.pool.write { db in
            try db.execute(sql: "INSERT INTO hourly (series_id, day, h00) VALUES (1, ?, 1)", arguments: [day])
        }
        await #expect(throws: HistoryError.self) {
            try await fixture.history.read { db in try PackedRowReader(db, .hourly).extent(series: 1) }
        }
        guard case .damaged(let reason) = fixture.history.problem else {
            Issue.record("problem is \(String(describing: fixture.history.problem))")
            return
        }
        #expect(reason.contains("\"day\" of \"hourly\""))
    }

    /// The steps of SQLite's plan.
    private func plan(_ db: Database, _ sql: String) throws -> [String] {
        let statement = try RawStatement(db, "EXPLAIN QUERY PLAN " + sql)
        defer { statement.reset() }
        var steps: [String] = []
        while try statement.step() { steps.append(try statement.text(3)) }
        return steps
    }

    @Test("Reading, writing and deleting rows of a series goes by the primary key, sorts nothing and scans nothing")
    func rowPlans() throws {
        try fixture.history.pool.read { db in
            for granularity in Granularity.allCases {
                let table = PackedTable.of(granularity)
                for sql in [
                    table.selectRow, table.selectRows, table.selectExtent, table.selectNextRow,
                    table.selectPreviousRow, table.deleteRows,
                ] {
                    let steps = try plan(db, sql)
                    #expect(steps.contains { $0.hasPrefix("SEARCH \(table.name) USING PRIMARY KEY (series_id=?") })
                    #expect(
                        !steps.contains { $0.hasPrefix("SCAN \(table.name)") || $0.contains("TEMP B-TREE") }, "\(steps)"
                    )
                }
            }
        }
    }

    @Test("The newest values of a scope are found by the index on series; the oldest row reads one row of each series")
    func scopePlans() throws {
        try fixture.history.pool.read { db in
            for granularity in Granularity.allCases {
                let table = PackedTable.of(granularity)
                let slot = try plan(db, table.selectSlot(0))
                #expect(
                    slot.contains {
                        $0.hasPrefix("SEARCH series USING") && $0.contains("(application=? AND api=? AND index_name=?)")
                    }, "\(slot)")
                #expect(
                    slot.contains {
                        $0 == "SEARCH \(table.name) USING PRIMARY KEY (series_id=? AND \(table.rowColumn)=?)"
                    },
                    "\(slot)")
                for sql in [table.selectOldestRow, table.selectSeriesBefore] {
                    let steps = try plan(db, sql)
                    #expect(steps.contains { $0.hasPrefix("SEARCH \(table.name) USING PRIMARY KEY") }, "\(steps)")
                    #expect(!steps.contains { $0.hasPrefix("SCAN \(table.name)") }, "\(steps)")
                }
            }
        }
    }

    @Test("The oldest row is that of any series, and none without points")
    func oldestRow() throws {
        try fixture.history.pool.write { db in
            let table = PackedTable.of(.daily)
            #expect(try Int64.fetchOne(db, sql: table.selectOldestRow) == nil)
            for (statistic, day) in [("records", 30), ("data_size", 20), ("file_size", 25)] as [(StatisticName, Int64)]
            {
                let id = try SeriesTable(db: db).id(of: SeriesKey(application: "APP", statistic: statistic))
                var writer = try PackedRowWriter(db, .daily)
                try writer.write([Point(time: day * 86_400, value: .integer(1))], series: id)
            }
            #expect(try Int64.fetchOne(db, sql: table.selectOldestRow) == 20)
            let old = try Row.fetchAll(db, sql: table.selectSeriesBefore, arguments: [26])
            #expect(try Set(old.map { try $0.series(0).key.statistic }) == ["data_size", "file_size"])
        }
    }
}
