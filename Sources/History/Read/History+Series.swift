internal import GRDB
public import UsageModel

/// One stored series and how far it reaches.
public struct SeriesExtent: Sendable, Hashable {
    public var key: SeriesKey
    public var granularity: Granularity
    public var first: Point
    public var last: Point
}

/// One stored application.
public struct StoredApplication: Sendable, Hashable {
    public var id: ApplicationID
    /// When it was first collected; its counters begin then.
    public var firstSeen: UnixTime
    public var indices: [IndexName]
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

    /// Every application that was ever collected, with its indices.
    public func applications() async throws -> [StoredApplication] {
        try await read { db in
            let indices = try Dictionary(
                grouping: try Row.fetchAll(
                    db,
                    sql: """
                        SELECT application, index_name FROM freshness WHERE index_name <> ''
                        UNION SELECT application, index_name FROM series WHERE api = 'search' AND index_name <> ''
                        """),
                by: { try $0.name(0) as ApplicationID })
            return try Row.fetchAll(db, sql: "SELECT id, first_seen FROM application ORDER BY id").map { row in
                let id: ApplicationID = try row.name(0)
                return StoredApplication(
                    id: id, firstSeen: try row.time(1), indices: try (indices[id] ?? []).map { try $0.name(1) }.sorted()
                )
            }
        }
    }

    /// Names of every statistic that was ever reported.
    public func storedStatistics() async throws -> Set<StatisticName> {
        try await read { db in
            Set(try Row.fetchAll(db, sql: "SELECT DISTINCT statistic FROM series").map { try $0.name(0) })
        }
    }
}
