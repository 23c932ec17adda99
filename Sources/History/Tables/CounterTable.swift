internal import GRDB
internal import UsageModel

/// The `counter` table within one transaction.
///
/// Invariant: a total is the sum of the hours that began after the application
/// was first seen, each added once, when it settled, with the value it then had.
struct CounterTable {
    let db: Database

    /// Adds the hours of a scope that are settled now and were not.
    /// - Parameters:
    ///   - settled: where anything new is settled.
    ///   - answered: what is settled now, by statistic or `*`.
    ///   - before: what was settled before.
    ///   - served: the statistics that the plan serves.
    /// - Returns: what is counted now of derived statistics. They have no answers, and
    ///   which of their operands are waited for may change, so it is remembered.
    func count(
        _ scope: Scope, within settled: TimeRangeSet, answered: [StatisticName: TimeRangeSet],
        before: [StatisticName: TimeRangeSet], served: [StatisticName]
    ) throws -> [StatisticName: TimeRangeSet] {
        guard
            let application = try Row.fetchOne(
                db, sql: "SELECT first_seen, counted_from FROM application WHERE id = ?",
                arguments: [scope.application])
        else { return [:] }
        let firstHour = max(Granularity.hourly.floor(try application.time(0)) + 3600, try application.time(1))
        let countable = TimeRangeSet(TimeRange(firstHour, .max))
        guard !countable.intersection(settled).isEmpty else { return [:] }

        var counted: [StatisticName: TimeRangeSet] = [:]
        let reader = try PackedRowReader(db, .hourly)
        let counters = try Row.fetchAll(
            db,
            sql: """
                SELECT series.id, statistic, credit FROM series JOIN counter ON series_id = series.id
                WHERE application = ? AND api = 'usage' AND index_name = ?
                """, arguments: [scope.application, scope.index])
        let update = try db.cachedStatement(sql: "UPDATE counter SET total = total + ?, credit = ? WHERE series_id = ?")
        for row in counters {
            let series = try row.integer(0)
            let statistic: StatisticName = try row.name(1)
            let open: TimeRangeSet
            if let derivation = StatisticCatalogue.statistic(named: statistic)?.derivation {
                // One that the plan refuses is not waited for.
                let operands = derivation.operands.filter { $0 == derivation.minuend || served.contains($0) }
                let known = before[statistic] ?? TimeRangeSet()
                open = countable.intersection(History.fetched(operands, in: answered)).subtracting(known)
                if !open.isEmpty { counted[statistic] = known.union(open) }
            } else {
                open = countable.intersection(History.fetched(statistic, in: answered))
                    .subtracting(History.fetched(statistic, in: before))
            }
            var credit = try row.value(2) ?? .integer(0)
            for range in open.ranges {
                var sum: PointValue?
                try reader.forEach(series: series, range: range) { sum = sum?.adding($0.value) ?? $0.value }
                // A counter never decreases, whatever the vendor reports.
                guard let sum, sum.double > 0 else { continue }
                // What the total has already, from a clock that was ahead, is not added again.
                let gain = max(sum.subtracting(credit), .integer(0))
                credit = max(credit.subtracting(sum), .integer(0))
                try update.execute(arguments: [gain.databaseValue, credit.databaseValue, series])
            }
        }
        return counted
    }

    /// Takes back that hours are counted which turn out not to be settled. Totals stay, because they never
    /// decrease; what they hold of these hours is taken off what comes.
    func takeBack(_ scope: Scope, answered: [StatisticName: TimeRangeSet], before: [StatisticName: TimeRangeSet]) throws
    {
        let reader = try PackedRowReader(db, .hourly)
        let firstHour = try Row.fetchOne(
            db, sql: "SELECT first_seen, counted_from FROM application WHERE id = ?", arguments: [scope.application]
        ).map { max(Granularity.hourly.floor(try $0.time(0)) + 3600, try $0.time(1)) }
        guard let firstHour else { return }
        let countable = TimeRangeSet(TimeRange(firstHour, .max))
        let counters = try Row.fetchAll(
            db,
            sql: """
                SELECT series.id, statistic, credit FROM series JOIN counter ON series_id = series.id
                WHERE application = ? AND api = 'usage' AND index_name = ?
                """, arguments: [scope.application, scope.index])
        let update = try db.cachedStatement(sql: "UPDATE counter SET credit = ? WHERE series_id = ?")
        for row in counters {
            let statistic: StatisticName = try row.name(1)
            let isDerived = StatisticCatalogue.statistic(named: statistic)?.derivation != nil
            func counted(_ answered: [StatisticName: TimeRangeSet]) -> TimeRangeSet {
                isDerived ? answered[statistic] ?? TimeRangeSet() : History.fetched(statistic, in: answered)
            }
            let lost = counted(before).subtracting(counted(answered)).intersection(countable)
            var credit = try row.value(2) ?? .integer(0)
            for range in lost.ranges {
                try reader.forEach(series: try row.integer(0), range: range) { point in
                    if point.value.double > 0 { credit = credit.adding(point.value) }
                }
            }
            try update.execute(arguments: [credit.databaseValue, try row.integer(0)])
        }
    }
}

extension PointValue {
    /// As a column without a type holds it.
    var databaseValue: DatabaseValue {
        switch self {
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        }
    }
}
