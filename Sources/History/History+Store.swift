internal import GRDB
public import UsageModel

extension History {
    /// Notes that an application is collected; its counters start at 0 now,
    /// unless it has been seen before.
    public func register(application: String, now: UnixTime) async throws {
        try await pool.write { db in
            try db.execute(sql: "INSERT OR IGNORE INTO application VALUES (?, ?)", arguments: [application, now])
        }
        noteChange()
    }

    /// Stores an answer: its points, what it answers, and what counters gain, in one transaction.
    ///
    /// Storing the same answer twice changes nothing.
    public func store(_ series: [SeriesPoints], answering window: AnsweredWindow) async throws -> StoreOutcome {
        let outcome = try await pool.write { db in
            try Self.store(series, answering: window, in: db)
        }
        noteChange()
        return outcome
    }

    private static func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, in db: Database
    ) throws -> StoreOutcome {
        let table = AnsweredTable(db: db, scope: window.scope, granularity: window.granularity)
        let before = try table.read()

        var writer = try PackedRowWriter(db, window.granularity)
        let ids = SeriesTable(db: db)
        for points in series {
            let key = SeriesKey(
                application: window.scope.application, api: window.api, statistic: points.statistic,
                index: window.scope.index, key: points.key)
            try writer.write(points.points, series: ids.id(of: key))
        }

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
                    try CounterTable(db: db).count(window, answeredBefore: before)
                }
            }
        }
        try FreshnessTable(db: db).note(window)
        return StoreOutcome(added: writer.added, revised: writer.revised, answered: after)
    }
}

extension StatisticSelection {
    /// The `statistic` of the rows that an answer adds to.
    var answeredNames: [String] {
        switch self {
        case .all: [AnsweredTable.everything]
        case .names(let names): names
        }
    }

    func contains(_ statistic: String) -> Bool {
        switch self {
        case .all: true
        case .names(let names): names.contains(statistic)
        }
    }
}
