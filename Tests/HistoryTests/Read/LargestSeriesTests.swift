import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("The series with the largest sums of days")
struct LargestSeriesTests {
    private static let day: Int64 = 86_400
    private static let now = midnight + 30 * day + 3600
    private static let query = RangeQuery(
        statistics: ["records"], indices: .all, granularity: .daily, range: TimeRange(midnight, now), top: 1)

    /// Thirty days of two indices, of which `b` has the larger sum.
    private func filled() async throws -> Fixture {
        let fixture = try Fixture()
        try await store(fixture, "a", days: 0..<31, 10)
        try await store(fixture, "b", days: 0..<31, 11)
        return fixture
    }

    private func store(_ fixture: Fixture, _ index: IndexName, days: Range<Int64>, _ value: Int64) async throws {
        _ = try await fixture.history.store(
            [
                SeriesPoints(
                    statistic: "records",
                    points: days.map { Point(time: midnight + $0 * Self.day, value: .integer(value)) })
            ],
            answering: fixture.window(
                midnight + days.lowerBound * Self.day, midnight + days.upperBound * Self.day, fetchedAt: Self.now,
                index: index, granularity: .daily))
    }

    private func largest(_ fixture: Fixture, now: UnixTime = Self.now) async throws -> IndexName? {
        try await fixture.history.range(Self.query, now: now).series.first?.key.index
    }

    /// Changes a day behind the exporter's back, so that an answer shows whether the day was read.
    private func change(_ fixture: Fixture, day: Int64, to value: Int64) throws {
        let queue = try DatabaseQueue(path: fixture.history.path)
        try queue.write { db in
            try db.execute(
                sql: """
                    UPDATE daily SET value = ?
                    WHERE day = ? AND series_id = (SELECT id FROM series WHERE index_name = 'a')
                    """, arguments: [value, midnight / Self.day + day])
        }
        try queue.close()
    }

    @Test("Days that are over are read once, those that another program has changed again after ten minutes")
    func remembered() async throws {
        let fixture = try await filled()
        #expect(try await largest(fixture) == "b")
        try change(fixture, day: 3, to: 1000)
        #expect(try await largest(fixture, now: Self.now + 599) == "b")
        #expect(try await largest(fixture, now: Self.now + 600) == "a")
        try change(fixture, day: 3, to: 0)
        // A clock that was put back.
        #expect(try await largest(fixture, now: Self.now - 1) == "b")
    }

    @Test("Yesterday and today are read each time, and an answer about them leaves the older days as they are")
    func newest() async throws {
        let fixture = try await filled()
        #expect(try await largest(fixture) == "b")
        try change(fixture, day: 29, to: 1000)
        #expect(try await largest(fixture) == "a")
        try change(fixture, day: 3, to: -5000)
        try await store(fixture, "a", days: 29..<31, 900)
        #expect(try await largest(fixture) == "a")
        try await store(fixture, "b", days: 28..<29, 12)
        #expect(try await largest(fixture) == "b")
    }

    @Test(
        "Whatever changes a day that is over is noticed at once",
        arguments: ["revised", "listed", "expired", "merged"])
    func noticed(change: String) async throws {
        let fixture = try await filled()
        #expect(try await largest(fixture) == "b")
        switch change {
        case "revised":
            try await store(fixture, "a", days: 27..<28, 100)
            #expect(try await largest(fixture) == "a")
        case "listed":
            // Levels of a list of indices: a day is over that another exporter's clock is still in.
            var query = Self.query
            query.statistics = ["index_entries"]
            let indices = [("a", 1), ("b", 2)].map { (name: IndexName, entries: Int64) in
                var index = ListedIndex(name)
                index.entries = .integer(entries)
                return index
            }
            func store(_ indices: [ListedIndex]) async throws {
                _ = try await fixture.history.store(
                    IndexSnapshot(
                        application: "APP", indices: indices, isWhole: true, collected: ["a", "b"],
                        time: midnight + 5 * Self.day))
            }
            try await store(indices)
            #expect(try await fixture.history.range(query, now: Self.now).series.first?.key.index == "b")
            var grown = indices
            grown[0].entries = .integer(3)
            try await store(grown)
            #expect(try await fixture.history.range(query, now: Self.now).series.first?.key.index == "a")
        case "expired":
            try await store(fixture, "a", days: 0..<1, 100)
            #expect(try await largest(fixture) == "a")
            try await fixture.history.expire(.daily, before: midnight + Self.day)
            #expect(try await largest(fixture) == "b")
        default:
            let other = try Fixture()
            try await store(other, "a", days: -5..<0, 1)
            try await store(other, "c", days: 0..<20, 100)
            try await other.history.register(application: "APP", now: midnight)
            try other.history.close()
            let source = try await ImportSource(other.history.path, into: fixture.history)
            _ = try await fixture.history.merge(source)
            #expect(try await largest(fixture) == "c")
        }
    }

    @Test("Sums that were read before a change are not remembered after it")
    func late() throws {
        let (sums, day) = (DailySums(), Granularity.daily.seconds)
        let range = TimeRange(midnight, Self.now)
        func known() throws -> [Int64: Double?] { try #require(sums.reading(of: range, now: Self.now)).sums }

        let reading = try #require(sums.reading(of: range, now: Self.now))
        #expect(
            reading.range == TimeRange(midnight, midnight + 29 * day)
                && reading.rest == TimeRange(reading.range.end, Self.now))
        // The first day that is not among them, and then their last.
        sums.forget(.from(reading.range.end / day))
        sums.forget(.none)
        sums.remember([1: 5, 2: nil], of: reading)
        #expect(try known() == [1: 5, 2: nil])
        sums.forget(.from(reading.range.end / day - 1))
        sums.remember([1: 5], of: reading)
        #expect(try known().isEmpty)
        sums.remember([1: 5], of: reading)
        #expect(try known().isEmpty)
    }

    @Test("There are ranges without a day that is over, and a bound on what is remembered")
    func bounds() throws {
        let (sums, day) = (DailySums(), Granularity.daily.seconds)
        let today = Granularity.daily.floor(Self.now)
        for (start, end) in [
            (today - day, Self.now), (today - 2 * day + 1, Self.now), (today - 9 * day + 1, today - 8 * day - 1),
            (Self.now + day, Self.now + 2 * day), (.max - 1, .max), (.min, 0),
        ] as [(UnixTime, UnixTime)] {
            #expect(sums.reading(of: TimeRange(start, end), now: Self.now) == nil, "\(start) \(end)")
        }
        #expect(sums.reading(of: TimeRange(.min, .max), now: Self.now)?.range == TimeRange(0, today - day))
        var kept = 0
        for number in 0..<40 as Range<Int64> {
            let range = TimeRange(midnight + number / 3 * day, Self.now)
            let reading = try #require(sums.reading(of: range, now: Self.now))
            let first = number * 4000
            sums.remember(Dictionary(uniqueKeysWithValues: (first..<first + 4000).map { ($0, 1) }), of: reading)
            kept = max(kept, try #require(sums.reading(of: range, now: Self.now)).sums.count)
        }
        #expect(kept == 12_000)
        let whole = try #require(sums.reading(of: TimeRange(0, Self.now), now: Self.now))
        sums.remember(Dictionary(uniqueKeysWithValues: (0..<40_000).map { ($0, 1) }), of: whole)
        #expect(sums.reading(of: TimeRange(0, Self.now), now: Self.now)?.sums.isEmpty == true)
    }

    @Test("While answers are stored, the largest are the model's", arguments: 51...56 as ClosedRange<UInt64>)
    func model(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let fixture = try Fixture()
        var model = HistoryModel()
        let queries = (0..<6).map { _ in
            var query = answers.query()
            query.granularity = .daily
            query.range.start = RandomAnswers.start + Int64(answers.number(in: 0...20)) * 3600
            query.range.end = RandomAnswers.start + Int64(answers.number(in: 480...1680)) * 3600
            query.step = nil
            query.top = answers.number(in: 1...5)
            return query
        }
        for number in 0..<40 as Range<Int64> {
            let (series, window) = answers.next()
            _ = try await fixture.history.store(series, answering: window)
            _ = model.store(series, answering: window)
            // Ten answers in ten minutes, then some weeks later.
            let now = RandomAnswers.start + (20 + number / 10 * 18) * Self.day + number % 10 * 60
            for query in queries {
                let answer = try await fixture.history.range(query, now: now)
                #expect(answer.series == model.answer(query), "seed \(seed), answer \(number): \(query)")
            }
        }
    }
}
