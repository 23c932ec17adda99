import History
import TestSupport
import Testing
import UsageModel

/// For each hour and statistic by itself: was it asked for, settled and readable?
@Suite("What an answer answers")
struct AnsweredHoursTests {
    private static let hours: Int64 = 30
    private static let served = StatisticCatalogue.names(perIndex: true)
    /// Few of many, so that random choices meet.
    private static let some = Array(served.prefix(4)) + ["not_in_the_catalogue"]

    private struct Hour: Hashable {
        var statistic: StatisticName
        var hour: Int64
    }

    private func hours(_ set: TimeRangeSet) -> Set<Int64> {
        Set((0..<Self.hours).filter { set.contains(TimeRange(midnight + $0 * 3600, midnight + ($0 + 1) * 3600)) })
    }

    /// Some hours of a window that cannot be read, by statistic.
    private func unreadable(
        _ window: AnsweredWindow, _ generator: inout SeededGenerator
    ) -> [StatisticName: UnreadableRanges] {
        var unreadable: [StatisticName: UnreadableRanges] = [:]
        for statistic in Self.some where Int.random(in: 0..<4, using: &generator) == 0 {
            if case .names(let names) = window.statistics, !names.contains(statistic) { continue }
            let hours = (0..<Self.hours).filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
            let ranges = hours.map { TimeRange(midnight + $0 * 3600, midnight + ($0 + 1) * 3600) }
                .filter { window.range.overlaps($0) }
            if !ranges.isEmpty { unreadable[statistic] = UnreadableRanges(TimeRangeSet(ranges), reason: "NaN") }
        }
        return unreadable
    }

    @Test(
        "A statistic is fetched where an answer had it, settled and readable; the scope is covered where all are",
        arguments: 71...82 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        let fixture = try Fixture()
        // A series of each, so that an answer to all of them is about the unknown one, too.
        _ = try await fixture.history.store(
            Self.some.map { SeriesPoints(statistic: $0, points: [Point(time: midnight, value: .integer(1))]) },
            answering: fixture.window(midnight, midnight, statistics: .names(Self.some), index: "a"))
        var expected: Set<Hour> = []
        for step in 0..<15 {
            let first = Int64.random(in: 0..<Self.hours, using: &generator)
            let end = Int64.random(in: first + 1...Self.hours, using: &generator)
            let fetched = Int64.random(in: first...Self.hours + 4, using: &generator)
            let names = Self.some.filter { _ in Bool.random(using: &generator) }
            let isNamed = Int.random(in: 0..<3, using: &generator) == 0 && !names.isEmpty
            var window = fixture.window(
                midnight + first * 3600, midnight + end * 3600, fetchedAt: midnight + fetched * 3600 + 1,
                statistics: isNamed ? .names(names) : .all, index: "a")
            window.unreadable = unreadable(window, &generator)
            let reported = Self.some.map {
                SeriesPoints(statistic: $0, points: [Point(time: midnight + first * 3600, value: .integer(1))])
            }
            let outcome = try await fixture.history.store(reported, answering: window)
            for statistic in isNamed ? names : Self.served + Self.some.suffix(1) {
                for hour in first..<end where hour + 1 <= fetched - 2 {
                    let start = midnight + hour * 3600
                    let isUnreadable =
                        window.unreadable[statistic]?.ranges.contains(TimeRange(start, start + 3600)) ?? false
                    if !isUnreadable { expected.insert(Hour(statistic: statistic, hour: hour)) }
                }
            }
            for statistic in Self.some {
                let wanted = Set(expected.filter { $0.statistic == statistic }.map(\.hour))
                #expect(
                    hours(History.fetched(statistic, in: outcome.answered)) == wanted,
                    "seed \(seed), step \(step), \(statistic)")
            }
            let covered = (0..<Self.hours).filter { hour in
                Self.served.allSatisfy { expected.contains(Hour(statistic: $0, hour: hour)) }
            }
            #expect(
                hours(TimeRangeSet(try await fixture.coverage(index: "a"))) == Set(covered),
                "seed \(seed), step \(step)")
            let stored = try await fixture.history.answered(application: "APP")
            #expect((stored[window.scope]?[.hourly] ?? [:]) == outcome.answered.filter { !$0.value.isEmpty })
        }
    }

    @Test("Unreadable values are set aside with their reason, and leave the list when they can be read")
    func setAside() async throws {
        let fixture = try Fixture()
        var window = fixture.window(midnight, midnight + 10 * 3600, index: "a")
        let hole = TimeRange(midnight + 3 * 3600, midnight + 5 * 3600)
        window.unreadable["records"] = UnreadableRanges(TimeRangeSet(hole), reason: "NaN", breaksAnswers: true)
        let outcome = try await fixture.history.store([], answering: window)
        #expect(outcome.setAside.map(\.range) == [hole])
        #expect(outcome.setAside.map(\.statistic) == ["records"])
        #expect(outcome.setAside.first?.triedAt == window.fetchedAt && outcome.setAside.first?.breaksAnswers == true)
        #expect(outcome.answered["data_size"] == TimeRangeSet(hole), "the others are answered within it by name")
        let again = try await fixture.history.store(
            [], answering: fixture.window(midnight + 3 * 3600, midnight + 4 * 3600, index: "a"))
        #expect(again.setAside.map(\.range) == [TimeRange(midnight + 4 * 3600, midnight + 5 * 3600)])
        #expect(try await fixture.coverage(index: "a").reduce(0) { $0 + $1.seconds } == 9 * 3600)
    }

    @Test("A window off the grid answers whole buckets alone, and one shorter than a bucket none")
    func grid() async throws {
        let fixture = try Fixture()
        for (from, to) in [(1, 3599), (1, 3600), (0, 3599), (3599, 3601)] as [(Int64, Int64)] {
            let outcome = try await fixture.history.store(
                [], answering: fixture.window(midnight + from, midnight + to))
            #expect(outcome.answered.isEmpty)
        }
        let outcome = try await fixture.history.store(
            [], answering: fixture.window(midnight + 1, midnight + 3 * 3600 - 1))
        #expect(
            outcome.answered == [.everything: TimeRangeSet(TimeRange(midnight + 3600, midnight + 2 * 3600))])
    }
}
