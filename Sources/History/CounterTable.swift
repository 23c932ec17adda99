internal import GRDB
internal import UsageModel

/// The `counter` table within one transaction.
///
/// Invariant: a total is the sum of the hours that began after the application
/// was first seen, each added once, when it settled, with the value it then had.
struct CounterTable {
    let db: Database

    /// Adds the hours of `window` that its answer settled and no earlier one had.
    func count(_ window: AnsweredWindow, answeredBefore before: [String: TimeRangeSet]) throws {
        guard
            let firstSeen = try UnixTime.fetchOne(
                db, sql: "SELECT first_seen FROM application WHERE id = ?", arguments: [window.scope.application])
        else { return }
        let firstHour = Granularity.hourly.floor(firstSeen) + 3600
        let settled = TimeRangeSet(window.settled.intersection(TimeRange(firstHour, .max)))
        let open = settled.subtracting(before[AnsweredTable.everything] ?? TimeRangeSet())
        guard !open.isEmpty else { return }

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
            let statistic: String = row[1]
            guard window.statistics.contains(statistic) else { continue }
            for range in open.subtracting(before[statistic] ?? TimeRangeSet()).ranges {
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
    }
}
