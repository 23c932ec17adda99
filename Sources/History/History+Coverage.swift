internal import GRDB
public import UsageModel

/// What is covered in one scope and granularity.
public struct Coverage: Sendable, Hashable {
    public var scope: Scope
    public var granularity: Granularity
    /// Fetched and settled.
    public var ranges: TimeRangeSet
}

extension History {
    /// Where all of `served` is answered, each by name or by the wildcard.
    public static func coverage(of answered: [String: TimeRangeSet], served: [String]) -> TimeRangeSet {
        AnsweredTable.coverage(of: answered, served: served)
    }

    /// What is answered for each statistic (or `*`) of one scope and granularity.
    public func answered(_ scope: Scope, _ granularity: Granularity) async throws -> [String: TimeRangeSet] {
        try await pool.read { db in
            try AnsweredTable(db: db, scope: scope, granularity: granularity).read()
        }
    }

    /// The coverage of every scope, or of one application's.
    public func coverage(application: String? = nil) async throws -> [Coverage] {
        try await pool.read { db in try CoverageTable(db: db).read(application: application) }
    }

    /// When the settled newest week was last asked for again; nil before the first time.
    public func revisionCheck(_ scope: Scope, _ granularity: Granularity) async throws -> UnixTime? {
        try await pool.read { db in
            try UnixTime.fetchOne(
                db,
                sql: """
                    SELECT checked_at FROM revision_check
                    WHERE application = ? AND index_name = ? AND granularity = ?
                    """, arguments: [scope.application, scope.index, granularity.rawValue])
        }
    }

    /// Notes that the settled newest week was asked for again at `time`.
    public func noteRevisionCheck(_ scope: Scope, _ granularity: Granularity, at time: UnixTime) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO revision_check VALUES (?, ?, ?, ?)",
                arguments: [scope.application, scope.index, granularity.rawValue, time])
        }
    }

    /// The indices of one application that were ever collected.
    public func knownIndices(application: String) async throws -> [String] {
        try await pool.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT index_name FROM answered WHERE application = ? AND index_name <> ''
                    ORDER BY index_name
                    """, arguments: [application])
        }
    }

    /// Whether anything at all was ever stored.
    public func hasAnswers() async throws -> Bool {
        try await pool.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM freshness)") ?? false
        }
    }
}

/// The `coverage` table within one transaction.
struct CoverageTable {
    let db: Database

    func read(application: String?) throws -> [Coverage] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT application, index_name, granularity, start, "end" FROM coverage
                WHERE ?1 IS NULL OR application = ?1 ORDER BY 1, 2, 3, 4
                """, arguments: [application])
        var coverages: [Coverage] = []
        for row in rows {
            guard let granularity = Granularity(rawValue: row[2]) else { continue }
            let scope = Scope(application: row[0], index: row[1])
            let range = TimeRangeSet(TimeRange(row[3], row[4]))
            if let last = coverages.last, last.scope == scope, last.granularity == granularity {
                coverages[coverages.count - 1].ranges = last.ranges.union(range)
            } else {
                coverages.append(Coverage(scope: scope, granularity: granularity, ranges: range))
            }
        }
        return coverages
    }
}
