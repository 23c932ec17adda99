internal import GRDB
internal import UsageModel

/// Reads points out of packed rows.
struct PackedRowReader {
    private let table: PackedTable
    private let rows: RawStatement
    private let extent: RawStatement
    private let nextRow: RawStatement
    private let previousRow: RawStatement

    init(_ db: Database, _ granularity: Granularity) throws {
        table = .of(granularity)
        rows = try RawStatement(db, table.selectRows)
        extent = try RawStatement(db, table.selectExtent)
        nextRow = try RawStatement(db, table.selectNextRow)
        previousRow = try RawStatement(db, table.selectPreviousRow)
    }

    /// Calls `body` with each reported point of `range`, ascending.
    @inline(__always)
    func forEach(series: Int64, range: TimeRange, _ body: (Point) throws -> Void) throws {
        guard range.end > 0, !range.isEmpty else { return }
        let start = max(range.start, 0)
        rows.bind(1, series)
        rows.bind(2, table.row(start))
        rows.bind(3, table.row(range.end - 1))
        defer { rows.reset() }
        while try rows.step() {
            var time = try table.start(ofRow: rows.integer(0))
            for slot in 0..<table.slotCount {
                if time >= start, time < range.end, let value = try rows.value(slot + 1) {
                    try body(Point(time: time, value: value))
                }
                time += table.slotSeconds
            }
        }
    }

    /// Appends the points of `range` until there are at least `limit` of them.
    /// - Returns: where to read on, at the start of a row; nil after the last.
    func read(series: Int64, range: TimeRange, into points: inout [Point], limit: Int) throws -> UnixTime? {
        guard range.end > 0, !range.isEmpty else { return nil }
        let start = max(range.start, 0)
        rows.bind(1, series)
        rows.bind(2, table.row(start))
        rows.bind(3, table.row(range.end - 1))
        defer { rows.reset() }
        while try rows.step() {
            var time = try table.start(ofRow: rows.integer(0))
            if points.count >= limit { return max(time, start) }
            for slot in 0..<table.slotCount {
                if time >= start, time < range.end, let value = try rows.value(slot + 1) {
                    points.append(Point(time: time, value: value))
                }
                time += table.slotSeconds
            }
        }
        return nil
    }

    /// Whether there is a point in `range`.
    func hasPoint(series: Int64, range: TimeRange) throws -> Bool {
        var points: [Point] = []
        _ = try read(series: series, range: range, into: &points, limit: 1)
        return !points.isEmpty
    }

    /// The rows' extent of one series, as times: from the first row's start to
    /// the last row's end. Nil without rows. Two look-ups, whatever the size.
    func extent(series: Int64) throws -> TimeRange? {
        extent.bind(1, series)
        defer { extent.reset() }
        guard try extent.step(), !extent.isNull(0) else { return nil }
        return TimeRange(
            try table.start(ofRow: extent.integer(0)), try table.start(ofRow: extent.integer(1)) + table.rowSeconds)
    }

    /// The first row's start that is not before `time`'s row; nil without rows from there on.
    func nextRow(series: Int64, from time: UnixTime) throws -> UnixTime? {
        nextRow.bind(1, series)
        nextRow.bind(2, table.row(max(time, 0)))
        defer { nextRow.reset() }
        guard try nextRow.step(), !nextRow.isNull(0) else { return nil }
        return try table.start(ofRow: nextRow.integer(0))
    }

    /// The start of the last row before `time`'s row; nil without rows before it.
    func previousRow(series: Int64, before time: UnixTime) throws -> UnixTime? {
        previousRow.bind(1, series)
        previousRow.bind(2, table.row(max(time, 0)))
        defer { previousRow.reset() }
        guard try previousRow.step(), !previousRow.isNull(0) else { return nil }
        return try table.start(ofRow: previousRow.integer(0))
    }

    /// The newest point of one series.
    func last(series: Int64) throws -> Point? {
        guard let extent = try extent(series: series) else { return nil }
        var last: Point?
        try forEach(series: series, range: TimeRange(extent.end - table.rowSeconds, extent.end)) { last = $0 }
        return last
    }

    /// The first and the last point of one series.
    func firstAndLast(series: Int64) throws -> (first: Point, last: Point)? {
        guard let extent = try extent(series: series) else { return nil }
        var first: Point?
        try forEach(series: series, range: TimeRange(extent.start, extent.start + table.rowSeconds)) { point in
            first = first ?? point
        }
        guard let first, let last = try last(series: series) else { return nil }
        return (first, last)
    }
}
