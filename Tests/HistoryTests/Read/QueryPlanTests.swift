import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import History

/// The statements that a history runs, in each of its connections.
private final class TracedStatements: Sendable {
    private let statements = Mutex(Set<String>())
    private let condition = NSCondition()
    private let waiting = Mutex(0)

    /// The connections that read, at most (``History``).
    private static let readers = 4

    init(_ history: History) async throws {
        try await history.write { [self] db in trace(db) }
        // All at once, so that each is another connection.
        try await withThrowingTaskGroup { group in
            for _ in 0..<Self.readers {
                group.addTask { [self] in try await history.read { db in self.trace(db, untilAllAre: Self.readers) } }
            }
            try await group.waitForAll()
        }
        statements.withLock { $0.removeAll() }
    }

    private func trace(_ db: Database, untilAllAre count: Int = 0) {
        db.trace { [self] event in
            guard case .statement(let statement) = event else { return }
            statements.withLock { _ = $0.insert(statement.sql) }
        }
        condition.lock()
        waiting.withLock { $0 += 1 }
        condition.broadcast()
        while waiting.withLock({ $0 < count + 1 }), count > 0 { condition.wait() }
        condition.unlock()
    }

    /// What was run since the last call.
    func take() -> Set<String> {
        statements.withLock { all in
            defer { all = [] }
            return all
        }
    }
}

@Suite("Query plans")
struct QueryPlanTests {
    private static let range = TimeRange(midnight, midnight + 86_400)

    /// Tables that grow with time or with what was sent: no one may read all of one.
    private static let large = ["hourly", "daily", "minutely", "remote_write_position"]

    private struct Work: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var run: @Sendable (Fixture) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (Fixture) async throws -> Void) {
            testDescription = name
            self.run = run
        }
    }

    private static let works: [Work] = [
        Work("latest") { _ = try await $0.history.latest() },
        Work("range") {
            var query = RangeQuery(statistics: ["records", "max_qps"], indices: .all, range: range)
            _ = try await $0.history.range(query, now: midnight)
            query.top = 2
            query.keys = ["a"]
            query.applications = ["APP"]
            _ = try await $0.history.plan(query, now: midnight, limit: 1)
        },
        Work("page") {
            _ = try await $0.history.page(of: $0.history.storedSeries(), .hourly, range: range)
        },
        Work("series") {
            for granularity in Granularity.allCases { _ = try await $0.history.series(granularity: granularity) }
            _ = try await $0.history.statisticOutlines()
            _ = try await $0.history.applications()
        },
        Work("usage") {
            _ = try await $0.history.usage(Scope(application: "APP"), .hourly)
            _ = try await $0.history.knowsUsageStatistic("records", application: "APP", level: .index)
        },
        Work("store") { fixture in
            for hour in 0..<3 as Range<Int64> {
                _ = try await fixture.history.store(
                    [fixture.points("total_search_requests", [(hour, .integer(9))])],
                    answering: fixture.window(midnight, midnight + 86_400))
            }
        },
        Work("outbox") { fixture in
            let outbox = Outbox(
                fixture.history, destination: "mimir", refreshInterval: 0,
                sampleCounts: { $0.map { _ in [.hourly: 1, .daily: 1, .minutely: 1] } }, repairedSince: { _, _ in 0 })
            for value in 0..<2 as Range<Int64> {
                _ = try await fixture.history.store(
                    [fixture.points([(1, .integer(value))])], answering: fixture.window(midnight, midnight + 86_400))
                while try await outbox.next(limit: 1000, now: midnight + 86_400) != nil { try await outbox.confirm() }
            }
        },
        Work("retention") {
            for granularity in Granularity.allCases {
                _ = try await $0.history.retentionPlan(granularity, keeping: 86_400, now: midnight * 2)
                _ = try await $0.history.expire(granularity, before: midnight + 86_400)
            }
        },
    ]

    @Test("Nothing reads every row of points or of positions", arguments: works)
    private func plans(work: Work) async throws {
        let fixture = try Fixture()
        for index in ["", "a"] as [IndexName] {
            _ = try await fixture.history.store(
                [fixture.points([(0, .integer(1))]), fixture.points("total_search_requests", [(0, .integer(1))])],
                answering: fixture.window(midnight, midnight + 86_400, index: index))
        }
        let traced = try await TracedStatements(fixture.history)
        try await work.run(fixture)
        let statements = traced.take().filter { sql in
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) }
        }
        #expect(statements.count > 0)
        for sql in statements {
            let plan = try fixture.history.plan(sql)
            for table in Self.large {
                #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") }, "\(sql): \(plan)")
            }
            // A destination has a position for each series: one scope's are found by series.
            #expect(
                !plan.contains {
                    $0.hasPrefix("SEARCH remote_write_position") && $0.hasSuffix("(destination=? AND granularity=?)")
                }, "\(sql): \(plan)")
        }
    }

    @Test("A question about one index looks its rows up, whether it names the application or not")
    func oneIndex() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points([(0, .integer(1))])], answering: fixture.window(midnight, midnight + 86_400, index: "a"))
        let traced = try await TracedStatements(fixture.history)
        for applications in [nil, ["APP"]] as [[ApplicationID]?] {
            var query = RangeQuery(statistics: ["records"], indices: .names(["a"]), range: Self.range)
            query.applications = applications
            #expect(try await fixture.history.range(query, now: midnight).series.count == 1)
            #expect(try await fixture.history.plan(query, now: midnight).series.count == 1)
            #expect(
                try await fixture.history.knownNames(among: ["a"], of: applications).unknown
                    == (applications == nil ? ["a"] : []))
        }
        let statements = traced.take().filter { $0.hasPrefix("SELECT") }
        #expect(statements.count >= 4)
        for sql in statements {
            let plan = try fixture.history.plan(sql)
            for table in ["series", "freshness", "coverage"] {
                #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") }, "\(sql): \(plan)")
                // By the application alone would be all of its indices.
                #expect(
                    !plan.contains { $0.hasPrefix("SEARCH \(table)") && $0.hasSuffix("(application=?)") },
                    "\(sql): \(plan)")
            }
        }
    }

    @Test("The newest slot of a scope is found by application, API and index")
    func slot() throws {
        let fixture = try Fixture()
        let plan = try fixture.history.plan(PackedTable.of(.hourly).selectSlot(23))
        #expect(plan.contains { $0.contains("(application=? AND api=? AND index_name=?)") }, "\(plan)")
        #expect(plan.contains { $0.contains("(series_id=? AND day=?)") }, "\(plan)")
    }
}
