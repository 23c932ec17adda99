internal import GRDB
internal import UsageModel

extension Outbox {
    /// Looks at what is new: series, answers, late buckets.
    func refresh(_ now: UnixTime) async throws {
        let known = table.series.last?.id ?? 0
        let (destination, isFirst) = (destination, !isLoaded)
        let news = try await history.read { db in
            try OutboxNews(db, destination: destination, after: known, withPositions: isFirst)
        }
        kinds.add(news.series, sampleCounts)
        for series in news.series {
            guard let kind = kinds.position(of: series.key) else { continue }
            table.add(series, kind: kind, weights: kinds.weights[Int(kind)]) { granularity in
                news.positions[granularity]?[series.id] ?? 0
            }
        }
        settle(news, now)
        table.restart()
        hasLate = news.hasLate
        isLoaded = true
    }

    private func settle(_ news: OutboxNews, _ now: UnixTime) {
        let since = Dictionary(uniqueKeysWithValues: Granularity.allCases.map { ($0, repairedSince($0, now)) })
        var answered: [Granularity: [[String: TimeRangeSet]]] = [:]
        for granularity in Granularity.allCases {
            answered[granularity] = table.scopes.map { news.answered[OutboxNews.Track(scope: $0, granularity)] ?? [:] }
        }
        let refused = table.scopes.map {
            news.refused[OutboxNews.Plan(application: $0.application, level: EndpointLevel($0))] ?? []
        }
        for granularity in Granularity.allCases {
            guard let since = since[granularity], let answered = answered[granularity] else { continue }
            for position in table.entries.indices where table.entries[position].granularity == granularity {
                let entry = table.entries[position]
                let settled = kinds.rules[Int(entry.kind)]
                    .settled(answered[Int(entry.scope)], refused: refused[Int(entry.scope)], now: now)
                table.entries[position].settlement = Settlement(settled, repairedSince: since)
            }
        }
    }
}

/// What an ``Outbox`` has to know, read at one instant.
struct OutboxNews {
    struct Track: Hashable {
        var scope: Scope
        var granularity: Granularity

        init(scope: Scope, _ granularity: Granularity) {
            self.scope = scope
            self.granularity = granularity
        }
    }

    struct Plan: Hashable {
        var application: String
        var level: EndpointLevel
    }

    /// Those that are new, ascending by id.
    var series: [StoredSeries]
    var positions: [Granularity: [Int64: UnixTime]]
    var answered: [Track: [String: TimeRangeSet]]
    var refused: [Plan: Set<String>]
    var hasLate: Bool

    /// - Parameter after: the newest series that is known.
    init(_ db: Database, destination: String, after: Int64, withPositions: Bool) throws {
        series = try Row.fetchAll(
            db,
            sql: """
                SELECT id, application, api, statistic, index_name, key FROM series WHERE id > ? ORDER BY id
                """, arguments: [after]
        ).map { row in
            StoredSeries(id: try row.integer(0), key: try row.seriesKey(1))
        }
        let records = OutboxRecords(db, destination)
        positions = withPositions ? try records.positions() : [:]
        hasLate = try records.hasLate()
        answered = try Self.answered(db)
        refused = [:]
        for row in try Row.fetchAll(db, sql: "SELECT application, level, statistic FROM refusal") {
            let plan = Plan(application: try row.text(0), level: try row.level(1))
            refused[plan, default: []].insert(try row.text(2))
        }
    }

    /// Every answer. Where names are asked for one by one these are as many as there are series.
    private static func answered(_ db: Database) throws -> [Track: [String: TimeRangeSet]] {
        let rows = try RawStatement(
            db,
            """
            SELECT application, index_name, granularity, statistic, start, "end" FROM answered
            ORDER BY application, index_name, granularity, statistic, start
            """)
        defer { rows.reset() }
        var answered: [Track: [String: TimeRangeSet]] = [:]
        var (application, index, name, statistic) = ("", "", "", "")
        var track: [String: TimeRangeSet] = [:]
        var ranges: [TimeRange] = []
        func finish() {
            guard !ranges.isEmpty else { return }
            track[statistic] = TimeRangeSet(ranges)
            ranges.removeAll(keepingCapacity: true)
        }
        func finishTrack() {
            finish()
            guard !track.isEmpty, let granularity = Granularity(rawValue: name) else { return }
            answered[Track(scope: Scope(application: application, index: index), granularity)] = track
            track = [:]
        }
        while try rows.step() {
            let new = (try rows.text(0), try rows.text(1), try rows.text(2), try rows.text(3))
            if (new.0, new.1, new.2) != (application, index, name) {
                finishTrack()
                track = [:]
                (application, index, name, statistic) = new
            } else if new.3 != statistic {
                finish()
                statistic = new.3
            }
            ranges.append(TimeRange(try rows.time(4), try rows.time(5)))
        }
        finishTrack()
        return answered
    }
}
