import GRDB
@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Counters against a sum")
struct CounterModelTests {
    private let statistic: StatisticName = "total_search_requests"

    private func total(_ history: History) async throws -> PointValue? {
        try await history.latest().series.first { $0.key.statistic == statistic }?.total
    }

    @Test(
        "The total is the sum of the settled hours since the start, each with its value when it settled, whatever comes after",
        arguments: 1...8 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let fixture = try Fixture()
        var generator = SeededGenerator(seed)
        let started = Int64.random(in: 0..<20, using: &generator)
        try await fixture.history.register(application: "APP", now: midnight + started * 3600 + 1)
        var values: [Int64: Int64] = [:]
        var settled = Set<Int64>()
        var sum: Int64 = 0
        var highest: Double = 0
        for step in 0..<60 {
            let first = Int64.random(in: 0..<50, using: &generator)
            let hours = first..<first + Int64.random(in: 1...12, using: &generator)
            let fetched = hours.upperBound + Int64.random(in: -3...6, using: &generator)
            let isNamed = Bool.random(using: &generator)
            let reported = hours.filter { _ in Int.random(in: 0..<5, using: &generator) > 0 }
            for hour in reported { values[hour] = Int64.random(in: 0...1000, using: &generator) }
            _ = try await fixture.history.store(
                [fixture.points(statistic, reported.map { ($0, .integer(values[$0] ?? 0)) })],
                answering: fixture.window(
                    midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600,
                    fetchedAt: midnight + fetched * 3600, statistics: isNamed ? .names([statistic]) : .all))
            for hour in hours where hour + 3 <= fetched && settled.insert(hour).inserted && hour > started {
                sum += values[hour] ?? 0
            }
            let total = try await total(fixture.history)
            #expect(total == .integer(sum), "seed \(seed), step \(step)")
            #expect(total?.double ?? 0 >= highest, "it never decreases: seed \(seed), step \(step)")
            highest = total?.double ?? 0
        }
    }

    @Test("Totals are exact beyond 2^53, and grow on as reals where integers end")
    func large() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        func store(_ hour: Int64, _ value: PointValue) async throws {
            _ = try await fixture.history.store(
                [fixture.points(statistic, [(hour, value)])],
                answering: fixture.window(midnight + hour * 3600, midnight + (hour + 1) * 3600))
        }
        try await store(0, .integer(1 << 53))
        try await store(1, .integer(1))
        #expect(try await total(fixture.history) == .integer(1 << 53 + 1))
        try await store(2, .integer(.max))
        #expect(try await total(fixture.history)?.double == 0x1p63 + 0x1p53)
        try await store(3, .real(1e308))
        try await store(4, .real(1e308))
        #expect(try await total(fixture.history)?.double == .infinity)
        #expect(fixture.history.problem == nil)
        try await store(5, .integer(1))
        #expect(try await total(fixture.history)?.double == .infinity)
    }

    @Test("An hour with a negative value takes nothing away")
    func negative() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        _ = try await fixture.history.store(
            [fixture.points(statistic, [(0, .integer(10))])], answering: fixture.window(midnight, midnight + 3600))
        _ = try await fixture.history.store(
            [fixture.points(statistic, [(1, .integer(-4)), (2, .real(-0.5))])],
            answering: fixture.window(midnight + 3600, midnight + 3 * 3600))
        #expect(try await total(fixture.history) == .integer(10))
    }

    @Test("Each index, key and application has its counter; an unregistered application counts nothing")
    func apart() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight - 1)
        for (index, value) in [("", 1), ("a", 2), ("a%", 4)] as [(IndexName, Int64)] {
            _ = try await fixture.history.store(
                [
                    fixture.points(statistic, [(0, .integer(value))]),
                    fixture.points(statistic, key: "eu", [(0, .integer(value * 10))]),
                ], answering: fixture.window(midnight, midnight + 3600, index: index))
        }
        var other = fixture.window(midnight, midnight + 3600)
        other.scope.application = "OTHER"
        _ = try await fixture.history.store([fixture.points(statistic, [(0, .integer(99))])], answering: other)
        let totals = try await fixture.history.latest().series.filter { $0.key.statistic == statistic }
        let byKey = Dictionary(uniqueKeysWithValues: totals.map { ($0.key, $0.total) })
        for (index, value) in [("", 1), ("a", 2), ("a%", 4)] as [(IndexName, Int64)] {
            #expect(byKey[SeriesKey(application: "APP", statistic: statistic, index: index)] == .integer(value))
            #expect(
                byKey[SeriesKey(application: "APP", statistic: statistic, index: index, key: "eu")]
                    == .integer(value * 10))
        }
        #expect(byKey[SeriesKey(application: "OTHER", statistic: statistic)] == .integer(0))
    }

    @Test("A time of the first start that is not confirmed gives way to the next, and counting begins there")
    func unconfirmed() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight + 50 * 3600, isConfirmed: false)
        try await fixture.history.register(application: "APP", now: midnight - 1, isConfirmed: false)
        try await fixture.history.confirm(application: "APP")
        try await fixture.history.register(application: "APP", now: midnight + 90 * 3600)
        _ = try await fixture.history.store(
            [fixture.points(statistic, [(0, .integer(7))])], answering: fixture.window(midnight, midnight + 3600))
        #expect(try await total(fixture.history) == .integer(7))
    }
}
