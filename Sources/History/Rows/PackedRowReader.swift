internal import GRDB
internal import UsageModel

/// Reads points out of packed rows.
struct PackedRowReader {
    private let table: PackedTable
    private let rows: RawStatement
    /// Nil for tables with several slots per row: adding those up in Swift is faster.
    private let sum: RawStatement?
    private let extent: RawStatement
    private let nextRow: RawStatement
    private let previousRow: RawStatement

    init(_ db: Database, _ granularity: Granularity) throws {
        table = .of(granularity)
        rows = try RawStatement(db, table.selectRows)
        sum = table.slotCount == 1 ? try RawStatement(db, table.selectSum(ofSlot: 0)) : nil
        extent = try RawStatement(db, table.selectExtent)
        nextRow = try RawStatement(db, table.selectNextRow)
        previousRow = try RawStatement(db, table.selectPreviousRow)
    }

    /// The cursor under every reader of points: walks the rows of one series that overlap `range`, ascending.
    ///
    /// It is inlined into each of them with its closures, so a point costs no call.
    /// - Parameters:
    ///   - goesOn: asked before each row, with the time that the row begins to count; false ends the walk.
    ///   - body: called with each reported point of `range`.
    @inline(__always)
    private func walk(
        series: Int64, range: TimeRange, while goesOn: (UnixTime) -> Bool, _ body: (Point) throws -> Void
    ) throws {
        guard range.end > 0, !range.isEmpty else { return }
        let start = max(range.start, 0)
        rows.bind(1, series)
        rows.bind(2, table.row(start))
        rows.bind(3, table.row(range.end - 1))
        defer { rows.reset() }
        let (slotSeconds, slotCount) = (table.slotSeconds, table.slotCount)
        // The slot that begins at or after `time`, within its row.
        func slot(_ time: UnixTime, _ row: UnixTime) -> Int {
            min(Int((max(time - row, 0) + slotSeconds - 1) / slotSeconds), slotCount)
        }
        while try rows.step() {
            let row = try table.start(ofRow: rows.integer(0))
            guard goesOn(max(row, start)) else { return }
            let slots = slot(start, row)..<slot(min(range.end, row + table.rowSeconds), row)
            var time = row + Int64(slots.lowerBound) * slotSeconds
            for slot in slots {
                if let value = try rows.value(slot + 1) { try body(Point(time: time, value: value)) }
                time += slotSeconds
            }
        }
    }

    /// Calls `body` with each reported point of `range`, ascending.
    @inline(__always)
    func forEach(series: Int64, range: TimeRange, _ body: (Point) throws -> Void) throws {
        try walk(series: series, range: range, while: { _ in true }, body)
    }

    /// The points of `range`, which is bounded.
    func points(series: Int64, range: TimeRange) throws -> [Point] {
        var points: [Point] = []
        points.reserveCapacity(Int(min(range.seconds / table.slotSeconds + 1, 8784)))
        try forEach(series: series, range: range) { points.append($0) }
        return points
    }

    /// Appends the points of `range` until there are at least `limit` of them.
    /// - Returns: where to read on, at the start of a row; nil after the last.
    func read(series: Int64, range: TimeRange, into points: inout [Point], limit: Int) throws -> UnixTime? {
        var rest: UnixTime?
        try walk(
            series: series, range: range,
            while: { start in
                guard points.count >= limit else { return true }
                rest = start
                return false
            }, { points.append($0) })
        return rest
    }

    /// Adds the points of `range` to `fold` until at least `limit` were.
    /// - Parameter read: points that were added since the limit began to count.
    /// - Returns: where to read on, at the start of a row; nil after the last.
    func fold(
        series: Int64, range: TimeRange, into fold: inout BucketFold, read: inout Int, limit: Int
    ) throws -> UnixTime? {
        var rest: UnixTime?
        try walk(
            series: series, range: range,
            while: { start in
                guard read >= limit else { return true }
                rest = start
                return false
            },
            {
                fold.add($0)
                read += 1
            })
        return rest
    }

    /// The sum of all points of `range`, as doubles; nil without any.
    func sum(series: Int64, range: TimeRange) throws -> Double? {
        if let rows = sum {
            guard range.end > 0, !range.isEmpty else { return nil }
            let start = max(range.start, 0)
            rows.bind(1, series)
            rows.bind(2, table.row(start) + (table.floor(start) < start ? 1 : 0))
            rows.bind(3, table.row(range.end - 1))
            defer { rows.reset() }
            // SQLite has no NaN: the sum of both infinities is NULL.
            guard try rows.step(), try rows.value(1) != nil else { return nil }
            return try rows.value(0)?.double ?? .nan
        }
        var (sum, isFound) = (0.0, false)
        try forEach(series: series, range: range) { point in
            sum += point.value.double
            isFound = true
        }
        return isFound ? sum : nil
    }

    /// Whether there is a point in `range`.
    func hasPoint(series: Int64, range: TimeRange) throws -> Bool {
        var isFound = false
        try walk(series: series, range: range, while: { _ in !isFound }, { _ in isFound = true })
        return isFound
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
    /// - Parameter limit: points that begin later are passed over.
    func last(series: Int64, notAfter limit: UnixTime = .max) throws -> Point? {
        guard let extent = try extent(series: series) else { return nil }
        var end = limit < extent.end ? table.floor(limit) + table.rowSeconds : extent.end
        var last: Point?
        // More than one row is read only where some points of a row are too late.
        while end > extent.start {
            let range = TimeRange(end - table.rowSeconds, limit < end ? limit + 1 : end)
            try forEach(series: series, range: range) { last = $0 }
            guard last == nil, let row = try previousRow(series: series, before: range.start) else { break }
            end = row + table.rowSeconds
        }
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
