internal import GRDB
public import UsageModel

extension History {
    /// Notes that an application is collected; its counters start at 0 now,
    /// unless it has been seen before.
    /// - Parameter isConfirmed: whether the time is certain. One that is not is replaced by the next.
    public func register(application: ApplicationID, now: UnixTime, isConfirmed: Bool = true) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO application (id, first_seen, is_confirmed) VALUES (?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET first_seen = excluded.first_seen, is_confirmed = excluded.is_confirmed
                    WHERE NOT is_confirmed
                    """, arguments: [application, now, isConfirmed])
        }
        noteChange(days: .none)
    }

    /// Notes that an answer of the vendor has confirmed the time at which an application was first seen.
    public func confirm(application: ApplicationID) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE application SET is_confirmed = 1 WHERE id = ? AND NOT is_confirmed",
                arguments: [application])
        }
    }

    /// Stores an answer: its points, what it answers, and what counters gain, in one transaction.
    ///
    /// Storing the same answer twice changes nothing.
    /// - Parameter keepsExisting: whether points that are there already stay, because the answer is coarser.
    public func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, keepsExisting: Bool = false
    ) async throws -> StoreOutcome {
        let (outcome, days) = try await write { db in
            try Self.store(series, answering: window, keepsExisting: keepsExisting, in: db)
        }
        noteChange(days: days)
        return outcome
    }

    /// Stores points of buckets that have none yet, and says nothing about what is answered.
    public func fill(
        _ series: [SeriesPoints], application: ApplicationID, api: API, granularity: Granularity
    ) async throws {
        try await write { db in
            let reader = try PackedRowReader(db, granularity)
            var writer = try PackedRowWriter(db, granularity)
            for points in series {
                let id = try SeriesTable(db: db).id(
                    of: SeriesKey(application: application, api: api, statistic: points.statistic, key: points.key))
                try writer.write(Self.missing(points.points, of: id, reader, granularity), series: id)
            }
        }
        noteChange(days: granularity == .daily ? .all : .none)
    }

    /// Returns the `points` whose buckets have no point yet.
    private static func missing(
        _ points: [Point], of series: Int64, _ reader: PackedRowReader, _ granularity: Granularity
    ) throws -> [Point] {
        let table = PackedTable.of(granularity)
        let points = points.filter { table.holds($0.time) }
        guard let first = points.map(\.time).min(), let last = points.map(\.time).max() else { return [] }
        var known = Set<UnixTime>()
        try reader.forEach(series: series, range: TimeRange(granularity.floor(first), last + 1)) {
            known.insert($0.time)
        }
        return points.filter { !known.contains(granularity.floor($0.time)) }
    }

    private static func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, keepsExisting: Bool, in db: Database
    ) throws -> (StoreOutcome, ChangedDays) {
        let table = AnsweredTable(db: db, scope: window.scope, granularity: window.granularity)
        // An answer to `*` is not about billing metrics, nor theirs about anything else.
        let before = try table.read().filter { $0.key.isBilling == window.isBilling }

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

        let refusals = RefusalTable(db: db, application: window.scope.application)
        var after = before
        if !window.settled.isEmpty {
            let served = window.isBilling ? [] : try refusals.served(window.scope)
            let others = Set(before.keys).union(series.map(\.statistic)).union(served)
            for (statistic, settled) in window.answers(others: others) {
                let ranges = (before[statistic] ?? TimeRangeSet()).union(settled)
                guard ranges != before[statistic] ?? TimeRangeSet() else { continue }
                after[statistic] = ranges
                try table.write(ranges, statistic: statistic)
            }
            if after != before {
                if !window.isBilling { try table.deriveCoverage(from: after, served: served) }
                var late = LateBuckets(db, window.granularity)
                try late.noteSettled(
                    window, before: before, after: after,
                    refused: Set(refusals.read(EndpointLevel(window.scope)).keys))
                if window.granularity == .hourly, window.api == .usage {
                    let counted = try CounterTable(db: db)
                        .count(
                            window.scope, within: TimeRangeSet(window.settled), answered: after, before: before,
                            served: served)
                    for (statistic, ranges) in counted {
                        after[statistic] = ranges
                        try table.write(ranges, statistic: statistic)
                    }
                }
            }
        }
        try FreshnessTable(db: db).note(window)
        var outcome = StoreOutcome(added: writer.added, revised: writer.revised, answered: after)
        if window.api != .monitoring { outcome.setAside = try SetAsideTable(db: db).note(window) }
        return (outcome, ChangedDays(writer, window.granularity))
    }
}

extension AnsweredWindow {
    /// The ranges that the answer settles, by statistic or `*`.
    ///
    /// An answer to `*` with unreadable values answers everything but the stretch that they stand in; within it,
    /// each statistic is answered by name, those with unreadable values where they have none.
    /// - Parameter others: the statistics that an answer to `*` is about.
    func answers(others: Set<StatisticName>) -> [StatisticName: TimeRangeSet] {
        let settled = TimeRangeSet(settled)
        switch statistics {
        case .names(let names):
            return Dictionary(
                names.map { ($0, unreadable[$0].map { settled.subtracting($0.ranges) } ?? settled) },
                uniquingKeysWith: { first, _ in first })
        case .all:
            let ranges = unreadable.values.flatMap(\.ranges.ranges)
            guard let start = ranges.map(\.start).min(), let end = ranges.map(\.end).max() else {
                return [.everything: settled]
            }
            let stretch = TimeRangeSet(TimeRange(start, end))
            var answers: [StatisticName: TimeRangeSet] = [.everything: settled.subtracting(stretch)]
            for name in others where name != .everything {
                // A derived statistic has no answers; its rows hold what was counted.
                guard StatisticCatalogue.statistic(named: name)?.derivation == nil else { continue }
                let within = settled.intersection(stretch)
                answers[name] = unreadable[name].map { within.subtracting($0.ranges) } ?? within
            }
            return answers
        }
    }
}
