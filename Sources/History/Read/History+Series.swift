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
            for series in try SeriesTable(db: db).read() {
                let key = series.key
                if let statistics, !statistics.contains(key.statistic) { continue }
                if let applications, !applications.contains(key.application) { continue }
                switch indices {
                case .application? where !key.index.isEmpty, .all? where key.index.isEmpty: continue
                case .names(let names)? where !names.contains(key.index): continue
                default: break
                }
                guard let (first, last) = try reader.firstAndLast(series: series.id) else { continue }
                extents.append(SeriesExtent(key: key, granularity: granularity, first: first, last: last))
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

    /// The applications that were ever collected, and those of `indices` that none of them has.
    ///
    /// Each name is looked up: the answer takes as long with a thousand indices as with one.
    /// - Parameter applications: whose indices are meant; nil for those of every application.
    public func knownNames(
        among indices: [IndexName], of applications: [ApplicationID]?
    ) async throws -> (applications: [ApplicationID], unknown: [IndexName]) {
        try await read { db in
            let known: [ApplicationID] = try Row.fetchAll(db, sql: "SELECT id FROM application ORDER BY id")
                .map { try $0.name(0) }
            let isKnown = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM freshness WHERE application = ?1 AND index_name = ?2)
                        OR EXISTS (
                            SELECT 1 FROM series WHERE application = ?1 AND api = 'search' AND index_name = ?2)
                    """)
            let asked = applications ?? known
            let unknown = try indices.filter { index in
                try !asked.contains { try Bool.fetchOne(isKnown, arguments: [$0, index]) ?? false }
            }
            return (known, unknown)
        }
    }

    /// Names of every statistic that was ever reported.
    public func storedStatistics() async throws -> Set<StatisticName> {
        try await read { db in
            Set(try Row.fetchAll(db, sql: "SELECT DISTINCT statistic FROM series").map { try $0.name(0) })
        }
    }
}
