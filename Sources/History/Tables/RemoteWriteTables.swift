internal import GRDB
internal import UsageModel

/// The tables of remote write, for one destination and within one transaction.
struct RemoteWriteTables {
    let db: Database
    let destination: String

    init(_ db: Database, _ destination: String) {
        self.db = db
        self.destination = destination
    }

    /// How far every series was accepted.
    func positions() throws -> [Granularity: [Int64: UnixTime]] {
        var positions: [Granularity: [Int64: UnixTime]] = [:]
        let rows = try RawStatement(
            db, "SELECT granularity, series_id, sent_until FROM remote_write_position WHERE destination = ?")
        rows.bind(1, destination)
        defer { rows.reset() }
        while try rows.step() {
            let granularity = try rows.granularity(0)
            positions[granularity, default: [:]][try rows.integer(1)] = try rows.time(2)
        }
        return positions
    }

    /// Whether anything is to be sent again.
    func hasLate() throws -> Bool {
        let row = try RawStatement(db, "SELECT 1 FROM remote_write_late WHERE destination = ? LIMIT 1")
        row.bind(1, destination)
        defer { row.reset() }
        return try row.step()
    }

    /// Moves positions past `batch`; what is not stored as it was sent becomes late.
    /// - Returns: whether anything did.
    func confirm(_ batch: OutgoingBatch) throws -> Bool {
        let move = try RawStatement(db, "INSERT OR REPLACE INTO remote_write_position VALUES (?, ?, ?, ?)")
        move.bind(1, destination)
        var readers: [Granularity: PackedRowReader] = [:]
        var foundLate = false
        for part in batch.parts {
            guard let range = part.range else { continue }
            let reader = try readers[part.granularity] ?? PackedRowReader(db, part.granularity)
            readers[part.granularity] = reader
            for time in try changed(part, range, reader) + settledSince(part) {
                var late = LateBuckets(db, part.granularity)
                try late.insert(destination, part.series.id, time)
                foundLate = true
            }
            move.bind(2, part.granularity.rawValue)
            move.bind(3, part.series.id)
            move.bind(4, range.end)
            _ = try move.step()
            move.reset()
        }
        return foundLate
    }

    /// The buckets that were not settled when the part was handed out, and are now.
    private func settledSince(_ part: OutgoingBatch.Part) throws -> [UnixTime] {
        guard !part.withheld.isEmpty else { return [] }
        let key = part.series.key
        let scope = Scope(application: key.application, index: key.index)
        let refused = try RefusalTable(db: db, application: key.application).read(EndpointLevel(scope))
        let settled = SettlementRule(key).settled(
            try AnsweredTable(db: db, scope: scope, granularity: part.granularity).read(), refused: Set(refused.keys),
            now: .min)
        return part.withheld.map(\.time).filter { settled.contains(TimeRange($0, $0 + 1)) }
    }

    /// The buckets of `range` that are stored otherwise than the part has them.
    private func changed(
        _ part: OutgoingBatch.Part, _ range: TimeRange, _ reader: PackedRowReader
    ) throws -> [UnixTime] {
        let known =
            part.withheld.isEmpty ? part.points : (part.points + part.withheld).sorted { $0.time < $1.time }
        var position = 0
        var changed: [UnixTime] = []
        try reader.forEach(series: part.series.id, range: range) { point in
            while position < known.count, known[position].time < point.time { position += 1 }
            if position == known.count || known[position] != point { changed.append(point.time) }
        }
        return changed
    }

    /// The first late buckets as they are stored now, series by series.
    /// - Parameter limit: the most samples.
    func late(limit: Int, _ table: OutboxTable) throws -> [OutgoingBatch.Part] {
        let rows = try RawStatement(
            db,
            """
            SELECT granularity, series_id, time FROM remote_write_late WHERE destination = ?
            ORDER BY granularity, series_id, time LIMIT ?
            """)
        rows.bind(1, destination)
        rows.bind(2, Int64(limit))
        var parts: [OutgoingBatch.Part] = []
        var samples = 0
        defer { rows.reset() }
        while try rows.step() {
            let granularity = try rows.granularity(0)
            let id = try rows.integer(1)
            let isNew = parts.last?.series.id != id || parts.last?.granularity != granularity
            let entry = isNew ? table.entry(series: id, granularity) : parts.last?.entry
            let weight = entry.map { Int(table.entries[$0].weight) } ?? 0
            guard parts.isEmpty || samples + weight <= limit else { break }
            samples += weight
            if isNew {
                let series =
                    entry.map { table.series[Int(table.entries[$0].series)] }
                    ?? StoredSeries(id: id, key: SeriesKey(application: "", statistic: ""))
                parts.append(OutgoingBatch.Part(series: series, granularity: granularity, points: [], entry: entry))
            }
            parts[parts.count - 1].late.append(try rows.time(2))
        }
        // A series that is not sent (any more) only leaves the list.
        for position in parts.indices where parts[position].entry != nil {
            parts[position].points = try points(of: parts[position])
        }
        return parts
    }

    /// Forgets late buckets that are still stored as they were sent.
    /// - Returns: whether any is not.
    func confirmLate(_ batch: OutgoingBatch) throws -> Bool {
        let delete = try RawStatement(
            db,
            """
            DELETE FROM remote_write_late
            WHERE destination = ? AND granularity = ? AND series_id = ? AND time = ?
            """)
        delete.bind(1, destination)
        var foundLate = false
        for part in batch.parts {
            func values(_ points: [Point]) -> [UnixTime: PointValue] {
                Dictionary(points.map { ($0.time, $0.value) }) { _, last in last }
            }
            let sent = values(part.points)
            let stored = part.entry == nil ? [:] : values(try points(of: part))
            delete.bind(2, part.granularity.rawValue)
            delete.bind(3, part.series.id)
            for time in part.late {
                guard sent[time] == stored[time] else {
                    foundLate = true
                    continue
                }
                delete.bind(4, time)
                _ = try delete.step()
                delete.reset()
            }
        }
        return foundLate
    }

    /// The points stored in a part's late buckets.
    private func points(of part: OutgoingBatch.Part) throws -> [Point] {
        guard let first = part.late.first, let last = part.late.last else { return [] }
        let wanted = Set(part.late)
        var points: [Point] = []
        try PackedRowReader(db, part.granularity).forEach(series: part.series.id, range: TimeRange(first, last + 1)) {
            if wanted.contains($0.time) { points.append($0) }
        }
        return points
    }
}
