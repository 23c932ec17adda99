import Capacity
import Foundation
import Testing
import UsageModel

@Suite struct CalendarAggregationTests {
    private func time(_ text: String) throws -> UnixTime { try #require(RFC3339.parse(text)) }

    private func range(_ start: String, _ end: String) throws -> TimeRange {
        TimeRange(try time(start + "T00:00:00Z"), try time(end + "T00:00:00Z"))
    }

    /// A point an hour, each 1.
    private func hours(_ range: TimeRange) -> [Point] {
        stride(from: range.start, to: range.end, by: 3600).map { Point(time: $0, value: .integer(1)) }
    }

    @Test(arguments: [("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2026-12", 31)])
    func `a month has its own number of days`(month: String, days: Int64) throws {
        let start = try time("\(month)-01T00:00:00Z")
        let asked = TimeRange(start, start + 86_400)
        let whole = TimeRange(start, start + days * 86_400)
        let buckets = CalendarAggregation(.month).buckets(
            hours(whole), aggregate: .sum, coverage: TimeRangeSet(whole), range: asked)
        #expect(buckets == [CalendarBucket(range: whole, value: Double(days * 24), coverage: 1)])
    }

    @Test func `a month that was fetched in part says so`() throws {
        let month = try range("2026-06-01", "2026-07-01")
        let fetched = TimeRangeSet([
            try range("2026-06-01", "2026-06-11"), try range("2026-06-21", "2026-06-26"),
        ])
        let points = fetched.ranges.flatMap(hours)
        let bucket = CalendarAggregation(.month).buckets(
            points, aggregate: .sum, coverage: fetched, range: month)[0]
        #expect(bucket.value == 15.0 * 24)
        #expect(bucket.coverage == 0.5)
        #expect(!bucket.isWhole)
    }

    @Test func `a month that was fetched without a value is nothing and not zero`() throws {
        let month = try range("2026-06-01", "2026-07-01")
        let bucket = CalendarAggregation(.month).buckets(
            [], aggregate: .sum, coverage: TimeRangeSet(month), range: month)[0]
        #expect(bucket.value == nil)
        #expect(bucket.isWhole)
    }

    @Test func `weeks begin on Monday`() throws {
        // 2026-07-15 is a Wednesday.
        let weeks = CalendarAggregation(.week).periods(try range("2026-07-15", "2026-07-21"))
        let first = try range("2026-07-13", "2026-07-20")
        let second = try range("2026-07-20", "2026-07-27")
        #expect(weeks == [first, second])
    }

    @Test func `days of a time zone have 23, 24 or 25 hours`() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        func lengths(_ start: String, _ end: String) throws -> [Int64] {
            let asked = TimeRange(try time(start), try time(end))
            return CalendarAggregation(.day, timeZone: berlin).periods(asked).map { $0.seconds / 3600 }
        }
        #expect(try lengths("2026-03-27T23:00:00Z", "2026-03-30T00:00:00Z") == [24, 23, 24])
        #expect(try lengths("2026-10-23T22:00:00Z", "2026-10-26T00:00:00Z") == [24, 25, 24])
    }

    @Test func `an hour belongs to the period in which it begins`() throws {
        let kolkata = try #require(TimeZone(identifier: "Asia/Kolkata"))
        let points = hours(try range("2026-07-14", "2026-07-16"))
        let asked = TimeRange(try time("2026-07-14T18:30:00Z"), try time("2026-07-15T18:30:00Z"))
        let buckets = CalendarAggregation(.day, timeZone: kolkata).buckets(
            points, aggregate: .count, coverage: TimeRangeSet(asked), range: asked)
        #expect(buckets == [CalendarBucket(range: asked, value: 24, coverage: 1)])
    }

    @Test(arguments: [
        (Aggregate.sum, 18.0), (.avg, 4.5), (.min, 1), (.max, 9), (.last, 6), (.count, 4),
    ])
    func `values are combined as asked`(aggregate: Aggregate, expected: Double) throws {
        let day = try range("2026-07-15", "2026-07-16")
        let points = [2, 9, 1, 6].enumerated().map { Point(time: day.start + Int64($0) * 3600, value: .integer($1)) }
        let buckets = CalendarAggregation(.day).buckets(
            points, aggregate: aggregate, coverage: TimeRangeSet(day), range: day)
        #expect(buckets.map(\.value) == [expected])
    }
}
