internal import GRDB
internal import UsageModel

/// The `answered` and `coverage` tables of one scope and granularity.
struct AnsweredTable {
    /// Stands for every statistic at once.
    static let everything: StatisticName = "*"

    let db: Database
    let scope: Scope
    let granularity: Granularity

    private var arguments: StatementArguments { [scope.application, scope.index, granularity.rawValue] }

    /// What is answered, by statistic or ``everything``.
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
        let coverage = Self.coverage(of: answered, served: served)
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

    static func coverage(of answered: [StatisticName: TimeRangeSet], served: [StatisticName]) -> TimeRangeSet {
        let wildcard = answered[everything] ?? TimeRangeSet()
        var coverage: TimeRangeSet?
        for statistic in served {
            guard let named = answered[statistic] else { return wildcard }
            let both = wildcard.union(named)
            coverage = coverage.map { $0 == both ? $0 : $0.intersection(both) } ?? both
        }
        return coverage ?? wildcard
    }
}
