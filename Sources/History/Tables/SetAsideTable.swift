internal import GRDB
public import UsageModel

/// A range that the vendor was asked for and did not give: neither answered nor missing. It is asked for again once a day.
public struct SetAside: Sendable, Hashable {
    public var scope: Scope
    public var granularity: Granularity
    /// A statistic's name, or `*` for all.
    public var statistic: StatisticName
    public var range: TimeRange
    /// Why, for people.
    public var reason: String
    /// When it was last asked for.
    public var triedAt: UnixTime
    /// Whether every answer that has the range fails, so that the rest is asked for without it.
    public var breaksAnswers: Bool

    /// Whether it is about the live tail, which goes on without the statistic until an answer has it.
    public var isOpen: Bool { breaksAnswers && range.end > triedAt }

    public init(
        scope: Scope, granularity: Granularity, statistic: StatisticName, range: TimeRange, reason: String,
        triedAt: UnixTime, breaksAnswers: Bool = false
    ) {
        self.scope = scope
        self.granularity = granularity
        self.statistic = statistic
        self.range = range
        self.reason = reason
        self.triedAt = triedAt
        self.breaksAnswers = breaksAnswers
    }
}

extension SetAside {
    /// A row of the table's columns in their order.
    init(_ row: Row) throws {
        self.init(
            scope: try row.scope(0), granularity: try row.granularity(2), statistic: try row.name(3),
            range: try row.range(4, 5), reason: try row.text(6), triedAt: try row.time(7),
            breaksAnswers: try row.flag(8))
    }
}

/// The `set_aside` table within one transaction.
struct SetAsideTable {
    let db: Database

    /// The ranges set aside in one scope and granularity, or in all of one application's, or in all.
    func read(application: ApplicationID? = nil, index: IndexName? = nil, granularity: Granularity? = nil) throws
        -> [SetAside]
    {
        try Row.fetchAll(
            db,
            sql: """
                SELECT application, index_name, granularity, statistic, start, "end", reason, tried_at, breaks_answers
                FROM set_aside
                WHERE (?1 IS NULL OR application = ?1) AND (?2 IS NULL OR index_name = ?2)
                    AND (?3 IS NULL OR granularity = ?3)
                ORDER BY 1, 2, 3, 4, 5
                """, arguments: [application, index, granularity?.rawValue]
        ).map(SetAside.init)
    }

    /// Brings the table in line with an answer: what it says is no longer set aside, what of it cannot be read is.
    /// - Returns: what is set aside now in its scope and granularity: of billing metrics or of the other statistics.
    func note(_ window: AnsweredWindow) throws -> [SetAside] {
        let before = try read(
            application: window.scope.application, index: window.scope.index, granularity: window.granularity)
        guard !before.isEmpty || !window.unreadable.isEmpty else { return [] }
        var after: [SetAside] = []
        for one in before {
            let isAsked =
                switch window.statistics {
                case .all: !one.statistic.isBilling
                case .names(let names): names.contains(one.statistic)
                }
            var rest = TimeRangeSet(one.range)
            if isAsked {
                // What holds up the live tail ends with an answer that has the newest bucket.
                let isOver = one.isOpen && window.range.end > window.fetchedAt
                rest = isOver ? TimeRangeSet() : rest.subtracting(TimeRangeSet(window.range))
            }
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
                    reason: unreadable.reason, triedAt: window.fetchedAt, breaksAnswers: unreadable.breaksAnswers)
            }
        }
        after.sort { ($0.statistic, $0.range.start) < ($1.statistic, $1.range.start) }
        if after != before { try replace(window.scope, window.granularity, with: after) }
        return after.filter { $0.statistic.isBilling == window.isBilling }
    }

    /// Replaces what is set aside in one scope and granularity.
    func replace(_ scope: Scope, _ granularity: Granularity, with rows: [SetAside]) throws {
        try db.execute(
            sql: "DELETE FROM set_aside WHERE application = ? AND index_name = ? AND granularity = ?",
            arguments: [scope.application, scope.index, granularity.rawValue])
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for row in rows {
            try insert.execute(arguments: [
                scope.application, scope.index, granularity.rawValue, row.statistic, row.range.start, row.range.end,
                row.reason, row.triedAt, row.breaksAnswers,
            ])
        }
    }
}

extension History {
    /// The ranges set aside, of every application or of one.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func setAside(
        application: ApplicationID? = nil, billing isBilling: Bool = false
    ) async throws -> [SetAside] {
        try await read { db in
            try SetAsideTable(db: db).read(application: application).filter { $0.statistic.isBilling == isBilling }
        }
    }

    /// Sets the ranges of `window` aside for each of its statistics (or `*`), because the vendor refuses them, or
    /// because answers that have them fail.
    /// - Returns: what is set aside now in its scope and granularity.
    public func setAside(
        _ window: AnsweredWindow, reason: String, breaksAnswers: Bool = false
    ) async throws -> [SetAside] {
        let ranges = UnreadableRanges(TimeRangeSet(window.range), reason: reason, breaksAnswers: breaksAnswers)
        let rows = try await write { db in
            var refused = window
            for statistic in window.statistics.answeredNames { refused.unreadable[statistic] = ranges }
            return try SetAsideTable(db: db).note(refused)
        }
        noteChange(days: .none)
        return rows
    }
}
