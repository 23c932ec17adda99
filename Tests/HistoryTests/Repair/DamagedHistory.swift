import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

/// A history with something in every table on small pages, so that every tree has several, and ways to damage it.
struct DamagedHistory {
    static let hours: Int64 = 40 * 24
    static let days: Int64 = 150
    static let now = midnight + hours * 3600 + 7200
    static let statistics: [StatisticName] = [
        "total_search_requests", "querysuggestions_total_search_requests", "queries_operations", "records",
        "browse_operations",
    ]
    private static let pageSize = 1024

    /// The file as it was before any damage.
    static let whole = Task { try await make() }

    private static func make() async throws -> (folder: TemporaryFolder, path: String) {
        let folder = TemporaryFolder()
        let path = folder.file("whole.db")
        let history = try History(path: path)
        try await history.register(application: "APP", now: midnight + 10 * 86_400 - 1)
        for index in ["", "a", "b"] as [IndexName] { try await fill(history, index) }
        try await fillOthers(history)
        try history.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            try db.execute(sql: "PRAGMA page_size = \(pageSize)")
            try db.execute(sql: "VACUUM")
            try db.execute(sql: "PRAGMA journal_mode = WAL")
        }
        try queue.close()
        return (folder, path)
    }

    private static func value(_ statistic: StatisticName, _ index: IndexName, _ time: UnixTime) -> Int64 {
        let noise = (time / 3600 &* 2_654_435_761 &+ Int64(index.text.utf8.first ?? 0) &* 97) & 0xffff
        return statistic == "querysuggestions_total_search_requests" ? noise % 50 : 1000 + noise
    }

    private static func fill(_ history: History, _ index: IndexName) async throws {
        for (granularity, count) in [(Granularity.hourly, hours), (.daily, days)] {
            let end = granularity.floor(now) + granularity.seconds
            let start = granularity == .hourly ? midnight : granularity.floor(now) - days * 86_400
            let times = Array(
                stride(from: start, to: start + count * granularity.seconds, by: Int(granularity.seconds)))
            let series = statistics.map { statistic in
                SeriesPoints(
                    statistic: statistic,
                    points: times.map { Point(time: $0, value: .integer(value(statistic, index, $0))) })
            }
            _ = try await history.store(
                series,
                answering: AnsweredWindow(
                    scope: Scope(application: "APP", index: index), granularity: granularity,
                    range: TimeRange(start, min(end, start + count * granularity.seconds)), statistics: .all,
                    fetchedAt: now, settleDelay: 7200))
            try await history.noteRevisionCheck(
                Scope(application: "APP", index: index), granularity, at: now - 3600)
        }
    }

    private static func fillOthers(_ history: History) async throws {
        let day = TimeRange(now / 86_400 * 86_400 - 86_400, now / 86_400 * 86_400)
        for server in ["c1-1", "c1-2", "c1-3"] as [ServerName] {
            let minutes = stride(from: day.start, to: day.end, by: 60).map {
                Point(time: $0, value: .real(Double($0 / 60 % 100) / 3))
            }
            _ = try await history.store(
                [SeriesPoints(statistic: "cpu_usage", key: server, points: minutes)],
                answering: AnsweredWindow(
                    scope: Scope(application: "APP"), api: .monitoring, granularity: .minutely, range: day,
                    statistics: .all, fetchedAt: now, settleDelay: 600))
        }
        try await history.refuse(["records"], application: "APP", level: .index, at: now)
        for hour in 0..<60 {
            try await history.store(
                [
                    StoredIncident(
                        application: "APP", cluster: "c1", time: midnight + Int64(hour) * 3600,
                        title: "incident \(hour) \(String(repeating: "x", count: hour * 30))", status: "resolved")
                ])
        }
        var index = ListedIndex("a")
        index.entries = .integer(5)
        for time in [now - 7200, now] {
            _ = try await history.store(
                IndexSnapshot(application: "APP", indices: [index], isWhole: true, collected: ["a"], time: time))
        }
        try await history.noteQuota(application: "APP", tokens: 5, time: Double(now))
        let outbox = Outbox(
            history, destination: "mimir", refreshInterval: 0,
            sampleCounts: { $0.map { _ in [.hourly: 1, .daily: 1, .minutely: 1] } }, repairedSince: { _, _ in midnight }
        )
        while try await outbox.next(limit: 5000, now: now) != nil { try await outbox.confirm() }
    }

    // MARK: Damage

    let folder = TemporaryFolder()
    let path: String
    private(set) var damaged: Set<Int> = []

    /// A copy to be damaged.
    init() async throws {
        path = folder.file("history.db")
        try FileManager.default.copyItem(atPath: try await Self.whole.value.path, toPath: path)
    }

    /// The pages of the tree of a table or index, as SQLite counts them. What is changed on pages on which a long row
    /// continues looks like any other value.
    private static func pages(_ name: String, _ path: String) throws -> [Int] {
        try read(path) { db in
            try Int.fetchAll(
                db, sql: "SELECT pageno FROM dbstat WHERE name = ? AND pagetype <> 'overflow' ORDER BY pageno",
                arguments: [name])
        }
    }

    /// Reads a file as it is.
    static func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(60)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        // Outside of a transaction, which would not end well on a damaged file.
        return try queue.unsafeRead(body)
    }

    /// Overwrites pages of `name`: with zeros, with noise, or with each other's contents.
    mutating func damage(_ name: String, _ generator: inout SeededGenerator) async throws {
        let pages = try Self.pages(name, await Self.whole.value.path)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        func read(_ page: Int) throws -> Data {
            try file.seek(toOffset: UInt64((page - 1) * Self.pageSize))
            return try #require(try file.read(upToCount: Self.pageSize))
        }
        func write(_ page: Int, _ data: Data) throws {
            try file.seek(toOffset: UInt64((page - 1) * Self.pageSize))
            try file.write(contentsOf: data)
        }
        let chosen = Array(pages.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator)))
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: for page in chosen { try write(page, Data(count: Self.pageSize)) }
        case 1:
            for page in chosen {
                try write(page, Data((0..<Self.pageSize).map { _ in UInt8.random(in: 0...255, using: &generator) }))
            }
        default:
            let contents = try chosen.map(read)
            for (page, content) in zip(chosen, contents.dropFirst() + contents.prefix(1)) { try write(page, content) }
            // A single one keeps its place, and loses its contents.
            if chosen.count == 1 { try write(chosen[0], Data(count: Self.pageSize)) }
        }
        try file.close()
        damaged.formUnion(chosen)
    }

    // MARK: Contents

    /// The rows of a table of points by series and time.
    typealias Rows = [SeriesKey: [Int64: [DatabaseValue]]]

    static func rows(_ path: String, _ table: PackedTable) throws -> Rows {
        try read(path) { db in
            var rows: Rows = [:]
            let series = try SeriesTable(db: db).read()
            for one in series {
                for row in try Row.fetchAll(
                    db, sql: "SELECT * FROM \(table.name) WHERE series_id = ?", arguments: [one.id])
                {
                    rows[one.key, default: [:]][try row.integer(1)] = Array(row.databaseValues.dropFirst(2))
                }
            }
            return rows
        }
    }

    /// Which of the rows SQLite finds by their keys in the damaged file.
    func readable(_ whole: Rows, _ table: PackedTable) throws -> [SeriesKey: Set<Int64>] {
        try Self.read(path) { db in
            var found: [SeriesKey: Set<Int64>] = [:]
            for (key, rows) in whole {
                guard
                    let id = try? Int64.fetchOne(
                        db,
                        sql: """
                            SELECT id FROM series NOT INDEXED WHERE application = ? AND api = ? AND statistic = ?
                            AND index_name = ? AND key = ?
                            """, arguments: [key.application, key.api.rawValue, key.statistic, key.index, key.key])
                else { continue }
                for (number, values) in rows {
                    let find = try db.cachedStatement(
                        sql: "SELECT * FROM \(table.name) WHERE series_id = ? AND \(table.rowColumn) = ?")
                    let row = try? Row.fetchOne(find, arguments: [id, number])
                    if let row, Array(row.databaseValues.dropFirst(2)) == values {
                        found[key, default: []].insert(number)
                    }
                }
            }
            return found
        }
    }
}
