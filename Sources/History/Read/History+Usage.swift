internal import GRDB
public import UsageModel

/// One statistic of the Usage API, as far as it is stored in one scope.
public struct StoredStatistic: Sendable, Hashable {
    public var name: StatisticName
    /// Servers or regions, ascending; `""` for what was reported as a number.
    public var keys: [ServerName]
    /// The ids of the series, in the order of ``keys``.
    var series: [Int64]
}

/// What the history holds of the Usage API in one scope and granularity, at one instant.
public struct StoredUsage: Sendable {
    /// By name.
    public var statistics: [StatisticName: StoredStatistic]
    /// What is answered and settled, by statistic or `*`.
    public var answered: [StatisticName: TimeRangeSet]
    /// The newest fetches of the live tail, by statistic or `*`.
    public var freshness: [Freshness]
    /// What the plan refuses at the scope's level.
    public var refused: Set<StatisticName>
    /// Whether anything was ever fetched for the scope, in any granularity.
    public var wasFetched: Bool
}

/// A part of one statistic's points.
public struct UsagePage: Sendable {
    /// For each of the statistic's keys, ascending.
    public var points: [[Point]]
    /// What is left to read; nil at the end.
    public var rest: TimeRange?
}

extension History {
    /// About how many values a page has: small enough for many readers at once, and
    /// enough for the hours of 90 days of a number.
    private static let pageValues = 4096

    /// What is stored of the Usage API in `scope`. Points are read with ``page(of:_:range:)``.
    public func usage(_ scope: Scope, _ granularity: Granularity) async throws -> StoredUsage {
        try await read { db in
            let refusals = try RefusalTable(db: db, application: scope.application).read(EndpointLevel(scope))
            return StoredUsage(
                statistics: try Self.storedStatistics(scope, in: db),
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

    /// The first points of `statistic` in `range`; what is left of the range comes with them.
    ///
    /// A page holds whole days, and skips what lies before the first and after the last point,
    /// so that a range of any length is read in few pages of about the same size.
    public func page(
        of statistic: StoredStatistic, _ granularity: Granularity, range: TimeRange
    ) async throws -> UsagePage {
        try await read { db in
            let reader = try PackedRowReader(db, granularity)
            let extents = try statistic.series.compactMap { try reader.extent(series: $0)?.intersection(range) }
                .filter { !$0.isEmpty }
            guard let start = extents.map(\.start).min(), let end = extents.map(\.end).max() else {
                return UsagePage(points: statistic.keys.map { _ in [] }, rest: nil)
            }
            let table = PackedTable.of(granularity)
            let rows = max(Self.pageValues / table.slotCount / statistic.series.count, 1)
            let pageEnd = min((table.row(start) + Int64(rows)) * table.rowSeconds, end)
            let points = try statistic.series.map { series in
                var points: [Point] = []
                points.reserveCapacity(min(Int((pageEnd - start) / table.slotSeconds) + 1, Self.pageValues))
                try reader.forEach(series: series, range: TimeRange(start, pageEnd)) { points.append($0) }
                return points
            }
            return UsagePage(points: points, rest: pageEnd < end ? TimeRange(pageEnd, end) : nil)
        }
    }

    private static func storedStatistics(_ scope: Scope, in db: Database) throws -> [StatisticName: StoredStatistic] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT statistic, key, id FROM series WHERE application = ? AND api = ? AND index_name = ?
                ORDER BY statistic, key
                """,
            arguments: [scope.application, API.usage.rawValue, scope.index])
        var statistics: [StatisticName: StoredStatistic] = [:]
        while let row = try rows.next() {
            let name: StatisticName = try row.name(0)
            let (key, id) = (try row.name(1) as ServerName, try row.integer(2))
            statistics[name, default: StoredStatistic(name: name, keys: [], series: [])].keys.append(key)
            statistics[name]?.series.append(id)
        }
        return statistics
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
