internal import GRDB
internal import UsageModel

/// Reads the points of slices within one transaction.
struct OutboxReader {
    /// The points of a slice.
    struct SliceContents {
        /// Settled, ascending.
        var points: [Point] = []
        var withheld: [Point] = []
        /// Where to read on; nil when nothing is stored from here on.
        var next: UnixTime?
        /// Whether there was no room for all of it.
        var isCut = false
    }

    private let readers: [Granularity: PackedRowReader]

    init(_ db: Database) throws {
        readers = try Dictionary(
            uniqueKeysWithValues: Granularity.allCases.map { ($0, try PackedRowReader(db, $0)) })
    }

    /// Reads slices until there is no more room.
    /// - Parameters:
    ///   - room: the most samples.
    ///   - takesOne: whether the first point is taken even when it becomes more samples than that.
    /// - Returns: the contents of each of the first slices.
    func read(_ slices: [OutboxTable.Slice], room: Int, takesOne: Bool) throws -> [SliceContents] {
        var all: [SliceContents] = []
        all.reserveCapacity(slices.count)
        var left = room
        var takesOne = takesOne
        for slice in slices {
            guard let reader = readers[slice.granularity] else { continue }
            let points = max(left / slice.weight, takesOne ? 1 : 0)
            guard points > 0 else { break }
            let contents = try read(slice, atMost: points, reader)
            all.append(contents)
            left -= contents.points.count * slice.weight
            if !contents.points.isEmpty { takesOne = false }
            if contents.isCut { break }
        }
        return all
    }

    private func read(_ slice: OutboxTable.Slice, atMost limit: Int, _ reader: PackedRowReader) throws -> SliceContents
    {
        var contents = SliceContents()
        contents.next = slice.range.end
        contents.points.reserveCapacity(min(limit, Int(slice.range.seconds / slice.granularity.seconds) + 1, 64))
        try reader.forEach(series: slice.series, range: slice.range) { point in
            guard !contents.isCut else { return }
            if let settled = slice.settled, !settled.contains(TimeRange(point.time, point.time + 1)) {
                contents.withheld.append(point)
            } else if contents.points.count < limit {
                contents.points.append(point)
            } else {
                contents.isCut = true
                contents.next = point.time
            }
        }
        if contents.points.isEmpty, contents.withheld.isEmpty {
            // Most often a series that begins later, or has ended.
            contents.next = try reader.nextRow(series: slice.series, from: slice.range.end).map {
                max($0, slice.range.end)
            }
        }
        return contents
    }
}
