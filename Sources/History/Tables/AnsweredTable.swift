internal import GRDB
public import UsageModel

/// The `answered` and `coverage` tables of one scope and granularity.
struct AnsweredTable {
    let db: Database
    let scope: Scope
    let granularity: Granularity

    private var arguments: StatementArguments { [scope.application, scope.index, granularity.rawValue] }

    /// The answered ranges, by statistic or `*`.
    func read() throws -> [StatisticName: TimeRangeSet] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT statistic, start, "end" FROM answered
                WHERE application = ? AND index_name = ? AND granularity = ?
                """, arguments: arguments)
        return try Dictionary(grouping: rows) { try $0.name(0) }
            .mapValues { TimeRangeSet(try $0.map { try $0.range(1, 2) }) }
    }

    /// Replaces the ranges of one statistic.
    func write(_ ranges: TimeRangeSet, statistic: StatisticName) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM answered
                WHERE application = ? AND index_name = ? AND granularity = ? AND statistic = ?
                """
        ).execute(arguments: arguments + [statistic])
        let insert = try db.cachedStatement(sql: "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)")
        for range in ranges.ranges {
            try insert.execute(arguments: arguments + [statistic, range.start, range.end])
        }
    }

    /// Brings `coverage` in line: where each of `served` is answered, by name or by the wildcard.
    func deriveCoverage(from answered: [StatisticName: TimeRangeSet], served: [StatisticName]) throws {
        let coverage = History.fetched(served, in: answered)
        let current = try Row.fetchAll(
            db,
            sql: """
                SELECT start, "end" FROM coverage
                WHERE application = ? AND index_name = ? AND granularity = ? ORDER BY start
                """, arguments: arguments
        ).map { try $0.range(0, 1) }
        guard current != coverage.ranges else { return }
        try db.cachedStatement(
            sql: "DELETE FROM coverage WHERE application = ? AND index_name = ? AND granularity = ?"
        ).execute(arguments: arguments)
        let insert = try db.cachedStatement(sql: "INSERT INTO coverage VALUES (?, ?, ?, ?, ?)")
        for range in coverage.ranges {
            try insert.execute(arguments: arguments + [range.start, range.end])
        }
    }
}

/// The definition of "fetched", for everyone who asks.
extension History {
    /// Where `statistic` is answered, by name or by the wildcard.
    /// - Parameter answered: by statistic or `*`.
    public static func fetched(
        _ statistic: StatisticName, in answered: [StatisticName: TimeRangeSet]
    ) -> TimeRangeSet {
        let everything = answered[.everything]
        guard statistic != .everything, let named = answered[statistic] else { return everything ?? TimeRangeSet() }
        return everything.map { $0.union(named) } ?? named
    }

    /// Where all of `statistics` are answered, each by name or by the wildcard.
    public static func fetched(
        _ statistics: [StatisticName], in answered: [StatisticName: TimeRangeSet]
    ) -> TimeRangeSet {
        let everything = answered[.everything] ?? TimeRangeSet()
        var fetched: TimeRangeSet?
        for statistic in statistics {
            // Nothing that comes can make it less than the wildcard's.
            guard let named = answered[statistic] else { return everything }
            let both = everything.union(named)
            fetched = fetched.map { $0 == both ? $0 : $0.intersection(both) } ?? both
        }
        return fetched ?? everything
    }
}
