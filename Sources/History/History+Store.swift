internal import GRDB
public import UsageModel

extension History {
    /// Notes that an application is collected; its counters start at 0 now,
    /// unless it has been seen before.
    public func register(application: ApplicationID, now: UnixTime) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO application (id, first_seen) VALUES (?, ?)", arguments: [application, now])
        }
        noteChange()
    }

    /// Stores an answer: its points, what it answers, and what counters gain, in one transaction.
    ///
    /// Storing the same answer twice changes nothing.
    /// - Parameter keepsExisting: whether points that are there already stay, because the answer is coarser.
    public func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, keepsExisting: Bool = false
    ) async throws -> StoreOutcome {
        let outcome = try await pool.write { db in
            try Self.store(series, answering: window, keepsExisting: keepsExisting, in: db)
        }
        noteChange()
        return outcome
    }

    /// Stores points of buckets that have none yet, and says nothing about what is answered.
    public func fill(
        _ series: [SeriesPoints], application: ApplicationID, api: API, granularity: Granularity
    ) async throws {
        try await pool.write { db in
            let reader = try PackedRowReader(db, granularity)
            var writer = try PackedRowWriter(db, granularity)
            for points in series {
                let id = try SeriesTable(db: db).id(
                    of: SeriesKey(application: application, api: api, statistic: points.statistic, key: points.key))
                try writer.write(Self.missing(points.points, of: id, reader, granularity), series: id)
            }
        }
        noteChange()
    }

    /// Those of `points` whose buckets have no point yet.
    private static func missing(
        _ points: [Point], of series: Int64, _ reader: PackedRowReader, _ granularity: Granularity
    ) throws -> [Point] {
        guard let first = points.map(\.time).min(), let last = points.map(\.time).max() else { return [] }
        var known = Set<UnixTime>()
        try reader.forEach(series: series, range: TimeRange(granularity.floor(first), last + 1)) {
            known.insert($0.time)
        }
        return points.filter { !known.contains(granularity.floor($0.time)) }
    }

    private static func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, keepsExisting: Bool, in db: Database
    ) throws -> StoreOutcome {
        let table = AnsweredTable(db: db, scope: window.scope, granularity: window.granularity)
        let before = try table.read()

        var writer = try PackedRowWriter(db, window.granularity)
        let ids = SeriesTable(db: db)
        var derived = DerivedStatistics(db, window.scope, window.granularity)
        let rollUp = window.granularity == .minutely ? try MinutelyRollUp(db) : nil
        for points in series {
            let key = SeriesKey(
                application: window.scope.application, api: window.api, statistic: points.statistic,
                index: window.scope.index, key: points.key)
            let id = try ids.id(of: key)
            let newestRow = try rollUp?.newestRow(series: id)
            let new =
                keepsExisting
                ? try missing(points.points, of: id, PackedRowReader(db, window.granularity), window.granularity)
                : points.points
            try writer.write(new, series: id)
            if window.api == .usage {
                derived.note(points.statistic, key: points.key, changed: writer.changedRows)
            }
            try rollUp?.finish(key, series: id, changed: writer.changedRows, newestBefore: newestRow)
        }
        try derived.write()

        var after = before
        if !window.settled.isEmpty {
            let settled = TimeRangeSet(window.settled)
            for statistic in window.statistics.answeredNames {
                let ranges = (before[statistic] ?? TimeRangeSet()).union(settled)
                guard ranges != before[statistic] else { continue }
                after[statistic] = ranges
                try table.write(ranges, statistic: statistic)
            }
            if after != before {
                let served = try RefusalTable(db: db, application: window.scope.application).served(window.scope)
                try table.deriveCoverage(from: after, served: served)
                if window.granularity == .hourly, window.api == .usage {
                    let counted = try CounterTable(db: db)
                        .count(window, answered: after, before: before, served: served)
                    for (statistic, ranges) in counted {
                        after[statistic] = ranges
                        try table.write(ranges, statistic: statistic)
                    }
                }
            }
        }
        try FreshnessTable(db: db).note(window)
        return StoreOutcome(added: writer.added, revised: writer.revised, answered: after)
    }
}

extension StatisticSelection {
    /// The `statistic` of the rows that an answer adds to.
    var answeredNames: [StatisticName] {
        switch self {
        case .all: [AnsweredTable.everything]
        case .names(let names): names
        }
    }
}
