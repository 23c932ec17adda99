internal import GRDB
public import UsageModel

/// The covered ranges of one scope and granularity.
public struct Coverage: Sendable, Hashable {
    public var scope: Scope
    public var granularity: Granularity
    /// Fetched and settled.
    public var ranges: TimeRangeSet
}

extension History {
    /// The answered ranges of each statistic (or `*`) in every scope and granularity of one application.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func answered(
        application: ApplicationID, billing isBilling: Bool = false
    ) async throws -> [Scope: [Granularity: [StatisticName: TimeRangeSet]]] {
        try await read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT index_name, granularity, statistic, start, "end" FROM answered WHERE application = ?
                    ORDER BY index_name, granularity, statistic, start
                    """, arguments: [application])
            var answered: [Scope: [Granularity: [StatisticName: [TimeRange]]]] = [:]
            while let row = try rows.next() {
                let granularity = try row.granularity(1)
                let scope = Scope(application: application, index: try row.name(0))
                let statistic: StatisticName = try row.name(2)
                guard statistic.isBilling == isBilling else { continue }
                answered[scope, default: [:]][granularity, default: [:]][statistic, default: []]
                    .append(try row.range(3, 4))
            }
            return answered.mapValues { $0.mapValues { $0.mapValues { TimeRangeSet($0) } } }
        }
    }

    /// The coverage of every scope, or of one application's.
    public func coverage(application: ApplicationID? = nil) async throws -> [Coverage] {
        try await read { db in try CoverageTable(db: db).read(application: application) }
    }

    /// The coverage of one scope.
    public func coverage(_ scope: Scope) async throws -> [Coverage] {
        try await read { db in try CoverageTable(db: db).read(application: scope.application, index: scope.index) }
    }

    /// When the settled newest week was last asked for again, in every scope and granularity of one application.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func revisionChecks(
        application: ApplicationID, billing isBilling: Bool = false
    ) async throws -> [Scope: [Granularity: UnixTime]] {
        try await read { db in
            let source =
                isBilling
                ? "'', granularity, checked_at FROM billing_check"
                : "index_name, granularity, checked_at FROM revision_check"
            let rows = try Row.fetchCursor(
                db, sql: "SELECT \(source) WHERE application = ?", arguments: [application])
            var checks: [Scope: [Granularity: UnixTime]] = [:]
            while let row = try rows.next() {
                let scope = Scope(application: application, index: try row.name(0))
                checks[scope, default: [:]][try row.granularity(1)] = try row.time(2)
            }
            return checks
        }
    }

    /// Notes that the settled newest week was asked for again at `time`.
    /// - Parameter isBilling: that of the billing metrics, and not of the other statistics.
    public func noteRevisionCheck(
        _ scope: Scope, _ granularity: Granularity, at time: UnixTime, billing isBilling: Bool = false
    ) async throws {
        try await write { db in
            if isBilling {
                return try db.execute(
                    sql: "INSERT OR REPLACE INTO billing_check VALUES (?, ?, ?)",
                    arguments: [scope.application, granularity.rawValue, time])
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO revision_check VALUES (?, ?, ?, ?)",
                arguments: [scope.application, scope.index, granularity.rawValue, time])
        }
    }

    /// The indices of one application that were ever collected.
    public func knownIndices(application: ApplicationID) async throws -> [IndexName] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT index_name FROM answered WHERE application = ? AND index_name <> ''
                    ORDER BY index_name
                    """, arguments: [application]
            ).map { try $0.name(0) }
        }
    }

    /// Whether any answer of the Usage API was ever stored.
    public func hasAnswers() async throws -> Bool {
        try await read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM freshness WHERE granularity <> 'minutely')") ?? false
        }
    }
}

/// The `coverage` table within one transaction.
struct CoverageTable {
    let db: Database

    func read(application: ApplicationID?, index: IndexName? = nil) throws -> [Coverage] {
        // Alternatives in one statement would be looked up by no index.
        switch (application, index) {
        case (nil, _): try read("TRUE", [])
        case (let application?, nil): try read("application = ?", [application])
        case (let application?, let index?): try read("application = ? AND index_name = ?", [application, index])
        }
    }

    /// The coverage of those scopes that meet `condition`.
    func read(_ condition: String, _ arguments: StatementArguments) throws -> [Coverage] {
        let rows = try RawStatement(
            db,
            """
            SELECT application, index_name, granularity, start, "end" FROM coverage
            WHERE \(condition) ORDER BY 1, 2, 3, 4
            """, arguments)
        defer { rows.reset() }
        var coverages: [Coverage] = []
        while try rows.step() {
            let granularity = try rows.granularity(2)
            let scope = try rows.scope(0, after: coverages.last?.scope)
            let range = TimeRangeSet(try rows.range(3, 4))
            if let last = coverages.last, last.scope == scope, last.granularity == granularity {
                coverages[coverages.count - 1].ranges = last.ranges.union(range)
            } else {
                coverages.append(Coverage(scope: scope, granularity: granularity, ranges: range))
            }
        }
        return coverages
    }
}
