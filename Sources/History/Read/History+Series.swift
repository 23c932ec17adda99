internal import GRDB
public import UsageModel

/// One stored series and how far it reaches.
public struct SeriesExtent: Sendable, Hashable {
    public var key: SeriesKey
    public var granularity: Granularity
    public var first: Point
    public var last: Point
}

extension History {
    /// Every series that matches, with its first and last point.
    public func series(
        statistics: [StatisticName]? = nil, applications: [ApplicationID]? = nil, indices: IndexSelection? = nil,
        granularity: Granularity
    ) async throws -> [SeriesExtent] {
        try await read { db in
            let reader = try PackedRowReader(db, granularity)
            var extents: [SeriesExtent] = []
            let (condition, arguments) = SeriesScope(
                statistics: statistics, applications: applications, indices: indices, keys: nil
            ).ofSeries
            for series in try SeriesTable(db: db).read([condition], arguments) {
                guard let (first, last) = try reader.firstAndLast(series: series.id) else { continue }
                extents.append(SeriesExtent(key: series.key, granularity: granularity, first: first, last: last))
            }
            return extents
        }
    }

    /// Names of every statistic that was ever reported.
    public func storedStatistics() async throws -> Set<StatisticName> {
        try await read { db in
            Set(try Row.fetchAll(db, sql: "SELECT DISTINCT statistic FROM series").map { try $0.name(0) })
        }
    }
}
