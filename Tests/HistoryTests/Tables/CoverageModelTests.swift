@testable import History
import TestSupport
import Testing
import UsageModel

/// What is answered and covered, hour by hour, the naive way.
private struct CoverageModel {
    static let hours: Range<Int64> = 0..<60
    var answered: [StatisticName: Set<Int64>] = [:]
    var served: Set<StatisticName>

    func isAnswered(_ statistic: StatisticName, _ hour: Int64) -> Bool {
        answered[.everything]?.contains(hour) == true || answered[statistic]?.contains(hour) == true
    }

    /// Where every served statistic is answered; of none, where all of them were at once.
    var covered: [TimeRange] {
        let hours = Self.hours.filter { hour in
            served.isEmpty
                ? answered[.everything]?.contains(hour) == true : served.allSatisfy { isAnswered($0, hour) }
        }
        return TimeRangeSet(hours.map { TimeRange(midnight + $0 * 3600, midnight + ($0 + 1) * 3600) }).ranges
    }
}

@Suite("Coverage")
struct CoverageModelTests {
    private let scope = Scope(application: "APP", index: "products")

    @Test(
        "It is where every served statistic is answered, after any answers, refusals and withdrawals",
        arguments: 1...8 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let fixture = try Fixture()
        var generator = SeededGenerator(seed)
        let names = StatisticCatalogue.names(perIndex: true)
        // Few are served, so that answers by name cover something.
        let few = Array(names.prefix(3))
        try await fixture.history.refuse(Array(names.dropFirst(3)), application: "APP", level: .index, at: midnight)
        var model = CoverageModel(served: Set(few))
        for step in 0..<60 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0:
                let name = few.randomElement(using: &generator)!
                try await fixture.history.refuse([name], application: "APP", level: .index, at: midnight)
                model.served.remove(name)
            case 1:
                let name = few.randomElement(using: &generator)!
                try await fixture.history.withdrawRefusal(of: [name], application: "APP", level: .index)
                model.served.insert(name)
            default:
                let first = Int64.random(in: 0..<50, using: &generator)
                let hours = first..<first + Int64.random(in: 1...10, using: &generator)
                let selection: StatisticSelection =
                    Int.random(in: 0..<4, using: &generator) == 0
                    ? .all : .names(few.filter { _ in Bool.random(using: &generator) } + [few[step % 3]])
                // Some answers come before all of their hours have settled.
                let fetched = first + Int64.random(in: 1...14, using: &generator)
                _ = try await fixture.history.store(
                    [],
                    answering: fixture.window(
                        midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600,
                        fetchedAt: midnight + fetched * 3600, statistics: selection, index: "products"))
                for name in selection.answeredNames {
                    model.answered[name, default: []].formUnion(hours.filter { $0 + 1 <= fetched - 2 })
                }
            }
            #expect(try await fixture.coverage(index: "products") == model.covered, "seed \(seed), step \(step)")
        }
        let stored = try await fixture.history.answered(application: "APP")[scope]?[.hourly] ?? [:]
        for name in few + [.everything] {
            let hours = TimeRangeSet(
                (model.answered[name] ?? []).map { TimeRange(midnight + $0 * 3600, midnight + ($0 + 1) * 3600) })
            #expect(stored[name] ?? TimeRangeSet() == hours, "\(name), seed \(seed)")
        }
        #expect(try await fixture.history.verify().isEmpty)
    }

    @Test("Scopes and granularities are covered independently, and each is found by its scope")
    func scopes() async throws {
        let fixture = try Fixture()
        let scopes: [IndexName] = ["", "a", "A", "a%", "é", "e\u{301}"]
        for (position, index) in scopes.enumerated() {
            for granularity in [Granularity.hourly, .daily] {
                let start = midnight + Int64(position) * 86_400
                _ = try await fixture.history.store(
                    [], answering: fixture.window(start, start + 86_400, index: index, granularity: granularity))
            }
        }
        for (position, index) in scopes.enumerated() {
            let start = midnight + Int64(position) * 86_400
            let coverage = try await fixture.history.coverage(Scope(application: "APP", index: index))
            #expect(Set(coverage.map(\.granularity)) == [.hourly, .daily])
            for one in coverage {
                #expect(one.scope.index == index)
                #expect(one.ranges.ranges == [TimeRange(start, start + 86_400)], "\(index)")
            }
        }
        #expect(try await fixture.history.coverage(application: "APP").count == 12)
        #expect(try await fixture.history.coverage(application: "OTHER").isEmpty)
        #expect(try await fixture.history.knownIndices(application: "APP") == scopes.dropFirst().sorted())
        #expect(try await fixture.history.knownIndices(application: "OTHER").isEmpty)
    }

    @Test("Separate ranges of one scope are one coverage, ascending")
    func ranges() async throws {
        let fixture = try Fixture()
        for day in [4, 0, 2] as [Int64] {
            _ = try await fixture.history.store(
                [], answering: fixture.window(midnight + day * 86_400, midnight + (day + 1) * 86_400))
        }
        let coverage = try await fixture.history.coverage()
        #expect(coverage.count == 1)
        #expect(coverage.first?.ranges.ranges.map(\.start) == [0, 2, 4].map { midnight + $0 * 86_400 })
    }

    @Test("A window of less than a bucket, or that has not settled, answers nothing")
    func nothing() async throws {
        let fixture = try Fixture()
        let windows = [
            fixture.window(midnight + 1, midnight + 3600), fixture.window(midnight, midnight + 3599),
            fixture.window(midnight, midnight), fixture.window(midnight, midnight + 3600, fetchedAt: midnight + 3600),
            fixture.window(midnight, midnight + 3600, fetchedAt: midnight + 3600 + 7199),
        ]
        for window in windows { _ = try await fixture.history.store([], answering: window) }
        #expect(try await fixture.history.answered(application: "APP").isEmpty)
        #expect(try await fixture.coverage().isEmpty)
        // One second later the hour has settled.
        _ = try await fixture.history.store(
            [], answering: fixture.window(midnight, midnight + 3600, fetchedAt: midnight + 3600 + 7200))
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 3600)])
    }

    @Test("When a revision was last looked for is kept for each scope and granularity, the newest alone")
    func revisionChecks() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        let (whole, index) = (Scope(application: "APP"), Scope(application: "APP", index: "a"))
        try await history.noteRevisionCheck(whole, .hourly, at: midnight)
        try await history.noteRevisionCheck(whole, .hourly, at: midnight + 60)
        try await history.noteRevisionCheck(whole, .daily, at: midnight + 1)
        try await history.noteRevisionCheck(index, .hourly, at: midnight + 2)
        try await history.noteRevisionCheck(Scope(application: "OTHER"), .hourly, at: midnight + 3)
        #expect(
            try await history.revisionChecks(application: "APP") == [
                whole: [.hourly: midnight + 60, .daily: midnight + 1], index: [.hourly: midnight + 2],
            ])
    }

    @Test("An answer of the Usage API is an answer; one of the Monitoring API is none")
    func hasAnswers() async throws {
        let fixture = try Fixture()
        var minutes = fixture.window(midnight, midnight + 3600, granularity: .minutely)
        minutes.api = .monitoring
        _ = try await fixture.history.store([], answering: minutes)
        #expect(try await !fixture.history.hasAnswers())
        _ = try await fixture.history.store([], answering: fixture.window(midnight, midnight + 3600))
        #expect(try await fixture.history.hasAnswers())
    }
}
