internal import GRDB
internal import UsageModel

/// Reads the points of slices within one transaction.
struct OutboxReader {
    /// What there is in a slice.
    struct Look {
        /// Settled, ascending.
        var points: [Point] = []
        var withheld: [Point] = []
        /// Where to look next; nil when nothing is stored from here on.
        var next: UnixTime?
        /// Whether there was no room for all of it.
        var isCut = false
    }

    private let readers: [Granularity: PackedRowReader]

    init(_ db: Database) throws {
        readers = try Dictionary(
            uniqueKeysWithValues: Granularity.allCases.map { ($0, try PackedRowReader(db, $0)) })
    }

    /// Looks at slices until there is no more room.
    /// - Parameters:
    ///   - room: the most samples.
    ///   - takesOne: whether the first point is taken even when it becomes more samples than that.
    /// - Returns: a look for each of the first slices.
    func look(at slices: [OutboxTable.Slice], room: Int, takesOne: Bool) throws -> [Look] {
        var looks: [Look] = []
        looks.reserveCapacity(slices.count)
        var left = room
        var takesOne = takesOne
        for slice in slices {
            guard let reader = readers[slice.granularity] else { continue }
            let points = max(left / slice.weight, takesOne ? 1 : 0)
            guard points > 0 else { break }
            let look = try look(at: slice, atMost: points, reader)
            looks.append(look)
            left -= look.points.count * slice.weight
            if !look.points.isEmpty { takesOne = false }
            if look.isCut { break }
        }
        return looks
    }

    private func look(at slice: OutboxTable.Slice, atMost limit: Int, _ reader: PackedRowReader) throws -> Look {
        var look = Look()
        look.next = slice.range.end
        look.points.reserveCapacity(min(limit, Int(slice.range.seconds / slice.granularity.seconds) + 1, 64))
        try reader.forEach(series: slice.series, range: slice.range) { point in
            guard !look.isCut else { return }
            if let settled = slice.settled, !settled.contains(TimeRange(point.time, point.time + 1)) {
                look.withheld.append(point)
            } else if look.points.count < limit {
                look.points.append(point)
            } else {
                look.isCut = true
                look.next = point.time
            }
        }
        if look.points.isEmpty, look.withheld.isEmpty {
            // Most often a series that begins later, or has ended.
            look.next = try reader.nextRow(series: slice.series, from: slice.range.end).map { max($0, slice.range.end) }
        }
        return look
    }
}
