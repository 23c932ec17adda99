import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

/// Random answers, and the same in a model, against which every way to ask is compared.
@Suite("Range queries against a naive model")
struct RangeModelTests {
    private static let now = RandomAnswers.start + 400 * 86_400

    @Test("Whatever is asked, the answer is the model's", arguments: 1...6 as ClosedRange<UInt64>)
    func range(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let (fixture, model) = try await answers.filled()
        for number in 0..<80 {
            let query = answers.query()
            let answer = try await fixture.history.range(query, now: Self.now)
            #expect(answer.series == model.answer(query), "seed \(seed), query \(number): \(query)")
            #expect((0...1).contains(answer.coverage))
        }
    }

    @Test("Read part by part, an answer is the same as read at once", arguments: 11...14 as ClosedRange<UInt64>)
    func parts(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let (fixture, model) = try await answers.filled()
        for number in 0..<60 {
            let query = answers.query()
            let plan = try await fixture.history.plan(query, now: Self.now)
            var read = plan.series.map { RangeSeries(key: $0.key, points: []) }
            var points = RangePoints(fixture.history, plan)
            var last = 0
            while let parts = try await points.next() {
                for part in parts {
                    #expect(part.series >= last && !part.points.isEmpty)
                    last = part.series
                    read[part.series].points += part.points
                }
            }
            #expect(read == model.answer(query), "seed \(seed), query \(number): \(query)")
            #expect(try await fixture.history.range(query, now: Self.now).coverage == plan.coverage)
        }
    }

    @Test(
        "No answer is larger than its limit, and the step that is named for a smaller one fits",
        arguments: 21...24 as ClosedRange<UInt64>)
    func limit(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let (fixture, model) = try await answers.filled()
        for number in 0..<80 {
            var query = answers.query()
            query.top = nil
            let limit = answers.number(in: 1...300)
            let count = model.answer(query).reduce(0) { $0 + $1.points.count }
            do {
                _ = try await fixture.history.range(query, now: Self.now, limit: limit)
                #expect(count <= limit, "seed \(seed), query \(number): \(query)")
                _ = try await fixture.history.plan(query, now: Self.now, limit: limit)
            } catch let error as RangeTooLarge {
                #expect(error.limit == limit && error.points > limit)
                #expect(error.points >= count, "seed \(seed), query \(number): \(query)")
                await #expect(throws: error) {
                    try await fixture.history.plan(query, now: Self.now, limit: limit)
                }
                guard let step = error.fittingStep else { continue }
                #expect(step > query.step ?? 0 && step % (query.step ?? query.granularity.seconds) == 0)
                query.step = step
                let fitting = try await fixture.history.range(query, now: Self.now, limit: limit).series
                #expect(fitting.reduce(0) { $0 + $1.points.count } <= limit, "seed \(seed), query \(number): \(query)")
            }
        }
    }

    @Test("Selected otherwise, series come in the order given, and those without points not at all")
    func selected() async throws {
        var answers = RandomAnswers(seed: 31)
        let (fixture, model) = try await answers.filled()
        let stored = try await fixture.history.storedSeries().filter {
            RandomAnswers.statistics.contains($0.key.statistic)
        }
        for number in 0..<40 {
            var query = answers.query()
            query.top = nil
            let selected = Array(stored.reversed().prefix(answers.number(in: 0...12)))
            var expected: [RangeSeries] = []
            for one in selected {
                var own = query
                own.statistics = [one.key.statistic]
                own.applications = [one.key.application]
                own.indices = .names([one.key.index])
                own.keys = [one.key.key]
                expected += model.answer(own)
            }
            #expect(try await fixture.history.range(of: selected, query) == expected, "query \(number): \(query)")
            let plan = try await fixture.history.plan(of: selected, query)
            #expect(plan.series.map(\.key) == expected.map(\.key))
            #expect(plan.coverage == nil)
        }
    }

    @Test("The views of SQL have the same points", arguments: [Granularity.hourly, .daily])
    func views(granularity: Granularity) async throws {
        var answers = RandomAnswers(seed: 41)
        let (fixture, model) = try await answers.filled()
        let query = RangeQuery(
            statistics: RandomAnswers.statistics, indices: .names(RandomAnswers.indices), granularity: granularity,
            range: TimeRange(0, Self.now))
        let expected = model.answer(query).flatMap { series in
            series.points.map { point in
                [
                    series.key.application.text, series.key.index.text, series.key.statistic.text, series.key.key.text,
                    RFC3339.string(point.time), String(point.time), "\(point.value.double)",
                ].joined(separator: "|")
            }
        }
        let rows = try fixture.history.rows(
            """
            SELECT application || '|' || index_name || '|' || statistic || '|' || key || '|' || time || '|' || unix_time, value
            FROM \(granularity.rawValue)_points WHERE statistic <> 'billed_search_requests'
            """)
        let found = rows.map { row in "\(row[0] as String)|\(row[1] as Double)" }
        #expect(found.count > 100 && Set(found) == Set(expected) && found.count == expected.count)
    }
}
