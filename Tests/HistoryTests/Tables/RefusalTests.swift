@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Refused statistics")
struct RefusalTests {
    @Test("Levels and applications refuse independently, and the newest refusal counts")
    func apart() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        try await history.refuse(["records", .everything], application: "APP", level: .application, at: midnight)
        try await history.refuse(["records"], application: "APP", level: .index, at: midnight + 1)
        try await history.refuse(["records"], application: "APP", level: .index, at: midnight + 2)
        #expect(
            try await history.refusals(application: "APP", level: .application)
                == ["records": midnight, .everything: midnight])
        #expect(try await history.refusals(application: "APP", level: .index) == ["records": midnight + 2])
        #expect(try await history.refusals(application: "app", level: .index).isEmpty)
        try await history.withdrawRefusal(of: ["records", "max_qps"], application: "APP", level: .application)
        #expect(try await history.refusals(application: "APP", level: .application) == [.everything: midnight])
        #expect(try await history.refusals(application: "APP", level: .index) == ["records": midnight + 2])
    }

    @Test("Served is the catalogue less the refused; that * is refused says nothing of the names")
    func served() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        let names = StatisticCatalogue.names(perIndex: true)
        try await history.refuse([.everything, names[1], "unknown"], application: "APP", level: .index, at: midnight)
        let served = try await history.read { db in
            try RefusalTable(db: db, application: "APP").served(Scope(application: "APP", index: "a"))
        }
        #expect(served == names.filter { $0 != names[1] })
        let whole = try await history.read { db in
            try RefusalTable(db: db, application: "APP").served(Scope(application: "APP"))
        }
        #expect(whole == StatisticCatalogue.names(perIndex: false))
    }

    @Test("A refusal completes the coverage of its level's scopes in every granularity, and of no others")
    func coverage() async throws {
        let fixture = try Fixture()
        let missing: StatisticName = StatisticCatalogue.names(perIndex: true)[0]
        func answered(perIndex: Bool) -> StatisticSelection {
            .names(StatisticCatalogue.names(perIndex: perIndex).filter { $0 != missing })
        }
        for index in ["", "a", "b"] as [IndexName] {
            for granularity in [Granularity.hourly, .daily] {
                _ = try await fixture.history.store(
                    [],
                    answering: fixture.window(
                        midnight, midnight + 86_400, statistics: answered(perIndex: !index.isEmpty), index: index,
                        granularity: granularity))
            }
        }
        #expect(try await fixture.history.coverage().isEmpty)
        try await fixture.history.refuse([missing], application: "APP", level: .index, at: midnight)
        let covered = try await fixture.history.coverage()
        #expect(Set(covered.map(\.scope.index)) == ["a", "b"])
        #expect(covered.count == 4)
        try await fixture.history.refuse([missing], application: "APP", level: .application, at: midnight)
        #expect(try await fixture.history.coverage().count == 6)
        try await fixture.history.withdrawRefusal(of: [missing], application: "APP", level: .index)
        #expect(try await Set(fixture.history.coverage().map(\.scope.index)) == [""])
        #expect(try await fixture.history.verify().isEmpty)
    }
}
