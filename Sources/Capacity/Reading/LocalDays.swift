internal import Foundation
internal import UsageModel

/// The days of a time zone, numbered from 1970-01-01 on as dates, so that the days of different zones compare.
struct LocalDays {
    let timeZone: TimeZone
    /// Ascending; each begins and ends at the zone's midnight.
    let periods: [TimeRange]

    /// The days that `range` touches.
    init(_ timeZone: TimeZone, touching range: TimeRange) {
        self.timeZone = timeZone
        periods = CalendarAggregation(.day, timeZone: timeZone).periods(range)
    }

    /// The date of one of ``periods``.
    func number(of period: TimeRange) -> Int64 { Self.number(at: period.start, timeZone) }

    /// The date at an instant.
    static func number(at time: UnixTime, _ timeZone: TimeZone) -> Int64 {
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
        return Granularity.daily.floor(time + Int64(offset)) / Granularity.daily.seconds
    }

    /// The dates whose every hour is within `coverage`.
    func whole(in coverage: TimeRangeSet) -> RangeSet<Int64> {
        var whole = RangeSet<Int64>()
        for period in periods where coverage.contains(period) {
            let day = number(of: period)
            whole.insert(contentsOf: day..<day + 1)
        }
        return whole
    }

    /// The days of `points`, which are hours, as far as they are `whole`, by date.
    func values(_ points: [Point], aggregate: Aggregate, whole: RangeSet<Int64>) -> [Int64: Double] {
        let buckets = CalendarAggregation.buckets(
            points, aggregate: aggregate, coverage: TimeRangeSet(), periods: periods)
        var values: [Int64: Double] = [:]
        for bucket in buckets {
            let day = number(of: bucket.range)
            if whole.contains(day), let value = bucket.value { values[day] = value }
        }
        return values
    }
}
