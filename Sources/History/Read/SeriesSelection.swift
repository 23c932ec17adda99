internal import GRDB
internal import UsageModel

/// The stored series that a query is about.
struct SeriesSelection {
    let db: Database
    let query: RangeQuery

    /// In the order of application, index, statistic (as asked), key.
    func matches() throws -> [StoredSeries] {
        let statistics = query.statistics
        var conditions = ["statistic IN (\(marks(statistics.count)))"]
        var arguments = StatementArguments(statistics)
        let (scope, scopeArguments) = scopeCondition
        conditions += scope
        arguments += scopeArguments
        if let keys = query.keys {
            conditions.append("key IN (\(marks(keys.count)))")
            arguments += StatementArguments(keys)
        }
        let matches = try SeriesTable(db: db)
            .read(conditions, arguments, orderBy: "application, index_name, key")
        guard query.statistics.count > 1 else { return matches }
        let rank = Dictionary(query.statistics.enumerated().map { ($1, $0) }) { first, _ in first }
        return matches.enumerated().sorted { left, right in
            let first = left.element.key
            let second = right.element.key
            if (first.application, first.index) != (second.application, second.index) {
                return left.offset < right.offset
            }
            return (rank[first.statistic] ?? 0, left.offset) < (rank[second.statistic] ?? 0, right.offset)
        }.map(\.element)
    }

    /// The scopes that the query is about, as far as any was ever fetched.
    func scopes() throws -> Set<Scope> {
        let (conditions, arguments) = scopeCondition
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT application, index_name FROM freshness
                \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
                """, arguments: arguments)
        return Set(try rows.map { try $0.scope(0) })
    }

    private var scopeCondition: ([String], StatementArguments) {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let applications = query.applications {
            conditions.append("application IN (\(marks(applications.count)))")
            arguments += StatementArguments(applications)
        }
        switch query.indices {
        case .application: conditions.append("index_name = ''")
        case .all: conditions.append("index_name <> ''")
        case .names(let names):
            conditions.append("index_name IN (\(marks(names.count)))")
            arguments += StatementArguments(names)
        }
        return (conditions, arguments)
    }

    private func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ",") }
}
