import Foundation
import GRDB
import History
import Migrations
import TestSupport
import Testing
import UsageModel

@Suite("Derived statistics")
struct DerivedTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600
    private let total: StatisticName = "total_search_requests"
    private let free: StatisticName = "querysuggestions_total_search_requests"

    private func points(_ values: [Int64]) -> [Point] {
        values.enumerated().map { Point(time: start + Int64($0) * 3600, value: .integer($1)) }
    }

    private func store(
        _ history: History, _ series: [StatisticName: [Int64]], names: [StatisticName]? = nil, index: IndexName = "",
        at now: UnixTime
    ) async throws {
        _ = try await history.store(
            series.map { SeriesPoints(statistic: $0.key, points: points($0.value)) },
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), granularity: .hourly,
                range: TimeRange(start, start + 4 * 3600), statistics: names.map { .names($0) } ?? .all,
                fetchedAt: now, settleDelay: 7200))
    }

    private func billed(_ history: History, index: IndexName = "") async throws -> [PointValue] {
        let indices: IndexSelection = index.isEmpty ? .application : .names([index])
        return try await history.range(
            RangeQuery(
                statistics: ["billed_search_requests"], indices: indices, range: TimeRange(start, start + 86_400)),
            now: start + 86_400
        ).series.first?.points.map(\.value) ?? []
    }

    @Test("Billed requests are search requests less those of Query Suggestions", arguments: ["", "products"])
    func difference(index: IndexName) async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, [total: [10, 20, 30], free: [1, 2]], index: index, at: start + 86_400)
        #expect(try await billed(history, index: index) == [9, 18, 30].map(PointValue.integer))
    }

    @Test("They follow each operand, whichever comes or changes later")
    func revision() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, [free: [5, 5]], names: [free], at: start + 86_400)
        #expect(try await billed(history).isEmpty, "nothing is billed where no search request is reported")
        try await store(history, [total: [10, 20]], names: [total], at: start + 86_400)
        #expect(try await billed(history) == [.integer(5), .integer(15)])
        try await store(history, [free: [6, 4]], names: [free], at: start + 86_401)
        #expect(try await billed(history) == [.integer(4), .integer(16)])
    }

    @Test("Their counter gains an hour when both operands are settled, once")
    func counter() async throws {
        let history = try History(path: folder.file("history.db"))
        try await history.register(application: "APP", now: start - 7200)
        func counted() async throws -> PointValue? {
            try await history.latest().series.first { $0.key.statistic == "billed_search_requests" }?.total
        }
        try await store(history, [total: [10, 20, 30, 40]], names: [total], at: start + 86_400)
        #expect(try await counted() == .integer(0))
        try await store(history, [free: [1, 1, 1, 1]], names: [free], at: start + 86_400)
        #expect(try await counted() == .integer(96))
        try await store(history, [free: [1, 1, 1, 1], total: [10, 20, 30, 40]], at: start + 86_500)
        #expect(try await counted() == .integer(96))
    }

    @Test("A file from before has them after its migration, in every table")
    func migration() async throws {
        let path = folder.file("old.db")
        let queue = try DatabaseQueue(path: path)
        try await queue.write { [start] db in
            let first = Migrations.all[0]
            try db.execute(sql: first.sql)
            try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [first.identifier])
            let day = start / 86_400
            try db.execute(
                sql: """
                    INSERT INTO application VALUES ('APP', 0);
                    INSERT INTO series VALUES (1, 'APP', 'usage', 'total_search_requests', '', ''),
                        (2, 'APP', 'usage', 'querysuggestions_total_search_requests', '', ''),
                        (3, 'APP', 'usage', 'total_search_requests', 'products', '');
                    INSERT INTO hourly (series_id, day, h00, h01, h23) VALUES
                        (1, \(day), 10, 20, 5), (2, \(day), 1, NULL, 2), (3, \(day), 7, NULL, NULL);
                    INSERT INTO daily VALUES (1, \(day), 35), (2, \(day), 3);
                    INSERT INTO counter VALUES (1, 35), (2, 3), (3, 7);
                    """)
        }
        try queue.close()
        let history = try History(path: path)
        #expect(try await billed(history) == [9, 20, 3].map(PointValue.integer))
        #expect(try await billed(history, index: "products") == [.integer(7)])
        let counted = try await history.latest().series.filter { $0.key.statistic == "billed_search_requests" }
        #expect(counted.map(\.total) == [.integer(32), .integer(7)])
        let daily = try await history.range(
            RangeQuery(
                statistics: ["billed_search_requests"], granularity: .daily, range: TimeRange(start, start + 86_400)),
            now: start + 86_400)
        #expect(daily.series.map(\.points) == [[Point(time: start, value: .integer(32))]])
    }

    @Test("An operand that the plan refuses is not waited for; when it is served later, nothing counts twice")
    func refusedOperand() async throws {
        let history = try History(path: folder.file("history.db"))
        try await history.register(application: "APP", now: start - 7200)
        func counted() async throws -> PointValue? {
            try await history.latest().series.first { $0.key.statistic == "billed_search_requests" }?.total
        }
        try await history.refuse([free], application: "APP", level: .application, at: start)
        try await store(history, [total: [10, 20, 30, 40]], names: [total], at: start + 86_400)
        #expect(try await counted() == .integer(100))
        try await history.withdrawRefusal(of: [free], application: "APP", level: .application)
        try await store(history, [free: [1, 1, 1, 1]], names: [free], at: start + 86_500)
        #expect(try await counted() == .integer(100))
        #expect(try await billed(history) == [9, 19, 29, 39].map(PointValue.integer))
    }

    @Test("Asked for by name, the newest value is as new as both operands")
    func latestByName() async throws {
        let history = try History(path: folder.file("history.db"))
        func newest() async throws -> PointValue? {
            try await history.latest().series.first { $0.key.statistic == "billed_search_requests" }?.hourly?.value
        }
        // The fourth hour has just ended.
        try await store(history, [total: [10, 20, 30, 40]], names: [total], at: start + 4 * 3600)
        #expect(try await newest() == .integer(40))
        try await store(history, [free: [1, 1, 1, 1]], names: [free], at: start + 4 * 3600)
        #expect(try await newest() == .integer(39))
    }

    @Test("What retention has deleted is not counted again when it is fetched again")
    func countedOnce() async throws {
        let history = try History(path: folder.file("history.db"))
        try await history.register(application: "APP", now: start - 7200)
        func counted(_ statistic: StatisticName) async throws -> PointValue? {
            try await history.latest().series.first { $0.key.statistic == statistic }?.total
        }
        for _ in 0..<2 {
            try await store(history, [total: [10, 20, 30, 40], free: [1, 1, 1, 1]], at: start + 86_400)
            #expect(try await counted(total) == .integer(100))
            #expect(try await counted("billed_search_requests") == .integer(96))
            try await history.expire(.hourly, before: start + 2 * 86_400)
        }
    }
}
