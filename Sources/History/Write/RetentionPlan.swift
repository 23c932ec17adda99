internal import GRDB
public import UsageModel

/// The points of one granularity that are to be deleted.
public struct RetentionPlan: Sendable, Hashable {
    public var granularity: Granularity
    /// The newest bucket that the vendor has dated. Ages count from it, and not from any clock.
    public var newest: UnixTime
    /// The start of the oldest row that is stored.
    public var oldest: UnixTime
    /// Points that begin earlier are older than they are to be kept.
    public var limit: UnixTime
    /// Points that begin earlier may be deleted now; ``limit`` at most.
    public var allowed: UnixTime

    /// Whether anything may be deleted now.
    public var isDue: Bool { oldest < allowed }
    /// Seconds of points that are too old, and wait for a confirmation or for days to pass.
    public var excess: Int64 { max(limit - max(allowed, oldest), 0) }
}

extension History {
    /// The most seconds of points that a day may delete beyond what it adds.
    public static let retentionAllowance: Int64 = 86_400

    /// Returns the points that retention would delete.
    ///
    /// In a day (of stored buckets, not of a clock) deleting advances by what the day adds, and one day more.
    /// So neither a clock that is ahead nor a mistake in the configuration empties a table.
    /// - Parameters:
    ///   - seconds: how long points are kept.
    ///   - now: buckets that begin later do not count.
    /// - Returns: nil when nothing is stored that the vendor has dated.
    public func retentionPlan(
        _ granularity: Granularity, keeping seconds: Int64, now: UnixTime
    ) async throws -> RetentionPlan? {
        let table = PackedTable.of(granularity)
        let stored: (newest: UnixTime, oldest: UnixTime)? = try await read { db in
            guard let newest = try NewestBucket(db, granularity).start(notAfter: now),
                let row = try Row.fetchOne(db, sql: table.selectOldestRow)?.optionalInteger(0)
            else { return nil }
            return (newest, try table.start(ofRow: row))
        }
        guard let (newest, oldest) = stored else { return nil }
        let window = try await write { db in
            try RetentionWindow(granularity, newest: newest, oldest: oldest, in: db)
        }
        let limit = table.floor(newest - seconds)
        let allowed = table.floor(window.floor + (newest - window.start) + Self.retentionAllowance)
        return RetentionPlan(
            granularity: granularity, newest: newest, oldest: oldest, limit: limit, allowed: min(limit, allowed))
    }
}

/// The day of deleting that a granularity is in, as it is stored.
private struct RetentionWindow: Sendable {
    /// The newest bucket when it began.
    private(set) var start: UnixTime
    /// The oldest bucket when it began, or a still older one that has come since.
    private(set) var floor: UnixTime

    /// The stored window, which begins anew when a day of buckets has come since its start.
    init(_ granularity: Granularity, newest: UnixTime, oldest: UnixTime, in db: Database) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT window_start, window_floor FROM retention WHERE granularity = ?",
            arguments: [granularity.rawValue])
        (start, floor) = (newest, oldest)
        if let row, case let known = try row.time(0), newest <= known + Granularity.daily.seconds {
            (start, floor) = (known, min(oldest, try row.time(1)))
            guard floor != (try row.time(1)) else { return }
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO retention VALUES (?, ?, ?)", arguments: [granularity.rawValue, start, floor])
    }
}
