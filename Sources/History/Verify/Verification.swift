internal import GRDB
public import UsageModel

extension History {
    /// Checks the whole file: SQLite's structures, and that every row is one that the exporter writes.
    ///
    /// Reads everything several times, in one transaction, so that a running exporter does not disturb it.
    /// - Parameter now: times a day later than it are findings.
    /// - Returns: what is wrong with it, a line each; empty when nothing is.
    public func verify(now: UnixTime = .max) async throws -> [Finding] {
        try await read { db in try Verification(db, now: now).findings() }
    }
}

/// The checks of a history within one transaction.
///
/// SQLite's own checks know pages, and not what is in them. These know:
/// 1. every value is of its column's kind, every time on the grid of its granularity, and neither negative nor to come;
/// 2. every row belongs to a series and an application that the file knows;
/// 3. `coverage` is what `answered` says;
/// 4. a derived statistic is the difference of its operands;
/// 5. a counter is the sum of the hours it has counted.
struct Verification {
    /// Seconds that a time may be later than now: clocks differ, and a day has begun somewhere else.
    private static let leeway = Granularity.daily.seconds

    let db: Database
    /// Nothing may be later.
    let limit: UnixTime

    init(_ db: Database, now: UnixTime) {
        self.db = db
        limit = now > StoredTime.range.upperBound ? StoredTime.range.upperBound : now + Self.leeway
    }

    func findings() throws -> [Finding] {
        var findings = try structure()
        for check in [coverage, missingDays, derived, counters] { findings += try attempt(nil, check) }
        return findings
    }

    /// Contents that no reader could make sense of: pages, kinds of values, rows that belong to nothing, impossible times.
    func structure() throws -> [Finding] {
        var findings = try attempt(nil) {
            try Row.fetchAll(db, sql: "PRAGMA integrity_check").map { try $0.text(0) }.filter { $0 != "ok" }
                .map { Finding(table: nil, "SQLite: \($0)", .restore) }
        }
        for table in SmallTables.all {
            findings += try attempt(table.name) { try SmallTables(db).damaged(table) }
            findings += try attempt(table.name) { try times(table) }
        }
        findings += try attempt(nil, orphans)
        for granularity in Granularity.allCases {
            findings += try attempt(PackedTable.of(granularity).name) { try points(granularity) }
        }
        return findings
    }

    /// The findings of a check, and that it could not go on where a page cannot be read.
    private func attempt(_ table: String?, _ check: () throws -> [Finding]) throws -> [Finding] {
        do { return try check() } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            return [Finding(table: table, "SQLite: \(error.message ?? "\(error.resultCode)")", .restore)]
        } catch is DamagedRow {
            // Another check names the row: this one needs it whole.
            return []
        }
    }

    /// The series of the file by id, but damaged ones.
    func series() throws -> [Int64: SeriesKey] {
        var series: [Int64: SeriesKey] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT \(SeriesTable.columns) FROM series")
        while let row = try rows.next() {
            guard let one = try? row.series(0) else { continue }
            series[one.id] = one.key
        }
        return series
    }
}
