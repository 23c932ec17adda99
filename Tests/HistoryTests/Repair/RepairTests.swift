import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Repairing a damaged history")
struct RepairTests {
    private static let tables = [
        "hourly", "daily", "minutely", "series_of_statistic", "series", "sqlite_autoindex_series_1", "answered",
        "coverage",
        "counter",
        "freshness", "application", "remote_write_position", "incident", "index_inventory", "daily", "revision_check",
        "refusal", "quota",
    ]
    private static let granularities = Granularity.allCases
    /// Seeds that once failed: a root page was overwritten by one of its leaves, which looks like the whole table.
    private static let failed = [60, 68, 94, 120, 128, 164, 250]

    /// Damages pages of one table, of two for later seeds, in the way that the seed chooses.
    private func damaged(_ seed: Int) async throws -> DamagedHistory {
        var history = try await DamagedHistory()
        var generator = SeededGenerator(UInt64(seed))
        try await history.damage(Self.tables[seed % Self.tables.count], &generator)
        if seed >= Self.tables.count * 2 {
            try await history.damage(try #require(Self.tables.randomElement(using: &generator)), &generator)
        }
        return history
    }

    private static let derived = StatisticName("billed_search_requests")

    // Fault (Storage): Pages that are zeroed, overwritten with noise or exchanged
    // Done: 1 to 6 pages of each table's tree, 48 seeds, then `db repair`
    // Seen: what can be read is kept; the rest is named and fetched again
    // Lost: what Algolia no longer has and was on these pages
    @Test(
        "Whatever pages are lost: what SQLite can read is kept, nothing is added, the lost is not answered, and the file is intact",
        arguments: Array(0..<41) + failed)
    func pages(seed: Int) async throws {
        let damaged = try await damaged(seed)
        let bytes = try Data(contentsOf: URL(filePath: damaged.path))
        let whole = try await DamagedHistory.whole.value.path
        let readable = try Self.granularities.map { granularity in
            let table = PackedTable.of(granularity)
            return try damaged.readable(DamagedHistory.rows(whole, table), table)
        }
        guard let outcome = try await History.repair(path: damaged.path, now: DamagedHistory.now) else {
            // Pages whose contents were only exchanged with themselves.
            Issue.record("seed \(seed): intact after the damage")
            return
        }
        #expect(try Data(contentsOf: URL(filePath: outcome.aside)) == bytes, "the damaged file is as it was")
        let repaired = try History(path: damaged.path, readOnly: true)
        #expect(try await repaired.verify(now: DamagedHistory.now).map(\.description) == [])
        let answered = try await repaired.answered(application: "APP")
        for (granularity, readable) in zip(Self.granularities, readable) {
            let table = PackedTable.of(granularity)
            let (before, after) = (
                try DamagedHistory.rows(whole, table), try DamagedHistory.rows(damaged.path, table)
            )
            for (key, rows) in before where key.statistic != Self.derived {
                let answers = answered[Scope(application: "APP", index: key.index)]?[granularity] ?? [:]
                let fetched = History.fetched(key.statistic, in: answers)
                for (number, values) in rows {
                    let new = after[key]?[number]
                    if readable[key]?.contains(number) == true { #expect(new == values, "\(key) \(number)") }
                    for slot in values.indices where new?[slot] != values[slot] {
                        #expect(new?[slot].isNull ?? true, "seed \(seed): \(key) \(number): another value than before")
                        let time = table.range(ofRow: number).start + Int64(slot) * table.slotSeconds
                        let isClaimed = fetched.contains(TimeRange(time, time + table.slotSeconds))
                        let isAsked = key.api == .usage || granularity == .minutely
                        #expect(!isClaimed || !isAsked, "\(key) \(time): lost and answered")
                    }
                }
            }
            for (key, rows) in after {
                for (number, values) in rows {
                    let old = before[key]?[number]
                    for slot in values.indices where !values[slot].isNull && values[slot] != old?[slot] {
                        // Derived of a lost operand: the day is fetched again.
                        let time = table.range(ofRow: number).start + Int64(slot) * table.slotSeconds
                        let answers = answered[Scope(application: "APP", index: key.index)]?[granularity] ?? [:]
                        let operand = History.fetched("querysuggestions_total_search_requests", in: answers)
                        #expect(
                            key.statistic == Self.derived
                                && !operand.contains(TimeRange(time, time + table.slotSeconds)),
                            "\(key) \(time): added")
                    }
                }
            }
        }
        try requireTotals(damaged.path, whole)
        try repaired.close()
        #expect(
            try await History.repair(path: damaged.path, now: DamagedHistory.now) == nil, "nothing is left to repair")
    }

    /// No counter is higher than before, none is negative.
    private func requireTotals(_ path: String, _ whole: String) throws {
        let (before, after) = (try totals(whole), try totals(path))
        for (name, total) in after { #expect(total >= 0 && total <= before[name] ?? -1, "\(name)") }
    }

    private func totals(_ path: String) throws -> [String: Double] {
        try DamagedHistory.read(path) { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT statistic || '/' || index_name, total FROM counter JOIN series ON id = series_id")
            return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text(0), try $0.value(1)?.double ?? 0) })
        }
    }

    // Fault (Storage): The same with a backup
    // Done: `db repair --from`, 36 seeds
    // Seen: points, coverage and counters as before the damage
    // Lost: nothing that the backup has
    @Test("With a backup, everything is back: points, answers, coverage, counters", arguments: Array(0..<29) + failed)
    func backup(seed: Int) async throws {
        let damaged = try await damaged(seed)
        let whole = try await DamagedHistory.whole.value.path
        let backup = damaged.folder.file("backup.db")
        try FileManager.default.copyItem(atPath: whole, toPath: backup)
        let outcome = try #require(
            try await History.repair(path: damaged.path, backup: backup, now: DamagedHistory.now))
        #expect(outcome.lost.isEmpty, "\(outcome.lost)")
        for granularity in Self.granularities {
            let table = PackedTable.of(granularity)
            let (before, after) = (
                try DamagedHistory.rows(whole, table), try DamagedHistory.rows(damaged.path, table)
            )
            #expect(before == after, "\(granularity)")
        }
        let (old, new) = (try History(path: whole, readOnly: true), try History(path: damaged.path, readOnly: true))
        #expect(try await old.coverage() == new.coverage())
        #expect(try await new.verify(now: DamagedHistory.now) == [])
        let (before, after) = (try totals(whole), try totals(damaged.path))
        #expect(before == after)
    }

    @Test("Lost days are named, and the collector's next answer fills them without counting an hour twice")
    func fetchedAgain() async throws {
        var damaged = try await DamagedHistory()
        var generator = SeededGenerator(7)
        try await damaged.damage("hourly", &generator)
        let whole = try await DamagedHistory.whole.value.path
        let outcome = try #require(try await History.repair(path: damaged.path, now: DamagedHistory.now))
        let lost = try #require(outcome.lost.first { $0.granularity == .hourly && $0.isCollected })
        let history = try History(path: damaged.path)
        let before = try DamagedHistory.rows(whole, .of(.hourly))
        for lost in outcome.lost where lost.isCollected && lost.granularity == .hourly {
            for range in lost.ranges.ranges {
                let points = lost.statistics.map { statistic in
                    let key = SeriesKey(application: "APP", statistic: statistic, index: lost.scope.index)
                    let rows = before[key] ?? [:]
                    let points = rows.flatMap { number, values in
                        values.enumerated().compactMap { slot, value in
                            Int64.fromDatabaseValue(value).map {
                                Point(time: number * 86_400 + Int64(slot) * 3600, value: .integer($0))
                            }
                        }
                    }
                    return SeriesPoints(
                        statistic: statistic,
                        points: points.filter { range.contains($0.time) }.sorted { $0.time < $1.time })
                }
                _ = try await history.store(
                    points,
                    answering: AnsweredWindow(
                        scope: lost.scope, granularity: .hourly, range: range, statistics: .names(lost.statistics),
                        fetchedAt: DamagedHistory.now, settleDelay: 7200))
            }
        }
        #expect(!lost.ranges.isEmpty)
        #expect(try await history.verify(now: DamagedHistory.now) == [])
        #expect(try DamagedHistory.rows(damaged.path, .of(.hourly)) == before)
        #expect(try totals(damaged.path) == totals(whole))
        #expect(try await history.coverage() == History(path: whole, readOnly: true).coverage())
    }

    @Test("Transactions that are only in the write-ahead log are kept")
    func log() async throws {
        let source = try Fixture()
        try await source.history.register(application: "APP", now: midnight - 1)
        let hours = (0..<48).map { ($0 as Int64, PointValue.integer($0 + 1)) }
        _ = try await source.history.store(
            [source.points(hours)], answering: source.window(midnight, midnight + 2 * 86_400))
        _ = try await source.history.writeAlone { db in try db.checkpoint(.truncate) }
        let later = (48..<72).map { ($0 as Int64, PointValue.integer($0 + 1)) }
        _ = try await source.history.store(
            [source.points(later)], answering: source.window(midnight + 2 * 86_400, midnight + 3 * 86_400))
        try await source.history.inWriter("UPDATE freshness SET fetched_at = 'x'")
        let folder = TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: source.history.path + suffix, toPath: folder.file("history.db\(suffix)"))
        }
        let outcome = try #require(
            try await History.repair(path: folder.file("history.db"), now: midnight + 30 * 86_400))
        #expect(outcome.points[.hourly] == 72)
        #expect(outcome.leftOut == 1)
        #expect(outcome.lost.isEmpty)
        #expect(FileManager.default.fileExists(atPath: outcome.aside + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("history.db-wal")))
    }

    @Test(
        "Rows that verify calls wrong are left out, and the rest is kept",
        arguments: [
            "UPDATE hourly SET h03 = 'three' WHERE series_id = 1",
            "UPDATE daily SET value = 9e999 WHERE series_id = 2",
            "INSERT INTO daily VALUES (1, 40000, 5)", "INSERT INTO hourly (series_id, day) VALUES (1, 100)",
            "INSERT INTO hourly (series_id, day, h00) VALUES (9999, 100, 1)",
            "UPDATE answered SET start = start + 1 WHERE granularity = 'hourly' AND index_name = 'a'",
            "INSERT INTO coverage VALUES ('APP', '', 'daily', 0, 86400)",
            "DELETE FROM coverage WHERE granularity = 'hourly'",
            "UPDATE counter SET total = -1 WHERE series_id = 1", "DELETE FROM counter",
            "UPDATE counter SET total = total * 2 + 1000000 WHERE series_id = 1",
            "INSERT INTO remote_write_position VALUES ('mimir', 'hourly', 99999, 1784073600)",
            "INSERT INTO remote_write_late VALUES ('mimir', 'hourly', 1, 1784073601)",
            "UPDATE freshness SET fetched_at = fetched_at + 864000",
            "UPDATE application SET first_seen = 'x'", "UPDATE application SET id = 'OTHER'",
            "UPDATE hourly SET h05 = h05 + 1 WHERE series_id = (SELECT id FROM series WHERE statistic = 'billed_search_requests')",
        ])
    func rows(sql: String) async throws {
        let damaged = try await DamagedHistory()
        let queue = try DatabaseQueue(path: damaged.path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = 1")
            try db.execute(sql: sql)
        }
        try queue.close()
        let before = try Self.granularities.map { try points(damaged.path, $0) }
        let outcome = try #require(try await History.repair(path: damaged.path, now: DamagedHistory.now))
        let history = try History(path: damaged.path, readOnly: true)
        #expect(try await history.verify(now: DamagedHistory.now) == [])
        #expect(try await history.applications().map(\.id).contains("APP"))
        for (granularity, before) in zip(Self.granularities, before) {
            let after = try points(damaged.path, granularity)
            #expect(before - after < 200, "\(granularity): \(before) points, then \(after)")
        }
        #expect(outcome.aside.contains("history.db.damaged-2026"))
    }

    private func points(_ path: String, _ granularity: Granularity) throws -> Int {
        try DamagedHistory.rows(path, .of(granularity)).values.joined()
            .reduce(0) { $0 + $1.value.filter { !$0.isNull }.count }
    }

    @Test("Numbers at the ends of what SQLite stores, next to pages that are lost, are no trap", arguments: 300..<316)
    func extremes(seed: Int) async throws {
        var damaged = try await DamagedHistory()
        let queue = try DatabaseQueue(path: damaged.path)
        try await queue.write { db in
            for number in [Int64.min, .min + 1, -1, .max - 1, .max] {
                try db.execute(
                    sql: """
                        INSERT INTO series (id, application, api, statistic, index_name, key)
                        SELECT ?, application, api, 'x' || ?, index_name, key FROM series LIMIT 1
                        """, arguments: [number, number])
                for table in Self.granularities.map(PackedTable.of) {
                    try db.execute(
                        sql: "INSERT INTO \(table.name) (series_id, \(table.rowColumn)) SELECT id, ? FROM series",
                        arguments: [number])
                }
            }
        }
        try queue.close()
        var generator = SeededGenerator(UInt64(seed))
        for table in ["hourly", "series", "daily", "minutely"] { try await damaged.damage(table, &generator) }
        guard try await History.repair(path: damaged.path, now: DamagedHistory.now) != nil else { return }
        let repaired = try History(path: damaged.path, readOnly: true)
        #expect(try await repaired.verify(now: DamagedHistory.now).map(\.description) == [])
    }

    @Test("Repairs within one second keep every damaged file")
    func twice() async throws {
        var damaged = try await DamagedHistory()
        var generator = SeededGenerator(1)
        try await damaged.damage("hourly", &generator)
        let bytes = try Data(contentsOf: URL(filePath: damaged.path))
        var aside: Set<String> = []
        for _ in 1...3 {
            try bytes.write(to: URL(filePath: damaged.path))
            let outcome = try #require(try await History.repair(path: damaged.path, now: DamagedHistory.now))
            aside.insert(outcome.aside)
        }
        #expect(aside.count == 3)
        for file in aside { #expect(try Data(contentsOf: URL(filePath: file)) == bytes) }
    }

    // Fault (Storage): A repair of a file that an exporter has open, or whose first page is gone
    // Done: `db repair`
    // Seen: an error that says so; the file is as it was
    // Lost: nothing
    @Test(
        "An intact file is left alone; one in use, of another program or without its first page is refused and left as it was"
    )
    func refused() async throws {
        let whole = try await DamagedHistory()
        let bytes = try Data(contentsOf: URL(filePath: whole.path))
        #expect(try await History.repair(path: whole.path, now: DamagedHistory.now) == nil)
        #expect(try Data(contentsOf: URL(filePath: whole.path)) == bytes)

        var damaged = try await DamagedHistory()
        var generator = SeededGenerator(1)
        try await damaged.damage("hourly", &generator)
        do {
            let running = try History(path: damaged.path, collects: true)
            await #expect(throws: HistoryError.self) {
                try await History.repair(path: damaged.path, now: DamagedHistory.now)
            }
            try running.close()
        }
        let file = try #require(FileHandle(forUpdatingAtPath: damaged.path))
        try file.write(contentsOf: Data(count: 1024))
        try file.close()
        let before = try Data(contentsOf: URL(filePath: damaged.path))
        let error = await #expect(throws: HistoryError.self) {
            try await History.repair(path: damaged.path, now: DamagedHistory.now)
        }
        #expect(error?.description.contains("its first page") == true)
        #expect(try Data(contentsOf: URL(filePath: damaged.path)) == before)
        let files = try FileManager.default.contentsOfDirectory(atPath: damaged.folder.path)
        #expect(!files.contains { $0.contains("repair") || $0.contains("damaged-") }, "\(files)")
        await #expect(throws: HistoryError.missing(path: "/nonexistent")) {
            try await History.repair(path: "/nonexistent", now: 0)
        }
    }
}
