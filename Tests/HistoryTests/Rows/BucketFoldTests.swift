@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Wider buckets")
struct BucketFoldTests {
    private func fold(
        _ points: [Point], step: Int64, _ aggregate: Aggregate, origin: UnixTime = 0, isMonthly: Bool = false
    ) -> [Point] {
        var fold = BucketFold(step: step, aggregate: aggregate, origin: origin, isMonthly: isMonthly)
        for point in points { fold.add(point) }
        fold.finish()
        return fold.points
    }

    /// The definition of each aggregate, over all values of one bucket.
    private func naive(_ values: [PointValue], _ aggregate: Aggregate) -> PointValue {
        let doubles = values.map(\.double)
        return switch aggregate {
        case .sum: PointValue(doubles.reduce(0, +))
        case .avg: PointValue(doubles.reduce(0, +) / Double(values.count))
        case .min: PointValue(doubles.min()!)
        case .max: PointValue(doubles.max()!)
        case .last: values[values.count - 1]
        case .count: .integer(Int64(values.count))
        }
    }

    @Test("A bucket wider than time itself holds everything after its start")
    func widest() {
        let points = [3600, 7200, 1_784_073_600].map { Point(time: $0, value: .integer(1)) }
        let all = fold(points, step: .max, .sum)
        #expect(all == [Point(time: 0, value: .integer(3))])
    }

    @Test("Months are those of the calendar, leap years included")
    func months() throws {
        let start = try #require(RFC3339.parse("2024-01-15T00:00:00Z"))
        let days = (0..<400 as Range<Int64>).map { Point(time: start + $0 * 86_400, value: .integer(1)) }
        let months = fold(days, step: RangeQuery.longestMonth, .sum, isMonthly: true)
        let expected: [Int64] = [17, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 17]
        #expect(months.map(\.value) == expected.map { .integer($0) })
        #expect(
            months.map { RFC3339.string($0.time).prefix(10) }.prefix(3) == ["2024-01-01", "2024-02-01", "2024-03-01"])
        var query = RangeQuery(statistics: [], granularity: .daily, range: TimeRange(start, start + 1))
        #expect(query.end(ofBucket: start) == start + 86_400)
        (query.step, query.isMonthly) = (RangeQuery.longestMonth, true)
        #expect(zip(months, months.dropFirst()).allSatisfy { query.end(ofBucket: $0.time) == $1.time })
    }

    @Test("Each bucket is the aggregate of its points, wherever its origin is", arguments: Aggregate.allCases)
    func random(aggregate: Aggregate) {
        for seed in 1...40 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed)
            let steps: [Int64] = [3600, 7200, 86_400, 7 * 86_400]
            let step = steps.randomElement(using: &generator)!
            let origin = Int64.random(in: 0..<10, using: &generator) * 3600
            var time: UnixTime = origin + Int64.random(in: 0..<100, using: &generator) * 3600
            var points: [Point] = []
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                time += Int64.random(in: 1...30, using: &generator) * 3600
                // Halves, so that sums are exact in any order.
                let half = Int64.random(in: -1000...1000, using: &generator)
                points.append(Point(time: time, value: PointValue(Double(half) / 2)))
            }
            var groups: [UnixTime: [PointValue]] = [:]
            for point in points {
                groups[origin + (point.time - origin) / step * step, default: []].append(point.value)
            }
            let expected = groups.keys.sorted().map { Point(time: $0, value: naive(groups[$0]!, aggregate)) }
            #expect(fold(points, step: step, aggregate, origin: origin) == expected, "seed \(seed)")
        }
    }

    @Test("Taken in pieces, finished buckets come once and the open one is kept")
    func pieces() {
        var generator = SeededGenerator(5)
        let points = (0..<500).map { Point(time: $0 * 3600, value: .integer($0 % 7)) }
        var fold = BucketFold(step: 6 * 3600, aggregate: .sum)
        var taken: [Point] = []
        for point in points {
            fold.add(point)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                taken += fold.take()
                #expect(fold.take().isEmpty)
            }
        }
        fold.finish()
        taken += fold.take()
        #expect(taken == self.fold(points, step: 6 * 3600, .sum))
        fold.finish()
        #expect(fold.take().isEmpty, "nothing is open any more")
    }

    @Test("No points make no bucket, and a gap makes none either")
    func gaps() {
        for aggregate in Aggregate.allCases { #expect(fold([], step: 86_400, aggregate).isEmpty) }
        let points = [Point(time: 0, value: .integer(1)), Point(time: 10 * 86_400, value: .integer(2))]
        #expect(fold(points, step: 86_400, .sum) == points)
    }

    @Test("A bucket of one point keeps its value exactly, whatever the aggregate")
    func alone() {
        let large = PointValue.integer(1 << 53 + 1)
        for aggregate in Aggregate.allCases where aggregate != .count {
            #expect(fold([Point(time: 0, value: large)], step: 86_400, aggregate).map(\.value) == [large])
        }
        #expect(fold([Point(time: 0, value: large)], step: 86_400, .count).map(\.value) == [.integer(1)])
    }

    @Test("Sums of integers are exact beyond 2^53, and become reals instead of overflowing")
    func large() {
        func points(_ values: Int64...) -> [Point] {
            values.enumerated().map { Point(time: Int64($0) * 3600, value: .integer($1)) }
        }
        #expect(fold(points(1 << 53, 1, 1), step: 86_400, .sum).map(\.value) == [.integer(1 << 53 + 2)])
        #expect(fold(points(.max, .max), step: 86_400, .sum).map(\.value) == [.real(0x1p64)])
        #expect(fold(points(.max, .max), step: 86_400, .avg).map(\.value) == [.real(0x1p63)])
        #expect(fold(points(.max, .max - 1), step: 86_400, .min).map(\.value) == [.integer(.max - 1)])
        #expect(fold(points(.max - 1, .max), step: 86_400, .max).map(\.value) == [.integer(.max)])
    }

    @Test("Days begin at midnight over a leap day and the end of a year, unless an origin says otherwise")
    func days() {
        // 2024-02-28T23:00:00Z and 2024-12-31T23:00:00Z.
        for start in [1_709_161_200, 1_735_686_000] as [UnixTime] {
            let points = [Point(time: start, value: .integer(1)), Point(time: start + 3600, value: .integer(2))]
            #expect(fold(points, step: 86_400, .sum).map(\.time) == [start + 3600 - 86_400, start + 3600])
            #expect(fold(points, step: 86_400, .sum, origin: start).map(\.value) == [.integer(3)])
        }
    }
}
