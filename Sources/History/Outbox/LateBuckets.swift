internal import GRDB
internal import UsageModel

/// Notes buckets that change after remote write has sent them, or settle after it has passed them over, in the
/// transaction that does it.
///
/// Costs one look-up a transaction where nothing was ever sent, one a series and destination
/// where something was.
struct LateBuckets {
    private let db: Database
    private let granularity: Granularity
    private let table: PackedTable
    private var statements: (position: RawStatement, insert: RawStatement)?
    /// Whatever was ever sent to, configured or not; nil while nobody has asked.
    private var destinations: [String]?
    /// The series that ``sent`` is about.
    private var series: Int64 = -1
    private var sent: [(destination: String, until: UnixTime)] = []

    init(_ db: Database, _ granularity: Granularity) {
        self.db = db
        self.granularity = granularity
        table = .of(granularity)
    }

    private mutating func knownDestinations() throws -> [String] {
        if let destinations { return destinations }
        let destinations = try Self.destinations(in: db)
        self.destinations = destinations
        return destinations
    }

    /// Notes the slots of a row that have changed, as a bit for each.
    mutating func note(series: Int64, row: Int64, slots: UInt64) throws {
        let destinations = try knownDestinations()
        guard !destinations.isEmpty else { return }
        if series != self.series {
            sent = try positions(of: series, destinations)
            self.series = series
        }
        let start = table.range(ofRow: row).start
        for (destination, until) in sent where start < until {
            for slot in 0..<table.slotCount where slots & (1 << slot) != 0 {
                let time = start + Int64(slot) * table.slotSeconds
                if time < until { try insert(destination, series, time) }
            }
        }
    }

    /// Notes the buckets that an answer settles after remote write has passed them over: what they hold was not sent.
    /// - Parameters:
    ///   - before: the answered ranges of the window's scope before the answer, by statistic or `*`.
    ///   - after: those ranges with the answer.
    ///   - refused: the statistics that the plan does not serve at the scope's level.
    mutating func noteSettled(
        _ window: AnsweredWindow, before: [StatisticName: TimeRangeSet], after: [StatisticName: TimeRangeSet],
        refused: Set<StatisticName>
    ) throws {
        let destinations = try knownDestinations()
        guard !destinations.isEmpty else { return }
        let reader = try PackedRowReader(db, granularity)
        for destination in destinations {
            let passed = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(SeriesTable.columns), sent_until FROM series
                    JOIN remote_write_position ON series_id = id AND destination = ? AND granularity = ?
                    WHERE application = ? AND api = ? AND index_name = ? AND sent_until > ?
                    """,
                arguments: [
                    destination, granularity.rawValue, window.scope.application, window.api.rawValue,
                    window.scope.index, window.settled.start,
                ])
            for row in passed {
                let series = try row.series(0)
                let rule = SettlementRule(series.key)
                let settled = rule.settled(after, refused: refused, now: window.fetchedAt)
                    .subtracting(rule.settled(before, refused: refused, now: window.fetchedAt))
                    .intersection(TimeRangeSet(TimeRange(.min, try row.time(6))))
                for range in settled.ranges {
                    var times: [UnixTime] = []
                    try reader.forEach(series: series.id, range: range) { times.append($0.time) }
                    for time in times { try insert(destination, series.id, time) }
                }
            }
        }
    }

    /// Notes one bucket.
    mutating func insert(_ destination: String, _ series: Int64, _ time: UnixTime) throws {
        let insert = try prepared().insert
        insert.bind(1, destination)
        insert.bind(2, granularity.rawValue)
        insert.bind(3, series)
        insert.bind(4, time)
        defer { insert.reset() }
        _ = try insert.step()
    }

    private mutating func positions(
        of series: Int64, _ destinations: [String]
    ) throws -> [(destination: String, until: UnixTime)] {
        let position = try prepared().position
        return try destinations.compactMap { destination in
            position.bind(1, destination)
            position.bind(2, granularity.rawValue)
            position.bind(3, series)
            defer { position.reset() }
            return try position.step() ? (destination, try position.time(0)) : nil
        }
    }

    private mutating func prepared() throws -> (position: RawStatement, insert: RawStatement) {
        if let statements { return statements }
        let new = (
            position: try RawStatement(
                db,
                """
                SELECT sent_until FROM remote_write_position
                WHERE destination = ? AND granularity = ? AND series_id = ?
                """),
            insert: try RawStatement(db, "INSERT OR IGNORE INTO remote_write_late VALUES (?, ?, ?, ?)")
        )
        statements = new
        return new
    }

    /// From one destination to the next: a plain DISTINCT would read every position.
    private static func destinations(in db: Database) throws -> [String] {
        let next = try RawStatement(db, "SELECT min(destination) FROM remote_write_position WHERE destination > ?")
        var found: [String] = []
        while true {
            next.bind(1, found.last ?? "")
            defer { next.reset() }
            guard try next.step(), !next.isNull(0) else { return found }
            found.append(try next.text(0))
        }
    }
}
