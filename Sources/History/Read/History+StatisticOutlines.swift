internal import GRDB
public import UsageModel

/// The facts that the stored series of one statistic share.
public struct StatisticOutline: Sendable, Hashable {
    public var name: StatisticName
    public var api: API
    /// Whether any of them is of an application as a whole.
    public var hasApplicationLevel: Bool
    /// Whether any of them is of an index.
    public var hasIndices: Bool
    /// Whether any of them has a server, region or cluster.
    public var hasKeys: Bool
    /// The granularities in which anything is stored, the finest first.
    public var granularities: [Granularity]
}

extension History {
    /// An outline of every statistic that is stored, or of those that are named.
    /// - Parameter applications: whose series count; nil for every application's.
    public func statisticOutlines(
        statistics: [StatisticName]? = nil, applications: [ApplicationID]? = nil
    ) async throws -> [StatisticOutline] {
        let (condition, arguments) = SeriesScope(
            statistics: statistics, applications: applications, indices: nil, keys: nil
        ).ofSeries
        let granularities = Granularity.allCases.map { granularity in
            "max(EXISTS (SELECT 1 FROM \(PackedTable.of(granularity).name) WHERE series_id = series.id))"
        }
        let sql = """
            SELECT statistic, api, max(index_name = ''), max(index_name <> ''), max(key <> ''),
                \(granularities.joined(separator: ", "))
            FROM series WHERE \(condition)
            GROUP BY statistic, api ORDER BY statistic, api
            """
        return try await read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
                StatisticOutline(
                    name: try row.name(0), api: try row.api(1), hasApplicationLevel: try row.flag(2),
                    hasIndices: try row.flag(3), hasKeys: try row.flag(4),
                    granularities: try zip(Granularity.allCases, 5...).filter { try row.flag($0.1) }.map(\.0))
            }
        }
    }
}
