internal import GRDB
public import UsageModel

/// Names, numbers and widths of series by the index of their table: of a thousand indices it has tens of thousands of
/// rows, and a page has no time to read them all.
extension History {
    /// Every application that was ever collected, ascending.
    public func applicationIDs() async throws -> [ApplicationID] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT id FROM application ORDER BY id").map { try $0.name(0) }
        }
    }

    /// The indices of one application that were ever collected or listed, ascending.
    public func indices(of application: ApplicationID) async throws -> [IndexName] {
        try await read { db in
            let names: [IndexName] = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM (SELECT DISTINCT index_name FROM freshness WHERE application = ?1 AND index_name > '')
                    UNION ALL
                    SELECT * FROM (SELECT DISTINCT index_name FROM series
                        WHERE application = ?1 AND api = 'search' AND index_name > '')
                    """, arguments: [application]
            ).map { try $0.name(0) }
            return Set(names).sorted()
        }
    }

    /// Whether an index of an application was ever collected or listed.
    public func hasIndex(_ index: IndexName, of application: ApplicationID) async throws -> Bool {
        try await read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM freshness WHERE application = ?1 AND index_name = ?2)
                        OR EXISTS (SELECT 1 FROM series WHERE application = ?1 AND api = 'search' AND index_name = ?2)
                    """, arguments: [application, index]) ?? false
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
            let scope = try SeriesScope(db, statistics, applications, indices, keys)
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM series WHERE \(scope.condition)", arguments: scope.arguments) ?? 0
        }
    }

    /// The widths of the buckets that are stored of a statistic in some scope, those of `candidates`.
    /// - Parameter applications: nil for every application.
    public func granularities(
        of statistic: StatisticName, applications: [ApplicationID]?, indices: IndexSelection,
        among candidates: [Granularity]
    ) async throws -> [Granularity] {
        try await read { db in
            let scope = try SeriesScope(db, [statistic], applications, indices, nil)
            return try candidates.filter { granularity in
                let table = PackedTable.of(granularity).name
                return try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM series WHERE \(scope.condition)
                            AND EXISTS (SELECT 1 FROM \(table) WHERE series_id = series.id))
                        """, arguments: scope.arguments) ?? false
            }
        }
    }
}

/// A condition on series that begins with the first columns of the table's index, so that SQLite looks them up.
private struct SeriesScope {
    private(set) var condition: String
    private(set) var arguments: StatementArguments

    init(
        _ db: Database, _ statistics: [StatisticName], _ applications: [ApplicationID]?, _ indices: IndexSelection,
        _ keys: [ServerName]?
    ) throws {
        let applications =
            try applications?.map(\.text) ?? String.fetchAll(db, sql: "SELECT id FROM application")
        condition = "application \(Self.list(applications)) AND api \(Self.list(API.allCases))"
        arguments = StatementArguments(applications + API.allCases.map(\.rawValue))
        switch indices {
        case .application: condition += " AND index_name = ''"
        case .all: condition += " AND index_name > ''"
        case .names(let names):
            condition += " AND index_name \(Self.list(names))"
            arguments += StatementArguments(names)
        }
        condition += " AND statistic \(Self.list(statistics))"
        arguments += StatementArguments(statistics)
        guard let keys else { return }
        condition += " AND key \(Self.list(keys))"
        arguments += StatementArguments(keys)
    }

    private static func list(_ items: [some Any]) -> String {
        "IN (\(items.map { _ in "?" }.joined(separator: ",")))"
    }
}
