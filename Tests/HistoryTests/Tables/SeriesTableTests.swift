import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("The table of series")
struct SeriesTableTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test("A series gets one id for ever; every part of its key tells it apart, byte by byte")
    func ids() throws {
        let base = SeriesKey(application: "APP", statistic: "records", index: "é", key: "eu")
        var keys = [base]
        func with(_ change: (inout SeriesKey) -> Void) {
            var key = base
            change(&key)
            keys.append(key)
        }
        with { $0.application = "app" }
        with { $0.api = .monitoring }
        with { $0.statistic = "Records" }
        with { $0.index = "e\u{301}" }
        with { $0.index = "" }
        with { $0.index = "%" }
        with { $0.key = "" }
        with { $0.key = "é" }
        // What one column ends with, the next does not begin with.
        with { ($0.index, $0.key) = ("éeu", "") }
        try fixture.history.pool.write { db in
            let table = SeriesTable(db: db)
            for key in keys { #expect(try table.existing(key) == nil, "\(key)") }
            let ids = try keys.map { try table.id(of: $0) }
            #expect(Set(ids).count == keys.count)
            #expect(try keys.map { try table.id(of: $0) } == ids)
            #expect(try keys.map { try table.existing($0) } == ids)
            let read = try table.read()
            #expect(Set(read.map(\.key)) == Set(keys))
            #expect(read.map(\.id).sorted() == ids.sorted())
        }
    }

    @Test("Series are shown by application, index, statistic and key, in the order of their bytes")
    func order() throws {
        let names = ["z", "a", "é", "e\u{301}", "", "B", "🛒"]
        try fixture.history.pool.write { db in
            let table = SeriesTable(db: db)
            for index in names {
                for key in names {
                    _ = try table.id(
                        of: SeriesKey(
                            application: "APP", statistic: "records", index: IndexName(index)!, key: ServerName(key)!))
                }
            }
            let read = try table.read(["application = ?", "index_name <> ?"], ["APP", "z"]).map(\.key)
            #expect(read == read.sorted { ($0.index, $0.key) < ($1.index, $1.key) })
            #expect(read.count == 42)
        }
    }

    @Test("Every count of the Usage API has a counter at 0, and nothing else has one", arguments: API.allCases)
    func counters(api: API) throws {
        try fixture.history.pool.write { db in
            let table = SeriesTable(db: db)
            for statistic in StatisticCatalogue.every + [.unknown("new")] {
                let id = try table.id(of: SeriesKey(application: "APP", api: api, statistic: statistic.name))
                let total = try Row.fetchOne(
                    db, sql: "SELECT total, credit FROM counter WHERE series_id = ?", arguments: [id])
                let isCounted = api == .usage && statistic.kind == .count && statistic.isKnown
                #expect((total != nil) == isCounted, "\(statistic.name)")
                if let total { #expect(try total.value(0) == .integer(0) && total.value(1) == .integer(0)) }
            }
        }
    }

    @Test("A series is found by the index on its key, and one index's series without reading another's")
    func plans() throws {
        try fixture.history.pool.read { db in
            for condition in [
                "application = ? AND api = ? AND index_name = ? AND statistic = ? AND key = ?",
                "application = ? AND api = 'usage' AND index_name = ?",
            ] {
                let plan = try RawStatement(db, "EXPLAIN QUERY PLAN SELECT id FROM series WHERE \(condition)")
                defer { plan.reset() }
                #expect(try plan.step())
                let step = try plan.text(3)
                #expect(step.hasPrefix("SEARCH series USING COVERING INDEX"), "\(step)")
                #expect(step.contains("index_name=?"), "\(step)")
            }
        }
    }

    @Test(
        "The series of a statistic are found by the index on it, without reading those of others",
        arguments: [["records"], ["records", "file_size"]] as [[StatisticName]],
        [nil, ["APP"], ["APP", "OTHER"]] as [[ApplicationID]?])
    func plans(statistics: [StatisticName], applications: [ApplicationID]?) throws {
        try fixture.history.pool.read { db in
            for indices: IndexSelection? in [nil, .application, .all, .names(["a", "b"])] {
                let scope = SeriesScope(
                    statistics: statistics, applications: applications, indices: indices, keys: nil)
                let (condition, arguments) = scope.ofSeries
                for order in [SeriesTable.order, "application, index_name, key"] {
                    let select = SeriesTable.select([condition], orderBy: order)
                    let steps = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(select)", arguments: arguments)
                        .map { $0["detail"] as String }.filter { $0.contains(" series USING") }
                    let isFound = steps.contains {
                        $0.contains("COVERING INDEX series_of_statistic (application=? AND statistic=?")
                    }
                    #expect(isFound, "\(steps)")
                }
            }
        }
    }
}
