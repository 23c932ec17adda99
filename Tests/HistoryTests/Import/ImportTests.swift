import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Merging the history of another exporter")
struct ImportTests {
    private let total: StatisticName = "total_search_requests"

    private func merge(_ other: Fixture, into fixture: Fixture) async throws -> ImportOutcome {
        let source = try await ImportSource(other.history.path, into: fixture.history)
        defer { source.close() }
        return try await fixture.history.merge(source)
    }

    /// Stores hours of a value each.
    private func store(
        _ fixture: Fixture, _ statistic: StatisticName = "total_search_requests", hours: Range<Int64>, value: Int64,
        fetchedAt: UnixTime = midnight + 30 * 86_400
    ) async throws {
        _ = try await fixture.history.store(
            [fixture.points(statistic, hours.map { ($0, .integer(value)) })],
            answering: fixture.window(
                midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600, fetchedAt: fetchedAt))
    }

    @Test("Two that overlap become their union: points, coverage, counters, and what differs is counted")
    func union() async throws {
        let (ours, theirs) = (try Fixture(), try Fixture())
        try await ours.history.register(application: "APP", now: midnight - 1)
        try await theirs.history.register(application: "APP", now: midnight + 10 * 3600)
        try await store(ours, hours: 0..<24, value: 1)
        try await store(theirs, hours: 20..<48, value: 2, fetchedAt: midnight + 31 * 86_400)
        let before = try Data(contentsOf: URL(filePath: theirs.history.path))
        let outcome = try await merge(theirs, into: ours)
        // The derived statistic is computed anew and not counted.
        #expect(outcome.added == 24 && outcome.replaced == 4 && outcome.kept == 0)
        #expect(outcome.covered == [.hourly: 24 * 3600])
        #expect(outcome.sharedApplications == ["APP"] && outcome.newApplications.isEmpty)
        #expect(
            try await ours.read(total).map(\.value)
                == Array(repeating: .integer(1), count: 20) + Array(repeating: .integer(2), count: 28))
        #expect(try await ours.read("billed_search_requests") == ours.read(total))
        #expect(try await ours.coverage() == [TimeRange(midnight, midnight + 48 * 3600)])
        // The first 24 hours have counted 1 each; a later revision changes no counter.
        let latest = try await ours.history.latest()
        #expect(latest.series.first { $0.key.statistic == total }?.total == .integer(24 + 48))
        // Values that double are no revisions of an hour.
        #expect(try await ours.history.verify().filter { $0.table != "counter" } == [])
        #expect(try Data(contentsOf: URL(filePath: theirs.history.path)) == before)
        let again = try await merge(theirs, into: ours)
        #expect((again.added, again.replaced, again.kept) == (0, 0, 0) && again.covered.isEmpty)
    }

    @Test("A settled value is better than a provisional one, whichever was fetched later")
    func settled() async throws {
        let (ours, theirs) = (try Fixture(), try Fixture())
        for fixture in [ours, theirs] { try await fixture.history.register(application: "APP", now: midnight - 1) }
        try await store(ours, hours: 0..<24, value: 1)
        // Its newest two hours are provisional, though it was asked later than ours says.
        _ = try await theirs.history.store(
            [theirs.points(total, (0..<24).map { ($0, .integer(2)) })],
            answering: theirs.window(midnight, midnight + 86_400, fetchedAt: midnight + 86_400))
        try await ours.history.inWriter("UPDATE freshness SET fetched_at = \(midnight + 3600)")
        let outcome = try await merge(theirs, into: ours)
        #expect((outcome.replaced, outcome.kept) == (22, 2))
        #expect(try await ours.read(total).suffix(3).map(\.value) == [.integer(2), .integer(1), .integer(1)])
        // The other way, the provisional ones are replaced.
        let back = try await merge(ours, into: theirs)
        #expect(back.replaced == 2)
        #expect(try await theirs.read(total) == ours.read(total))
    }

    @Test("An unknown application comes with the time from which it counts, and what its plan refuses")
    func unknown() async throws {
        let (ours, theirs) = (try Fixture(), try Fixture())
        try await ours.history.register(application: "OTHER", now: midnight)
        try await theirs.history.register(application: "APP", now: midnight + 9 * 3600)
        try await store(theirs, hours: 0..<24, value: 1)
        try await theirs.history.refuse(["records"], application: "APP", level: .application, at: midnight)
        let outcome = try await merge(theirs, into: ours)
        #expect(outcome.newApplications == ["APP"])
        #expect(try await ours.history.refusals(application: "APP", level: .application) == ["records": midnight])
        let latest = try await ours.history.latest()
        #expect(latest.series.first { $0.key.statistic == total }?.total == .integer(14))
        #expect(try await ours.history.verify() == [])
    }

    @Test("Random histories: the union has every bucket of either, and merging again changes nothing", arguments: 0..<6)
    func random(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let (ours, _) = try await answers.filled()
        let (theirs, _) = try await answers.filled()
        for fixture in [ours, theirs] {
            for application in RandomAnswers.applications {
                try await fixture.history.register(application: application, now: RandomAnswers.start - 1)
            }
        }
        let view = "SELECT application, index_name, statistic, key, unix_time FROM"
        func buckets(_ fixture: Fixture) throws -> Set<String> {
            Set(try fixture.history.texts("\(view) hourly_points") + fixture.history.texts("\(view) daily_points"))
        }
        let union = try buckets(ours).union(buckets(theirs))
        let outcome = try await merge(theirs, into: ours)
        #expect(try buckets(ours) == union)
        #expect(outcome.kept + outcome.replaced > 0)
        #expect(try await ours.history.verify().filter { $0.table != "counter" } == [])
        let again = try await merge(theirs, into: ours)
        #expect(again.added == 0 && again.replaced == 0 && again.kept == outcome.kept)
    }

    // Fault (Storage): An import that is interrupted
    // Done: cut off after each transaction
    // Seen: the same import continues
    // Lost: nothing
    @Test("Cut off after any transaction, the same import continues to the same history")
    func interrupted() async throws {
        let theirs = try Fixture()
        try await theirs.history.register(application: "APP", now: midnight - 1)
        for index in ["", "a", "b"] as [IndexName] {
            _ = try await theirs.history.store(
                [theirs.points(total, (0..<24).map { ($0, .integer(1)) })],
                answering: theirs.window(midnight, midnight + 86_400, index: index))
        }
        func dump(_ fixture: Fixture) throws -> [[String]] {
            try ["hourly_points", "answered", "coverage", "freshness", "application"].map {
                try fixture.history.texts("SELECT * FROM \($0)").sorted()
            } + [
                fixture.history.texts(
                    "SELECT statistic, index_name, total FROM counter JOIN series ON id = series_id ORDER BY 1, 2")
            ]
        }
        let whole = try Fixture()
        _ = try await merge(theirs, into: whole)
        for index in ["a", "b"] {
            let cut = try Fixture()
            try await cut.history.inWriter(
                """
                CREATE TEMP TRIGGER fault BEFORE INSERT ON main.answered WHEN new.index_name = '\(index)'
                BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
                """)
            await #expect(throws: HistoryError.self) { try await merge(theirs, into: cut) }
            #expect(try await cut.history.verify() == [])
            try await cut.history.inWriter("DROP TRIGGER temp.fault")
            _ = try await merge(theirs, into: cut)
            #expect(try dump(cut) == dump(whole))
        }
    }

    @Test("A file of an older version is migrated as a copy, which is removed; the file is as it was")
    func older() async throws {
        let (ours, theirs) = (try Fixture(), try Fixture())
        try await theirs.history.register(application: "APP", now: midnight - 1)
        try await store(theirs, hours: 0..<24, value: 1)
        try theirs.history.close()
        let path = theirs.history.path
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    DELETE FROM grdb_migrations WHERE identifier >= '0008_usage_v2';
                    DROP INDEX series_of_statistic;
                    DROP TABLE billing_metric; DROP TABLE billing_registry; DROP TABLE billing_horizon;
                    DROP TABLE billing_check;
                    """)
            try db.checkpoint(.truncate)
        }
        try queue.close()
        let before = try Data(contentsOf: URL(filePath: path))
        let source = try await ImportSource(path, into: ours.history)
        #expect(source.isMigratedCopy)
        #expect(try await ours.history.merge(source).added == 24)
        source.close()
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: URL(filePath: ours.history.path).deletingLastPathComponent().path(percentEncoded: false))
        #expect(!files.contains { $0.contains("import") }, "\(files)")
    }

    @Test("The file itself, a newer one, one of another program, and a damaged one are refused, and nothing is merged")
    func refused() async throws {
        let (ours, theirs) = (try Fixture(), try Fixture())
        await #expect(throws: HistoryError.self) { try await ImportSource(ours.history.path, into: ours.history) }
        await #expect(throws: HistoryError.missing(path: "/nonexistent")) {
            try await ImportSource("/nonexistent", into: ours.history)
        }
        try await store(theirs, hours: 0..<24, value: 1)
        try await theirs.history.inWriter("UPDATE hourly SET h05 = 'x'")
        let error = await #expect(throws: HistoryError.self) {
            try await ImportSource(theirs.history.path, into: ours.history)
        }
        #expect(error?.description.contains("it is damaged: table hourly") == true)
        try await theirs.history.inWriter("INSERT INTO grdb_migrations VALUES ('9999_new')")
        await #expect(throws: HistoryError.newer(path: theirs.history.path, migration: "9999_new")) {
            try await ImportSource(theirs.history.path, into: ours.history)
        }
        #expect(try ours.history.texts("SELECT * FROM hourly").isEmpty)
        #expect(ours.history.problem == nil)
    }
}
