public import Foundation
public import UsageModel

/// A unit in which people plan.
public enum CalendarPeriod: String, Sendable, Hashable, CaseIterable {
    case day
    /// Seven days from Monday on, as in ISO 8601.
    case week
    case month
}

/// One day, week or month of a series.
public struct CalendarBucket: Sendable, Hashable {
    public var range: TimeRange
    /// The reported values, combined; nil when there were none.
    public var value: Double?
    /// The share of the period that was fetched, in 0 ... 1. A sum over a part of a month is a part of the
    /// month's sum: reports and pages say so.
    public var coverage: Double

    public init(range: TimeRange, value: Double?, coverage: Double) {
        self.range = range
        self.value = value
        self.coverage = coverage
    }

    public var isWhole: Bool { coverage >= 1 }
}

/// Combines the buckets of a series into days, weeks or months of a time zone.
///
/// A bucket belongs to the period in which it begins. Days that daylight saving makes shorter or longer have
/// 23 or 25 hours.
public struct CalendarAggregation: Sendable {
    private let calendar: Calendar
    private let component: Calendar.Component

    public init(_ period: CalendarPeriod, timeZone: TimeZone = .gmt) {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = timeZone
        self.calendar = calendar
        component =
            switch period {
            case .day: .day
            case .week: .weekOfYear
            case .month: .month
            }
    }

    /// Every period that `range` touches, oldest first, the first and the last cut off by nothing: their share of
    /// coverage is that of the whole period.
    /// - Parameters:
    ///   - points: ascending.
    ///   - coverage: what was fetched, settled or not.
    public func buckets(
        _ points: [Point], aggregate: Aggregate, coverage: TimeRangeSet, range: TimeRange
    ) -> [CalendarBucket] {
        Self.buckets(points, aggregate: aggregate, coverage: coverage, periods: periods(range))
    }

    /// The same for many series over the same periods, which take longer to find than to fill.
    public static func buckets(
        _ points: [Point], aggregate: Aggregate, coverage: TimeRangeSet, periods: [TimeRange]
    ) -> [CalendarBucket] {
        var rest = points[...]
        return periods.map { period in
            rest = rest.drop { $0.time < period.start }
            let inside = rest.prefix { $0.time < period.end }
            rest = rest.dropFirst(inside.count)
            let fetched = coverage.intersection(TimeRangeSet(period)).seconds
            return CalendarBucket(
                range: period, value: aggregate.combine(inside.map(\.value.double)),
                coverage: Double(fetched) / Double(period.seconds))
        }
    }

    /// The periods that `range` touches.
    public func periods(_ range: TimeRange) -> [TimeRange] {
        var periods: [TimeRange] = []
        var time = range.start
        while time < range.end,
            let interval = calendar.dateInterval(of: component, for: Date(timeIntervalSince1970: Double(time)))
        {
            let period = TimeRange(
                UnixTime(interval.start.timeIntervalSince1970), UnixTime(interval.end.timeIntervalSince1970))
            guard period.end > time else { break }
            periods.append(period)
            time = period.end
        }
        return periods
    }
}

extension Aggregate {
    /// Combines the values of several buckets, oldest first; nil without any.
    func combine(_ values: [Double]) -> Double? {
        guard let last = values.last else { return nil }
        switch self {
        case .sum: return values.reduce(0, +)
        case .avg: return values.reduce(0, +) / Double(values.count)
        case .min: return values.min()
        case .max: return values.max()
        case .last: return last
        case .count: return Double(values.count)
        }
    }
}
