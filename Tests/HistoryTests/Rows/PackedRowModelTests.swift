import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

/// Random writes, compared with a dictionary after each.
@Suite("Packed rows against a dictionary")
struct PackedRowModelTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// The start, the end of a year, a leap day, and the last day of the year 9999.
    private static let anchors: [UnixTime] = [0, 1_704_067_200, 1_709_164_800, StoredTime.range.upperBound]
    private static let values: [PointValue] = [
        .integer(0), .integer(1), .integer(-1), .integer(.max), .integer(.min), .integer(1 << 53 + 1), .real(0.1),
        .real(1), .real(1e308), .real(-1e308), .real(.leastNonzeroMagnitude), .real(.infinity),
    ]

    private static func time(_ table: PackedTable, _ generator: inout SeededGenerator) -> UnixTime {
        let offset = Int64.random(in: -table.rowSeconds..<2 * table.rowSeconds, using: &generator)
        return anchors.randomElement(using: &generator)! + offset
    }

    /// Points of distinct buckets in no order, some of times that no row holds.
    private static func points(_ table: PackedTable, _ generator: inout SeededGenerator) -> [Point] {
        var points: [UnixTime: Point] = [:]
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let time = time(table, &generator)
            points[time / table.slotSeconds] = Point(time: time, value: values.randomElement(using: &generator)!)
        }
        return points.values.sorted { $0.time < $1.time }.shuffled(using: &generator)
    }

    @Test(
        "What was written is what every reader reads, in any order of writes and at the borders of time",
        arguments: Granularity.allCases)
    func random(granularity: Granularity) throws {
        let table = PackedTable.of(granularity)
        let seed = UInt64(table.slotSeconds)
        var generator = SeededGenerator(seed)
        var model: [Int64: [UnixTime: PointValue]] = [1: [:], 2: [:]]
        for step in 0..<80 {
            let comment: Comment = "seed \(seed), step \(step)"
            let series = Int64.random(in: 1...2, using: &generator)
            let points = Self.points(table, &generator)
            let before = model[series] ?? [:]
            var after = before
            for point in points where point.time >= 0 && point.time < StoredTime.range.upperBound {
                after[granularity.floor(point.time)] = point.value
            }
            model[series] = after
            let changed = after.filter { before[$0.key] != $0.value }
            try fixture.history.pool.write { db in
                var writer = try PackedRowWriter(db, granularity)
                try writer.write(points, series: series)
                #expect(writer.added == changed.count { before[$0.key] == nil }, comment)
                #expect(writer.revised == changed.count { before[$0.key] != nil }, comment)
                #expect(Set(writer.changedRows) == Set(changed.map { $0.key / table.rowSeconds }), comment)
                try writer.write(points, series: series)
                #expect(writer.changedRows.isEmpty, "again: \(comment)")
                #expect(writer.added + writer.revised == changed.count, "again: \(comment)")
            }
            let ranges = (0..<5).map { _ in
                TimeRange(Self.time(table, &generator), Self.time(table, &generator))
            }
            try fixture.history.pool.read { db in
                let reader = try PackedRowReader(db, granularity)
                for series in [1, 2, 3] as [Int64] {
                    let known = (model[series] ?? [:]).map { Point(time: $0.key, value: $0.value) }
                        .sorted { $0.time < $1.time }
                    try Self.compare(reader, series, known, table, ranges, comment)
                }
            }
        }
    }

    private static func compare(
        _ reader: PackedRowReader, _ series: Int64, _ known: [Point], _ table: PackedTable, _ ranges: [TimeRange],
        _ comment: Comment
    ) throws {
        let rows = Set(known.map { $0.time / table.rowSeconds * table.rowSeconds }).sorted()
        let extent = rows.first.map { TimeRange($0, rows[rows.count - 1] + table.rowSeconds) }
        #expect(try reader.extent(series: series) == extent, comment)
        let ends = try reader.firstAndLast(series: series)
        #expect(ends?.first == known.first && ends?.last == known.last, comment)
        for range in ranges + [TimeRange(.min, .max), TimeRange(.min, 0), TimeRange(.max, .max)] {
            let expected = known.filter { range.contains($0.time) }
            #expect(try reader.points(series: series, range: range) == expected, "\(range): \(comment)")
            #expect(try reader.hasPoint(series: series, range: range) == !expected.isEmpty, "\(range): \(comment)")
            #expect(try pages(reader, series, range, limit: 7) == expected, "\(range): \(comment)")
            let sum = try reader.sum(series: series, range: range)
            #expect((sum == nil) == expected.isEmpty, "\(range): \(comment)")
            let (total, largest) = expected.reduce((0.0, 0.0)) { sums, point in
                (sums.0 + point.value.double, max(sums.1, abs(point.value.double)))
            }
            // SQLite and Swift may add in another way, and both infinities have no sum.
            if let sum, total.isFinite { #expect(abs(sum - total) <= largest * 1e-12, "\(range): \(comment)") }
            let row = max(range.start, 0) / table.rowSeconds * table.rowSeconds
            #expect(
                try reader.nextRow(series: series, from: range.start) == rows.first { $0 >= row },
                "\(range): \(comment)"
            )
            #expect(
                try reader.previousRow(series: series, before: range.start) == rows.last { $0 < row },
                "\(range): \(comment)")
            #expect(
                try reader.last(series: series, notAfter: range.start) == known.last { $0.time <= range.start },
                "\(range): \(comment)")
        }
    }

    /// The points of `range`, read in pages that continue where the one before ended.
    private static func pages(_ reader: PackedRowReader, _ series: Int64, _ range: TimeRange, limit: Int) throws
        -> [Point]
    {
        var all: [Point] = []
        var start: UnixTime? = range.start
        while let next = start {
            var page: [Point] = []
            start = try reader.read(series: series, range: TimeRange(next, range.end), into: &page, limit: limit)
            #expect(start == nil || page.count >= limit, "a page that is not the last is full")
            #expect(start.map { $0 > next } ?? true, "each page moves on")
            all += page
        }
        return all
    }

    @Test("A negative zero keeps its sign, and an integral real stays a real")
    func signs() throws {
        let points = [Point(time: 0, value: .real(-0.0)), Point(time: 3600, value: .real(7))]
        let read = try fixture.history.pool.write { db in
            var writer = try PackedRowWriter(db, .hourly)
            try writer.write(points, series: 1)
            return try PackedRowReader(db, .hourly).points(series: 1, range: TimeRange(0, 7200))
        }
        guard case .real(let zero)? = read.first?.value else {
            Issue.record("read \(read)")
            return
        }
        #expect(zero.sign == .minus)
        #expect(read.last?.value == .real(7))
    }

    @Test("The last of several values for one bucket counts, also when another row comes in between")
    func repeated() throws {
        let points = [(0, 1), (10, 2), (86_400, 3), (20, 4)].map {
            Point(time: $0.0, value: .integer($0.1))
        }
        let read = try fixture.history.pool.write { db in
            var writer = try PackedRowWriter(db, .hourly)
            try writer.write(points, series: 1)
            #expect(writer.added == 2)
            #expect(writer.revised == 1)
            return try PackedRowReader(db, .hourly).points(series: 1, range: TimeRange(0, .max))
        }
        #expect(read == [Point(time: 0, value: .integer(4)), Point(time: 86_400, value: .integer(3))])
    }

    @Test("What is no number is damage in a sum as it is alone", arguments: [Granularity.hourly, .daily])
    func noNumber(granularity: Granularity) throws {
        let table = PackedTable.of(granularity)
        try fixture.history.pool.write { db in
            var writer = try PackedRowWriter(db, granularity)
            try writer.write((0..<9).map { Point(time: $0 * 86_400, value: .integer(7)) }, series: 1)
            try db.execute(sql: "UPDATE \(table.name) SET \(table.slotColumns[0]) = 'seven' WHERE day = 4")
            let reader = try PackedRowReader(db, granularity)
            #expect(throws: DamagedRow.self) { try reader.sum(series: 1, range: TimeRange(0, 9 * 86_400)) }
            let sum = try reader.sum(series: 1, range: TimeRange(0, 4 * 86_400))
            #expect(sum == 28)
        }
    }

    @Test("A row without any value, as only other programs leave it, is passed over")
    func emptyRows() throws {
        try fixture.history.pool.write { db in
            var writer = try PackedRowWriter(db, .hourly)
            try writer.write([Point(time: 5 * 86_400, value: .integer(1))], series: 1)
            try db.execute(sql: "INSERT INTO hourly (series_id, day) VALUES (1, 6), (1, 9)")
            let reader = try PackedRowReader(db, .hourly)
            #expect(try reader.last(series: 1)?.time == 5 * 86_400)
            #expect(try !reader.hasPoint(series: 1, range: TimeRange(6 * 86_400, .max)))
        }
    }
}
