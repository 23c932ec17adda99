internal import GRDB
public import UsageModel

/// One series of the file.
public struct StoredSeries: Sendable, Hashable {
    /// Within this file, and as long as it exists.
    public var id: Int64
    public var key: SeriesKey

    package init(id: Int64, key: SeriesKey) {
        self.id = id
        self.key = key
    }
}

/// The first points of a range, and what is left of it.
public struct SeriesPage: Sendable, Hashable {
    /// Ascending.
    public var points: [Point]
    /// Nil when nothing is left.
    public var rest: TimeRange?
}

extension History {
    /// Rows of one page: a year of hours.
    private static let pageRows: Int64 = 366

    /// Every series, or those of some statistics, in the order of application, index, statistic, key.
    public func storedSeries(statistics: [StatisticName]? = nil) async throws -> [StoredSeries] {
        try await read { db in
            let marks = (statistics ?? []).map { _ in "?" }.joined(separator: ",")
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT id, application, api, statistic, index_name, key FROM series
                    \(statistics == nil ? "" : "WHERE statistic IN (\(marks))")
                    ORDER BY application, index_name, statistic, key
                    """, arguments: StatementArguments(statistics ?? [])
            ).map { row in
                StoredSeries(id: try row.integer(0), key: try row.seriesKey(1))
            }
        }
    }

    /// The first points of `series` in `range`; what is left of the range comes with them.
    ///
    /// Pages skip what lies before the first and after the last point, so that a range of any
    /// length is read in few pages, and none is large.
    public func page(of series: StoredSeries, _ granularity: Granularity, range: TimeRange) async throws -> SeriesPage {
        try await read { db in
            let reader = try PackedRowReader(db, granularity)
            guard let stored = try reader.extent(series: series.id)?.intersection(range), !stored.isEmpty else {
                return SeriesPage(points: [], rest: nil)
            }
            let table = PackedTable.of(granularity)
            let end = min(table.range(ofRow: table.row(stored.start) + Self.pageRows).start, stored.end)
            var points: [Point] = []
            points.reserveCapacity(Int((end - stored.start) / table.slotSeconds) + 1)
            try reader.forEach(series: series.id, range: TimeRange(stored.start, end)) { points.append($0) }
            return SeriesPage(points: points, rest: end < stored.end ? TimeRange(end, stored.end) : nil)
        }
    }
}
