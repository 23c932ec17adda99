internal import GRDB
internal import UsageModel

/// The stored series that a query is about.
struct SeriesSelection {
    let db: Database
    let query: RangeQuery

    /// In the order of application, index, statistic (as asked), key.
    func matches() throws -> [StoredSeries] {
        let (condition, arguments) = scope.ofSeries
        let matches = try SeriesTable(db: db)
            .read([condition], arguments, orderBy: "application, index_name, key")
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
        let (condition, arguments) = scope.ofScopes(in: "freshness")
        let rows = try RawStatement(
            db, "SELECT DISTINCT application, index_name FROM freshness WHERE \(condition)", arguments)
        defer { rows.reset() }
        var scopes = Set<Scope>()
        var last: Scope?
        while try rows.step() {
            let scope = try rows.scope(0, after: last)
            scopes.insert(scope)
            last = scope
        }
        return scopes
    }

    /// The coverage of the scopes that the query is about.
    func coverage(_ granularity: Granularity) throws -> [Coverage] {
        let (condition, arguments) = scope.ofScopes(in: "coverage")
        return try CoverageTable(db: db).read(
            "granularity = ? AND \(condition)", [granularity.rawValue] + arguments)
    }

    /// The settled answers to each of `statistics` by its name, of the scopes that the query is about.
    func answers(
        of statistics: [StatisticName], _ granularity: Granularity
    ) throws -> [Scope: [StatisticName: TimeRangeSet]] {
        let (condition, arguments) = scope.ofScopes(in: "answered")
        let marks = statistics.map { _ in "?" }.joined(separator: ", ")
        let select = try db.cachedStatement(
            sql: """
                SELECT application, index_name, statistic, start, "end" FROM answered
                WHERE \(condition) AND granularity = ? AND statistic IN (\(marks))
                """)
        let rows = try Row.fetchCursor(
            select, arguments: arguments + [granularity.rawValue] + StatementArguments(statistics))
        var ranges: [Scope: [StatisticName: [TimeRange]]] = [:]
        while let row = try rows.next() {
            ranges[try row.scope(0), default: [:]][try row.name(2), default: []].append(try row.range(3, 4))
        }
        return ranges.mapValues { $0.mapValues { TimeRangeSet($0) } }
    }

    /// How new the scopes are that the query is about.
    func freshness(_ granularity: Granularity) throws -> [Freshness] {
        let (condition, arguments) = scope.ofScopes(in: "freshness")
        return try FreshnessTable(db: db).read(
            "granularity = ? AND \(condition)", [granularity.rawValue] + arguments)
    }

    private var scope: SeriesScope {
        SeriesScope(
            statistics: query.statistics, applications: query.applications, indices: query.indices, keys: query.keys)
    }
}
