internal import GRDB
public import UsageModel

/// A range that the vendor was asked for and did not give: neither answered nor missing. It is asked for again once a day.
public struct SetAside: Sendable, Hashable {
    public var scope: Scope
    public var granularity: Granularity
    /// A statistic's name, or `*` for all.
    public var statistic: String
    public var range: TimeRange
    /// Why, for people.
    public var reason: String
    /// When it was last asked for.
    public var triedAt: UnixTime

    public init(
        scope: Scope, granularity: Granularity, statistic: String, range: TimeRange, reason: String, triedAt: UnixTime
    ) {
        self.scope = scope
        self.granularity = granularity
        self.statistic = statistic
        self.range = range
        self.reason = reason
        self.triedAt = triedAt
    }
}

extension UnixTime {
    /// The times that RFC 3339 can write from 1970 on: a row with another one is damaged.
    static let years: ClosedRange<UnixTime> = 0...253_402_300_799
}

/// The `set_aside` table within one transaction.
struct SetAsideTable {
    let db: Database

    /// What is set aside in one scope and granularity, or in all of one application's, or in all.
    func read(application: String? = nil, index: String? = nil, granularity: Granularity? = nil) throws -> [SetAside] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT application, index_name, granularity, statistic, start, "end", reason, tried_at FROM set_aside
                WHERE (?1 IS NULL OR application = ?1) AND (?2 IS NULL OR index_name = ?2)
                    AND (?3 IS NULL OR granularity = ?3)
                ORDER BY 1, 2, 3, 4, 5
                """, arguments: [application, index, granularity?.rawValue]
        ).compactMap { row in
            // A damaged row is no reason to stop: it stands for nothing that would be lost.
            guard let application = String.fromDatabaseValue(row[0]), let index = String.fromDatabaseValue(row[1]),
                let granularity = String.fromDatabaseValue(row[2]).flatMap({ Granularity(rawValue: $0) }),
                let statistic = String.fromDatabaseValue(row[3]), let start = Int64.fromDatabaseValue(row[4]),
                let end = Int64.fromDatabaseValue(row[5]), let reason = String.fromDatabaseValue(row[6]),
                let triedAt = Int64.fromDatabaseValue(row[7]),
                [start, end, triedAt].allSatisfy(UnixTime.years.contains),
                start < end
            else { return nil }
            return SetAside(
                scope: Scope(application: application, index: index), granularity: granularity, statistic: statistic,
                range: TimeRange(start, end), reason: reason, triedAt: triedAt)
        }
    }

    /// Brings the table in line with an answer: what it says is no longer set aside, what of it cannot be read is.
    /// - Returns: what is set aside now in its scope and granularity.
    func note(_ window: AnsweredWindow) throws -> [SetAside] {
        let before = try read(
            application: window.scope.application, index: window.scope.index, granularity: window.granularity)
        guard !before.isEmpty || !window.unreadable.isEmpty else { return [] }
        var after: [SetAside] = []
        for one in before {
            let isAsked =
                switch window.statistics {
                case .all: true
                case .names(let names): names.contains(one.statistic)
                }
            let rest =
                isAsked ? TimeRangeSet(one.range).subtracting(TimeRangeSet(window.range)) : TimeRangeSet(one.range)
            after += rest.ranges.map { range in
                var rest = one
                rest.range = range
                return rest
            }
        }
        for (statistic, unreadable) in window.unreadable {
            after += unreadable.ranges.intersection(TimeRangeSet(window.range)).ranges.map {
                SetAside(
                    scope: window.scope, granularity: window.granularity, statistic: statistic, range: $0,
                    reason: unreadable.reason, triedAt: window.fetchedAt)
            }
        }
        after.sort { ($0.statistic, $0.range.start) < ($1.statistic, $1.range.start) }
        if after != before { try replace(window.scope, window.granularity, with: after) }
        return after
    }

    /// Replaces what is set aside in one scope and granularity.
    func replace(_ scope: Scope, _ granularity: Granularity, with rows: [SetAside]) throws {
        try db.execute(
            sql: "DELETE FROM set_aside WHERE application = ? AND index_name = ? AND granularity = ?",
            arguments: [scope.application, scope.index, granularity.rawValue])
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        for row in rows {
            try insert.execute(arguments: [
                scope.application, scope.index, granularity.rawValue, row.statistic, row.range.start, row.range.end,
                row.reason, row.triedAt,
            ])
        }
    }
}

extension History {
    /// What is set aside, of every application or of one.
    public func setAside(application: String? = nil) async throws -> [SetAside] {
        try await pool.read { db in try SetAsideTable(db: db).read(application: application) }
    }

    /// Sets the ranges of `window` aside for each of its statistics (or `*`), because the vendor refuses them.
    /// - Returns: what is set aside now in its scope and granularity.
    public func setAside(_ window: AnsweredWindow, reason: String) async throws -> [SetAside] {
        let ranges = UnreadableRanges(TimeRangeSet(window.range), reason: reason)
        let rows = try await pool.write { db in
            var refused = window
            for statistic in window.statistics.answeredNames { refused.unreadable[statistic] = ranges }
            return try SetAsideTable(db: db).note(refused)
        }
        noteChange()
        return rows
    }
}
