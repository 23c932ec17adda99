internal import GRDB
internal import UsageModel

/// The stored series that a query is about.
struct SeriesSelection {
    let db: Database
    let query: RangeQuery

    /// In the order of application, index, statistic (as asked), key.
    func matches() throws -> [StoredSeries] {
        let statistics = query.statistics
        var (scope, arguments) = scopeCondition(in: "series")
        // In the order of the index on series, which has the API before the index.
        var conditions = [scope, SeriesTable.everyAPI, "statistic IN (\(marks(statistics.count)))"]
        arguments += StatementArguments(statistics)
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
        let (condition, arguments) = scopeCondition(in: "freshness")
        let select = try db.cachedStatement(
            sql: "SELECT DISTINCT application, index_name FROM freshness WHERE \(condition)")
        return Set(try Row.fetchAll(select, arguments: arguments).map { try $0.scope(0) })
    }

    /// The coverage of the scopes that the query is about.
    func coverage() throws -> [Coverage] {
        let (condition, arguments) = scopeCondition(in: "coverage")
        return try CoverageTable(db: db).read(condition, arguments)
    }

    /// How new the scopes are that the query is about.
    func freshness() throws -> [Freshness] {
        let (condition, arguments) = scopeCondition(in: "freshness")
        return try FreshnessTable(db: db).read(condition, arguments)
    }

    /// The condition on `application` and `index_name`.
    ///
    /// Every index of the tables begins with the application, so it is always named: the few rows of one index are
    /// then looked up, however many indices there are. Where the query names none, each is the next one of the table
    /// after another; `DISTINCT` would read the whole table.
    private func scopeCondition(in table: String) -> (String, StatementArguments) {
        var condition = """
            application IN (
                WITH RECURSIVE one (id) AS (
                    SELECT min(application) FROM \(table)
                    UNION ALL
                    SELECT (SELECT min(application) FROM \(table) WHERE application > id) FROM one WHERE id IS NOT NULL
                )
                SELECT id FROM one WHERE id IS NOT NULL
            )
            """
        var arguments = StatementArguments()
        if let applications = query.applications {
            condition = "application IN (\(marks(applications.count)))"
            arguments += StatementArguments(applications)
        }
        switch query.indices {
        case .application: condition += " AND index_name = ''"
        case .all: condition += " AND index_name <> ''"
        case .names(let names):
            condition += " AND index_name IN (\(marks(names.count)))"
            arguments += StatementArguments(names)
        }
        return (condition, arguments)
    }

    private func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ",") }
}
