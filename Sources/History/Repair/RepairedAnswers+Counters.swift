internal import GRDB
internal import UsageModel

/// Counters follow the hours that a repaired history has.
extension RepairedAnswers {
    /// Adds counters that are lost, and has lost hours not be counted twice.
    func repairCounters(_ backup: ImportReader?) throws {
        for (id, key) in try Verification(db, now: now).series().sorted(by: { $0.key < $1.key })
        where key.api == .usage && StatisticCatalogue.statistic(named: key.statistic)?.kind == .count {
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM counter WHERE series_id = ?", arguments: [id]) == 0
            else { continue }
            let known = try backup?.read { db -> PointValue? in
                guard let id = try SeriesTable(db: db).existing(key) else { return nil }
                return try Row.fetchOne(
                    db, sql: "SELECT total FROM counter WHERE series_id = ?", arguments: [id]
                ).flatMap { try $0.value(0) }
            }
            try setCounter(id, key, atLeast: known ?? .integer(0))
        }
        for (application, time) in countedUntil {
            try db.execute(
                sql: "UPDATE application SET counted_from = max(counted_from, ?) WHERE id = ? AND first_seen < ?",
                arguments: [min(time, Granularity.hourly.floor(now)), application, time])
        }
        for finding in try Verification(db, now: now).counters() {
            guard let application = finding.application, let index = finding.index, let statistic = finding.statistic
            else { continue }
            let key = SeriesKey(application: application, statistic: statistic, index: index)
            guard let id = try SeriesTable(db: db).existing(key) else { continue }
            try setCounter(id, key, atLeast: .integer(0))
        }
    }

    /// Sets a counter to the hours that it has counted.
    private func setCounter(_ id: Int64, _ key: SeriesKey, atLeast least: PointValue) throws {
        let hours = try Verification(db, now: now).count(id, key)
        let total = max(PointValue(max(hours?.sum ?? 0, 0)), least)
        try db.execute(
            sql: "INSERT OR REPLACE INTO counter (series_id, total, credit) VALUES (?, ?, 0)",
            arguments: [id, total.databaseValue])
    }
}
