internal import GRDB
public import UsageModel

/// One stored application.
public struct StoredApplication: Sendable, Hashable {
    public var id: ApplicationID
    /// When it was first collected; its counters begin then.
    public var firstSeen: UnixTime
    public var indices: [IndexName]
}

/// Names, numbers and widths of series by the index of their table: of a thousand indices it has tens of thousands of
/// rows, and a page has no time to read them all.
extension History {
    /// Every application that was ever collected, ascending.
    public func applicationIDs() async throws -> [ApplicationID] {
        try await knownNames(among: [], of: nil).applications
    }

    /// The indices of one application that were ever collected or listed, ascending.
    public func indices(of application: ApplicationID) async throws -> [IndexName] {
        try await read { db in try Self.indices(of: application, in: db) }
    }

    /// Every application that was ever collected, ascending, with its indices.
    public func applications() async throws -> [StoredApplication] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT id, first_seen FROM application ORDER BY id").map { row in
                let id: ApplicationID = try row.name(0)
                return StoredApplication(
                    id: id, firstSeen: try row.time(1), indices: try Self.indices(of: id, in: db))
            }
        }
    }

    private static func indices(of application: ApplicationID, in db: Database) throws -> [IndexName] {
        let rows = try RawStatement(
            db,
            """
            SELECT * FROM (SELECT DISTINCT index_name FROM freshness WHERE application = ?1 AND index_name > '')
            UNION ALL
            SELECT * FROM (SELECT DISTINCT index_name FROM series
                WHERE application = ?1 AND api = 'search' AND index_name > '')
            """)
        rows.bind(1, application.text)
        defer { rows.reset() }
        var names = Set<IndexName>()
        while try rows.step() { names.insert(try rows.name(0)) }
        return names.sorted()
    }

    /// Whether an index of an application was ever collected or listed.
    public func hasIndex(_ index: IndexName, of application: ApplicationID) async throws -> Bool {
        try await knownNames(among: [index], of: [application]).unknown.isEmpty
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

    /// The number of series of some statistics.
    /// - Parameters:
    ///   - applications: nil for every application.
    ///   - keys: servers, regions or clusters; nil for all.
    public func seriesCount(
        statistics: [StatisticName], applications: [ApplicationID]?, indices: IndexSelection, keys: [ServerName]?
    ) async throws -> Int {
        try await read { db in
            let (condition, arguments) = SeriesScope(
                statistics: statistics, applications: applications, indices: indices, keys: keys
            ).ofSeries
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM series WHERE \(condition)", arguments: arguments) ?? 0
        }
    }

    /// The widths of the buckets that are stored of a statistic in some scope, those of `candidates`.
    /// - Parameter applications: nil for every application.
    public func granularities(
        of statistic: StatisticName, applications: [ApplicationID]?, indices: IndexSelection,
        among candidates: [Granularity]
    ) async throws -> [Granularity] {
        try await read { db in
            let (condition, arguments) = SeriesScope(
                statistics: [statistic], applications: applications, indices: indices, keys: nil
            ).ofSeries
            return try candidates.filter { granularity in
                let table = PackedTable.of(granularity).name
                return try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM series WHERE \(condition)
                            AND EXISTS (SELECT 1 FROM \(table) WHERE series_id = series.id))
                        """, arguments: arguments) ?? false
            }
        }
    }
}
