internal import GRDB
internal import UsageModel

/// Writes points into packed rows within one transaction.
struct PackedRowWriter {
    private let table: PackedTable
    private let select: RawStatement
    private let replace: RawStatement
    private var slots: [PointValue?]
    private var late: LateBuckets
    /// Points that were not there before.
    private(set) var added = 0
    /// Points whose value has changed.
    private(set) var revised = 0
    /// The rows that the newest ``write(_:series:)`` changed.
    private(set) var changedRows: [Int64] = []
    /// The oldest row that was changed, of any series.
    private(set) var oldestChangedRow: Int64?

    init(_ db: Database, _ granularity: Granularity) throws {
        table = .of(granularity)
        select = try RawStatement(db, table.selectRow)
        replace = try RawStatement(db, table.replaceRow)
        slots = Array(repeating: nil, count: table.slotCount)
        late = LateBuckets(db, granularity)
    }

    /// Merges `points` (of any order) into the rows of one series; times that no row can have are left out.
    mutating func write(_ points: [Point], series: Int64) throws {
        changedRows.removeAll(keepingCapacity: true)
        var row = Int64.min
        for point in points where table.holds(point.time) {
            let pointRow = table.row(point.time)
            if pointRow != row {
                try flush(series: series, row: row)
                row = pointRow
            }
            slots[table.slot(point.time)] = point.value
        }
        try flush(series: series, row: row)
    }

    private mutating func flush(series: Int64, row: Int64) throws {
        guard row != .min else { return }
        // A bit for each slot; no table has more than 60.
        var changed: UInt64 = 0
        select.bind(1, series)
        select.bind(2, row)
        if try select.step() {
            for slot in slots.indices {
                let old = try select.value(slot)
                guard let new = slots[slot] else {
                    slots[slot] = old
                    continue
                }
                if old == nil {
                    added += 1
                    changed |= 1 << slot
                } else if old != new {
                    revised += 1
                    changed |= 1 << slot
                }
            }
        } else {
            for slot in slots.indices where slots[slot] != nil { changed |= 1 << slot }
            added += changed.nonzeroBitCount
        }
        select.reset()
        if changed != 0 {
            changedRows.append(row)
            oldestChangedRow = min(oldestChangedRow ?? row, row)
            try late.note(series: series, row: row, slots: changed)
            replace.bind(1, series)
            replace.bind(2, row)
            for slot in slots.indices { replace.bind(slot + 3, slots[slot]) }
            _ = try replace.step()
            replace.reset()
        }
        for slot in slots.indices { slots[slot] = nil }
    }
}
