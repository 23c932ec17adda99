internal import GRDB
internal import UsageModel

/// The `counter` table within one transaction.
///
/// Invariant: a total is the sum of the hours that began after the application
/// was first seen, each added once, when it settled, with the value it then had.
struct CounterTable {
    let db: Database

    /// Adds the hours that an answer settled and no earlier one had.
    /// - Parameters:
    ///   - answered: what is settled now, by statistic or `*`.
    ///   - before: what was settled before the answer.
    ///   - served: the statistics that the plan serves.
    /// - Returns: what is counted now of derived statistics. They have no answers of their own, and
    ///   which of their operands are waited for may change, so it is remembered.
    func count(
        _ window: AnsweredWindow, answered: [StatisticName: TimeRangeSet], before: [StatisticName: TimeRangeSet],
        served: [StatisticName]
    ) throws -> [StatisticName: TimeRangeSet] {
        guard
            let application = try Row.fetchOne(
                db, sql: "SELECT first_seen, counted_from FROM application WHERE id = ?",
                arguments: [window.scope.application])
        else { return [:] }
        let firstHour = max(Granularity.hourly.floor(application[0]) + 3600, application[1])
        let countable = TimeRangeSet(TimeRange(firstHour, .max))
        guard !countable.intersection(TimeRangeSet(window.settled)).isEmpty else { return [:] }

        var counted: [StatisticName: TimeRangeSet] = [:]
        let reader = try PackedRowReader(db, .hourly)
        let counters = try Row.fetchAll(
            db,
            sql: """
                SELECT series.id, statistic FROM series JOIN counter ON series_id = series.id
                WHERE application = ? AND api = 'usage' AND index_name = ?
                """, arguments: [window.scope.application, window.scope.index])
        let update = try db.cachedStatement(sql: "UPDATE counter SET total = total + ? WHERE series_id = ?")
        for row in counters {
            let series: Int64 = row[0]
            let statistic: StatisticName = row[1]
            let open: TimeRangeSet
            if let derivation = StatisticCatalogue.statistic(named: statistic)?.derivation {
                // One that the plan refuses is not waited for.
                let operands = derivation.operands.filter { $0 == derivation.minuend || served.contains($0) }
                let known = before[statistic] ?? TimeRangeSet()
                open = countable.intersection(Self.ranges(operands, answered)).subtracting(known)
                if !open.isEmpty { counted[statistic] = known.union(open) }
            } else {
                open = countable.intersection(Self.ranges([statistic], answered))
                    .subtracting(Self.ranges([statistic], before))
            }
            for range in open.ranges {
                var gain: PointValue?
                try reader.forEach(series: series, range: range) { gain = gain?.adding($0.value) ?? $0.value }
                switch gain {
                // A counter never decreases, whatever the vendor reports.
                case .integer(let integer)? where integer > 0: try update.execute(arguments: [integer, series])
                case .real(let real)? where real > 0: try update.execute(arguments: [real, series])
                default: break
                }
            }
        }
        return counted
    }

    /// Where all of `statistics` are answered, each by name or by the wildcard.
    private static func ranges(_ statistics: [StatisticName], _ answered: [StatisticName: TimeRangeSet]) -> TimeRangeSet
    {
        AnsweredTable.coverage(of: answered, served: statistics)
    }
}
