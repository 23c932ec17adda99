internal import GRDB
public import UsageModel

/// Remembered times that became void because they lie in the future.
public struct ForgottenFuture: Sendable, Hashable {
    /// The latest time that was remembered.
    public var latest: UnixTime
}

extension History {
    /// Voids what the file remembers of later than now, as a clock leaves it that was ahead: what is answered,
    /// fetched, checked, refused, counted and sent.
    ///
    /// An answer whose time is void was given at an unknown time. It proves no more than the newest bucket that
    /// came with it, so what it settled is cut back to there. Points stay: the vendor has dated them. Only those
    /// that the exporter stamps itself go, and totals make up for what they hold (``CounterTable/takeBack(_:answered:before:)``).
    ///
    /// Nothing is voided by a clock that is behind: now is at least the newest bucket.
    /// - Parameter granularities: those of one of the vendor's APIs.
    /// - Returns: nil when nothing was void.
    public func forgetFuture(
        application: ApplicationID, _ granularities: [Granularity], now: UnixTime, settleDelay: Int64
    ) async throws -> ForgottenFuture? {
        let forgotten = try await write { db in
            try FutureTimes(
                db: db, application: application, granularities: granularities, settleDelay: settleDelay
            ).forget(after: now)
        }
        if forgotten != nil {
            noteVoiding()
            noteChange()
        }
        return forgotten
    }
}

/// Voids times of one application within one transaction.
private struct FutureTimes {
    let db: Database
    let application: ApplicationID
    let granularities: [Granularity]
    let settleDelay: Int64

    private var isUsage: Bool { granularities.contains(.hourly) }

    func forget(after now: UnixTime) throws -> ForgottenFuture? {
        guard let latest = try latest(), latest > now else { return nil }
        var now = now
        for granularity in granularities {
            guard let newest = try NewestBucket(db, granularity).start(application: application) else { continue }
            now = max(now, newest + min(granularity.seconds, Granularity.hourly.seconds))
        }
        guard latest > now else { return nil }
        for granularity in granularities {
            var cuts: [IndexName: UnixTime] = [:]
            for index in try indices(granularity) {
                let newest = try NewestBucket(db, granularity)
                    .start(application: application, index: index, notAfter: now)
                cuts[index] = newest.map { granularity.floor(min($0, now) - settleDelay) } ?? .min
                try cut(Scope(application: application, index: index), granularity, newest, after: now)
            }
            try movePositions(granularity, cuts, after: now)
        }
        if isUsage {
            try forgetPlan(after: now)
            try forgetLists(after: now)
        } else {
            try deleteOwnPoints(after: now)
        }
        return ForgottenFuture(latest: latest)
    }

    private var marks: String { granularities.map { "'\($0.rawValue)'" }.joined(separator: ",") }

    /// The latest time that is remembered.
    private func latest() throws -> UnixTime? {
        var sources = [
            #"SELECT max("end") FROM answered WHERE application = ?1 AND granularity IN (\#(marks))"#,
            "SELECT max(fetched_at) FROM freshness WHERE application = ?1 AND granularity IN (\(marks))",
            "SELECT max(checked_at) FROM revision_check WHERE application = ?1 AND granularity IN (\(marks))",
            """
            SELECT max(sent_until) FROM remote_write_position WHERE granularity IN (\(marks))
                AND series_id IN (SELECT id FROM series WHERE application = ?1)
            """,
        ]
        if isUsage {
            sources += [
                "SELECT max(refused_at) FROM refusal WHERE application = ?1",
                "SELECT max(tried_at) FROM set_aside WHERE application = ?1",
                "SELECT max(tried_at) FROM vendor_horizon WHERE application = ?1",
                "SELECT max(max(first_seen), max(counted_from)) FROM application WHERE id = ?1",
                "SELECT max(window_start) FROM retention WHERE ?1 <> ''",
                "SELECT fetched_at FROM index_list WHERE application = ?1",
            ]
        }
        return try sources.compactMap { try Int64.fetchOne(db, sql: $0, arguments: [application]) }.max()
    }

    private func indices(_ granularity: Granularity) throws -> [IndexName] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT index_name FROM answered WHERE application = ?1 AND granularity = ?2
                UNION SELECT index_name FROM freshness WHERE application = ?1 AND granularity = ?2
                """, arguments: [application, granularity.rawValue]
        ).map { try $0.name(0) }
    }

    /// Cuts what a scope has answered back to what its newest bucket proves.
    private func cut(_ scope: Scope, _ granularity: Granularity, _ newest: UnixTime?, after now: UnixTime) throws {
        let table = AnsweredTable(db: db, scope: scope, granularity: granularity)
        let before = try table.read()
        let until = newest.map { granularity.floor($0 - settleDelay) }
        var after = before
        for (statistic, ranges) in before {
            guard let last = ranges.ranges.last, last.end > now else { continue }
            // Without any bucket nothing is proved of the range that reaches into the future.
            let proved = TimeRangeSet(TimeRange(.min, max(until ?? last.start, .min)))
            let kept = ranges.intersection(proved)
            after[statistic] = kept.isEmpty ? nil : kept
            try table.write(kept, statistic: statistic)
        }
        if after != before {
            if granularity == .hourly { try CounterTable(db: db).takeBack(scope, answered: after, before: before) }
            let served = try RefusalTable(db: db, application: application).served(scope)
            try table.deriveCoverage(from: after, served: served)
        }
        let arguments: StatementArguments = [application, scope.index, granularity.rawValue, now]
        let condition = "application = ?1 AND index_name = ?2 AND granularity = ?3"
        if let newest {
            // The bucket before the newest was complete.
            try db.execute(
                sql: """
                    UPDATE freshness SET fetched_at = ?5, complete_until = ?5, tail_start = min(tail_start, ?6)
                    WHERE \(condition) AND fetched_at > ?4
                    """, arguments: arguments + [newest, until ?? newest])
        }
        try db.execute(sql: "DELETE FROM freshness WHERE \(condition) AND fetched_at > ?4", arguments: arguments)
        try db.execute(sql: "DELETE FROM revision_check WHERE \(condition) AND checked_at > ?4", arguments: arguments)
    }

    /// Buckets that come again are sent again; those that were sent already change nothing at the receiver.
    private func movePositions(_ granularity: Granularity, _ cuts: [IndexName: UnixTime], after now: UnixTime) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT destination, series_id, index_name FROM remote_write_position JOIN series ON id = series_id
                WHERE application = ? AND granularity = ? AND sent_until > ?
                """, arguments: [application, granularity.rawValue, now])
        for row in rows {
            let cut = max(cuts[try row.name(2)] ?? granularity.floor(now - settleDelay), 0)
            try db.execute(
                sql: """
                    UPDATE remote_write_position SET sent_until = ?
                    WHERE destination = ? AND granularity = ? AND series_id = ?
                    """, arguments: [cut, try row.text(0), granularity.rawValue, try row.integer(1)])
        }
    }

    /// Refusals, and what the vendor did not give, are asked about again; counting begins now at the latest.
    private func forgetPlan(after now: UnixTime) throws {
        for (table, column) in [
            ("refusal", "refused_at"), ("set_aside", "tried_at"), ("vendor_horizon", "tried_at"),
        ] {
            try db.execute(
                sql: "UPDATE \(table) SET \(column) = ?2 WHERE application = ?1 AND \(column) > ?3",
                arguments: [application, now - Granularity.daily.seconds, now])
        }
        try db.execute(
            sql: """
                UPDATE application SET first_seen = min(first_seen, ?2), counted_from = min(counted_from, ?3)
                WHERE id = ?1
                """, arguments: [application, now, Granularity.hourly.floor(now)])
        try db.execute(sql: "DELETE FROM retention WHERE window_start > ?", arguments: [now])
    }

    /// Lists of indices are stamped by the exporter: what they said of hours to come was said at an unknown time.
    private func forgetLists(after now: UnixTime) throws {
        try IndexInventoryTable(db: db).limit(application, to: now)
        for series in try SeriesTable(db: db).read(
            ["application = ?", "api = ?"], [application, API.search.rawValue])
        {
            for granularity in [Granularity.hourly, .daily] {
                try deletePoints(
                    of: series.id, granularity, from: granularity.floor(max(now, 0)) + granularity.seconds)
            }
        }
    }

    /// States of clusters are stamped by the exporter, and so with the wrong time; so are the hours that they became.
    private func deleteOwnPoints(after now: UnixTime) throws {
        let now = max(now, 0)
        let momentary = StatisticCatalogue.monitoring.filter(\.isMomentary).map(\.name)
        let own = Set(momentary.flatMap { StatisticCatalogue.rollUps(of: $0).map(\.name) })
        for series in try SeriesTable(db: db).read(
            ["application = ?", "api = ?"], [application, API.monitoring.rawValue])
        where own.contains(series.key.statistic) {
            let minute = Granularity.minutely.floor(now) + Granularity.minutely.seconds
            try deletePoints(of: series.id, .minutely, from: minute)
            // An hour that is not over was rolled up too early.
            try deletePoints(of: series.id, .hourly, from: Granularity.hourly.floor(now))
        }
    }

    private func deletePoints(of series: Int64, _ granularity: Granularity, from start: UnixTime) throws {
        let table = PackedTable.of(granularity)
        let kept = try PackedRowReader(db, granularity)
            .points(series: series, range: TimeRange(table.floor(start), start))
        try db.execute(
            sql: "DELETE FROM \(table.name) WHERE series_id = ? AND \(table.rowColumn) >= ?",
            arguments: [series, table.row(start)])
        var writer = try PackedRowWriter(db, granularity)
        try writer.write(kept, series: series)
    }
}
