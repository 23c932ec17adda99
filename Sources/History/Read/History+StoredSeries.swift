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

/// The first points of some series in a range, and what is left of it.
public struct SeriesPage: Sendable, Hashable {
    /// For each of the series, ascending.
    public var points: [[Point]]
    /// The range left to read; nil at the end.
    public var rest: TimeRange?
}

extension History {
    /// About how many points a page has: small enough for many readers at once, and enough for the hours of 90 days of
    /// a number.
    private static let pagePoints = 4096

    /// Every series, or those of some statistics, in the order of application, index, statistic, key.
    public func storedSeries(statistics: [StatisticName]? = nil) async throws -> [StoredSeries] {
        try await read { db in
            guard let statistics else { return try SeriesTable(db: db).read() }
            let (condition, arguments) = SeriesScope(
                statistics: statistics, applications: nil, indices: nil, keys: nil
            ).ofSeries
            return try SeriesTable(db: db).read([condition], arguments)
        }
    }

    /// The first points of `series` in `range`; what is left of the range comes with them.
    ///
    /// A page holds whole rows, and skips what lies before the first and after the last point, so that a range of any
    /// length is read in few pages of about the same size.
    public func page(
        of series: [StoredSeries], _ granularity: Granularity, range: TimeRange
    ) async throws -> SeriesPage {
        try await read { db in
            let reader = try PackedRowReader(db, granularity)
            let extents = try series.compactMap { try reader.extent(series: $0.id)?.intersection(range) }
                .filter { !$0.isEmpty }
            guard let start = extents.map(\.start).min(), let end = extents.map(\.end).max() else {
                return SeriesPage(points: series.map { _ in [] }, rest: nil)
            }
            let table = PackedTable.of(granularity)
            let rows = max(Self.pagePoints / table.slotCount / series.count, 1)
            let pageEnd = min(table.range(ofRow: table.row(start) + Int64(rows)).start, end)
            return SeriesPage(
                points: try series.map { try reader.points(series: $0.id, range: TimeRange(start, pageEnd)) },
                rest: pageEnd < end ? TimeRange(pageEnd, end) : nil)
        }
    }
}
