internal import GRDB
public import UsageModel

/// How new the live tail of one scope and granularity is.
public struct Freshness: Sendable, Hashable {
    public var scope: Scope
    public var granularity: Granularity
    /// A statistic's name, or `*` for all.
    public var statistic: StatisticName
    /// From here to ``fetchedAt`` the newest answer was provisional.
    public var tailStart: UnixTime
    /// The end of the newest bucket that was fetched after its end.
    public var completeUntil: UnixTime
    public var fetchedAt: UnixTime

    /// Whether it is about the live tail. A row that only the backfill of an older window has written is not.
    public var isLive: Bool { completeUntil > tailStart }
}

/// The `freshness` table within one transaction.
struct FreshnessTable {
    let db: Database

    /// Notes that `window` was fetched, if it is newer than what is known.
    func note(_ window: AnsweredWindow) throws {
        let completeUntil = window.granularity.floor(min(window.range.end, window.fetchedAt))
        guard completeUntil > window.range.start else { return try noteProvisional(window) }
        for statistic in window.statistics.answeredNames {
            try note(
                Freshness(
                    scope: window.scope, granularity: window.granularity, statistic: statistic,
                    tailStart: max(window.range.start, window.settledUntil), completeUntil: completeUntil,
                    fetchedAt: window.fetchedAt))
        }
    }

    /// Notes how new a live tail is, if it is newer than what is known.
    func note(_ freshness: Freshness) throws {
        let upsert = try db.cachedStatement(
            sql: """
                INSERT INTO freshness VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET tail_start = excluded.tail_start,
                    complete_until = excluded.complete_until, fetched_at = excluded.fetched_at
                WHERE (excluded.complete_until, excluded.fetched_at) > (complete_until, fetched_at)
                """)
        try upsert.execute(arguments: [
            freshness.scope.application, freshness.scope.index, freshness.granularity.rawValue, freshness.statistic,
            freshness.tailStart, freshness.completeUntil, freshness.fetchedAt,
        ])
    }

    /// Notes that the bucket which follows the complete ones was fetched again, unfinished as it is.
    private func noteProvisional(_ window: AnsweredWindow) throws {
        let update = try db.cachedStatement(
            sql: """
                UPDATE freshness SET fetched_at = ?1
                WHERE application = ?2 AND index_name = ?3 AND granularity = ?4 AND statistic = ?5
                    AND complete_until >= ?6 AND fetched_at < ?1 AND ?7 >= ?1
                """)
        for statistic in window.statistics.answeredNames {
            try update.execute(arguments: [
                window.fetchedAt, window.scope.application, window.scope.index, window.granularity.rawValue,
                statistic, window.range.start, window.range.end,
            ])
        }
    }

    func all() throws -> [Freshness] { try read("TRUE", []) }

    /// The freshness of those scopes that meet `condition`.
    func read(_ condition: String, _ arguments: StatementArguments) throws -> [Freshness] {
        let rows = try RawStatement(
            db,
            """
            SELECT application, index_name, granularity, statistic, tail_start, complete_until, fetched_at FROM freshness
            WHERE \(condition)
            """, arguments)
        defer { rows.reset() }
        var tails: [Freshness] = []
        while try rows.step() {
            tails.append(try Freshness(rows, of: rows.scope(0, after: tails.last?.scope)))
        }
        return tails
    }

    func read(_ scope: Scope) throws -> [Freshness] {
        try read("application = ? AND index_name = ?", [scope.application, scope.index])
    }

    func read(_ scope: Scope, _ granularity: Granularity) throws -> [Freshness] {
        try read(
            "application = ? AND index_name = ? AND granularity = ?",
            [scope.application, scope.index, granularity.rawValue])
    }
}

extension Freshness {
    /// The columns of the table, of which `scope` is made of the first two.
    init(_ row: some Columns, of scope: Scope) throws {
        self.init(
            scope: scope, granularity: try row.granularity(2), statistic: try row.name(3),
            tailStart: try row.time(4), completeUntil: try row.time(5), fetchedAt: try row.time(6))
        guard granularity.floor(completeUntil) == completeUntil else {
            throw DamagedRow("column \"complete_until\" does not hold the end of a bucket")
        }
    }
}

extension History {
    /// The freshness of every scope, granularity and statistic.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func freshness(billing isBilling: Bool = false) async throws -> [Freshness] {
        try await read { db in try FreshnessTable(db: db).all().filter { $0.statistic.isBilling == isBilling } }
    }

    /// The freshness of one scope, without the billing metrics.
    public func freshness(_ scope: Scope) async throws -> [Freshness] {
        try await read { db in try FreshnessTable(db: db).read(scope).filter { !$0.statistic.isBilling } }
    }
}
