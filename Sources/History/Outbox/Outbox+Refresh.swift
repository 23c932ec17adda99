internal import GRDB
internal import UsageModel

extension Outbox {
    /// Reads what is new: series, answers, late buckets.
    func refresh(_ now: UnixTime) async throws {
        let known = table.series.last?.id ?? 0
        let (destination, isFirst) = (destination, !isLoaded)
        let snapshot = try await history.read { db in
            try OutboxSnapshot(db, destination: destination, after: known, withPositions: isFirst)
        }
        statistics.add(snapshot.series, sampleCounts)
        for series in snapshot.series {
            guard let statistic = statistics.position(of: series.key) else { continue }
            table.add(series, statistic: statistic, weights: statistics.weights[Int(statistic)]) { granularity in
                snapshot.positions[granularity]?[series.id] ?? 0
            }
        }
        settle(snapshot, now)
        table.restart()
        hasLate = snapshot.hasLate
        newestFetch = snapshot.newestFetch
        isLoaded = true
    }

    private func settle(_ snapshot: OutboxSnapshot, _ now: UnixTime) {
        let since = Dictionary(uniqueKeysWithValues: Granularity.allCases.map { ($0, repairedSince($0, now)) })
        var answered: [Granularity: [[StatisticName: TimeRangeSet]]] = [:]
        for granularity in Granularity.allCases {
            answered[granularity] = table.scopes.map {
                snapshot.answered[OutboxSnapshot.Track(scope: $0, granularity)] ?? [:]
            }
        }
        let refused = table.scopes.map {
            snapshot.refused[OutboxSnapshot.Plan(application: $0.application, level: EndpointLevel($0))] ?? []
        }
        for granularity in Granularity.allCases {
            guard let since = since[granularity], let answered = answered[granularity] else { continue }
            // What the vendor does not serve is not waited for.
            func beginning(_ age: Int64?) -> UnixTime {
                max(since, age.map { granularity.ceiling(now - $0) } ?? .min)
            }
            let served = table.scopes.map { beginning(snapshot.horizon(of: $0, granularity)) }
            let billing = table.scopes.map { beginning(snapshot.billingHorizons[$0.application]?[granularity]) }
            for position in table.entries.indices where table.entries[position].granularity == granularity {
                let entry = table.entries[position]
                let rule = statistics.rules[Int(entry.statistic)]
                let settled = rule.settled(answered[Int(entry.scope)], refused: refused[Int(entry.scope)], now: now)
                table.entries[position].settlement = Settlement(
                    settled, repairedSince: (rule.isBilling ? billing : served)[Int(entry.scope)])
            }
        }
    }
}

/// The part of the history that an ``Outbox`` goes by, read at one instant.
struct OutboxSnapshot {
    struct Track: Hashable {
        var scope: Scope
        var granularity: Granularity

        init(scope: Scope, _ granularity: Granularity) {
            self.scope = scope
            self.granularity = granularity
        }
    }

    struct Plan: Hashable {
        var application: ApplicationID
        var level: EndpointLevel
    }

    /// The new series, ascending by id.
    var series: [StoredSeries]
    var positions: [Granularity: [Int64: UnixTime]]
    var answered: [Track: [StatisticName: TimeRangeSet]]
    var refused: [Plan: Set<StatisticName>]
    /// How many seconds back the vendor serves, where that is limited.
    private var horizons: [Plan: [Granularity: Int64]] = [:]
    /// The same of billing metrics.
    private(set) var billingHorizons: [ApplicationID: [Granularity: Int64]] = [:]
    var hasLate: Bool
    /// When the vendor last answered.
    var newestFetch: UnixTime?

    /// How many seconds back the vendor serves a scope; nil when it is not limited. What holds for the application
    /// holds for its indices until they prove otherwise.
    func horizon(of scope: Scope, _ granularity: Granularity) -> Int64? {
        horizons[Plan(application: scope.application, level: EndpointLevel(scope))]?[granularity]
            ?? horizons[Plan(application: scope.application, level: .application)]?[granularity]
    }

    /// - Parameter after: the newest series that is known.
    init(_ db: Database, destination: String, after: Int64, withPositions: Bool) throws {
        series = try SeriesTable(db: db).read(["id > ?"], [after], orderBy: "id")
        let records = RemoteWriteTables(db, destination)
        positions = withPositions ? try records.positions() : [:]
        hasLate = try records.hasLate()
        newestFetch = try Row.fetchOne(db, sql: "SELECT max(fetched_at) FROM freshness")
            .flatMap { try $0.optionalInteger(0) == nil ? nil : $0.time(0) }
        answered = try Self.answered(db)
        // What is set aside holds nothing back: should it come after all, it comes late.
        for one in try SetAsideTable(db: db).read() {
            let track = Track(scope: one.scope, one.granularity)
            let ranges = answered[track]?[one.statistic] ?? TimeRangeSet()
            answered[track, default: [:]][one.statistic] = ranges.union(TimeRangeSet(one.range))
        }
        for (application, horizon) in try VendorHorizon.all(db) {
            let plan = Plan(application: application, level: horizon.level)
            horizons[plan, default: [:]][horizon.granularity] = horizon.age
        }
        for (application, horizon) in try VendorHorizon.all(db, billing: true) {
            billingHorizons[application, default: [:]][horizon.granularity] = horizon.age
        }
        refused = [:]
        for row in try Row.fetchAll(db, sql: "SELECT application, level, statistic FROM refusal") {
            let plan = Plan(application: try row.name(0), level: try row.level(1))
            refused[plan, default: []].insert(try row.name(2))
        }
    }

    /// Every answer. Where names are asked for one by one these are as many as there are series.
    private static func answered(_ db: Database) throws -> [Track: [StatisticName: TimeRangeSet]] {
        let rows = try RawStatement(
            db,
            """
            SELECT application, index_name, granularity, statistic, start, "end" FROM answered
            ORDER BY application, index_name, granularity, statistic, start
            """)
        defer { rows.reset() }
        var answered: [Track: [StatisticName: TimeRangeSet]] = [:]
        var (application, index, name, statistic): (ApplicationID, IndexName, String, StatisticName) = ("", "", "", "")
        var track: [StatisticName: TimeRangeSet] = [:]
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
            let new = (
                try rows.name(0) as ApplicationID, try rows.name(1) as IndexName, try rows.text(2),
                try rows.name(3) as StatisticName
            )
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
