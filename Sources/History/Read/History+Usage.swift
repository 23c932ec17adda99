internal import GRDB
public import UsageModel

/// The state of the Usage API's data in one scope and granularity, at one instant.
public struct StoredUsage: Sendable {
    /// The series of each statistic, one for each server or region, ascending by its name; that is `""` for what was
    /// reported as a number.
    public var statistics: [StatisticName: [StoredSeries]]
    /// The answered and settled ranges, by statistic or `*`.
    public var answered: [StatisticName: TimeRangeSet]
    /// The newest fetches of the live tail, by statistic or `*`.
    public var freshness: [Freshness]
    /// The statistics that the plan refuses at the scope's level.
    public var refused: Set<StatisticName>
    /// Whether anything was ever fetched for the scope, in any granularity.
    public var wasFetched: Bool
}

extension History {
    /// Returns the stored data of the Usage API in `scope`. Points are read with ``page(of:_:range:)``.
    public func usage(_ scope: Scope, _ granularity: Granularity) async throws -> StoredUsage {
        try await read { db in
            let refusals = try RefusalTable(db: db, application: scope.application).read(EndpointLevel(scope))
            return StoredUsage(
                statistics: Dictionary(
                    grouping: try SeriesTable(db: db).read(
                        ["application = ?", "api = ?", "index_name = ?"],
                        [scope.application, API.usage.rawValue, scope.index]), by: \.key.statistic),
                answered: try AnsweredTable(db: db, scope: scope, granularity: granularity).read(),
                freshness: try FreshnessTable(db: db).read(scope, granularity), refused: Set(refusals.keys),
                wasFetched: try Self.wasFetched(scope, in: db))
        }
    }

    /// Whether the Usage API ever reported `statistic` for the application or, at the index level, for any index.
    public func knowsUsageStatistic(
        _ statistic: StatisticName, application: ApplicationID, level: EndpointLevel
    ) async throws -> Bool {
        try await read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM series WHERE application = ? AND api = ? AND (index_name <> '') = ?
                        AND statistic = ?)
                    """,
                arguments: [application, API.usage.rawValue, level == .index, statistic]) ?? false
        }
    }

    private static func wasFetched(_ scope: Scope, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM answered WHERE application = ?1 AND index_name = ?2)
                    OR EXISTS (SELECT 1 FROM freshness WHERE application = ?1 AND index_name = ?2)
                """,
            arguments: [scope.application, scope.index]) ?? false
    }
}
