internal import Collector
internal import History
internal import Presentation
internal import UsageModel

/// The coverage of an application's days, as a calendar.
struct CoverageDays: Sendable {
    private static let day = Granularity.daily.seconds

    /// - Parameters:
    ///   - fetched: of one scope and granularity.
    ///   - desired: the range to fetch; nil where nothing is collected.
    ///   - days: since 1970-01-01.
    ///   - isBlocked: whether nothing is fetched at present.
    ///   - now: a day that is not over may still be whole.
    static func calendar(
        fetched: TimeRangeSet, desired: TimeRange?, isBlocked: Bool = false, days: Range<Int64>, now: UnixTime
    ) -> CoverageCalendar {
        var ranges = fetched.ranges[...]
        let first = ranges.first?.start
        let states = days.map { day -> CoverageCalendar.State in
            let whole = TimeRange(day * Self.day, (day + 1) * Self.day)
            ranges = ranges.drop { $0.end <= whole.start }
            let seconds = ranges.prefix { $0.start < whole.end }.reduce(Int64(0)) {
                $0 + $1.intersection(whole).seconds
            }
            if seconds >= whole.seconds { return .complete }
            let isOpen = whole.end > now - CoverageGaps.grace
            let isDesired = desired?.overlaps(whole) ?? false
            if seconds > 0 { return .partial(Double(seconds) / Double(whole.seconds)) }
            if isDesired || isOpen { return desired == nil ? .unwanted : isBlocked ? .blocked : .fetching }
            // Days before the first fetched day were never requested.
            guard let first, whole.start >= first else { return .unwanted }
            return .missing
        }
        return CoverageCalendar(firstDay: days.lowerBound, days: states)
    }
}

extension ApplicationStatus {
    /// The range that is fetched of the application itself, up to now.
    ///
    /// The status has the sum over the application and its indices, which are all wanted alike.
    func desiredRange(_ granularity: Granularity, now: UnixTime) -> TimeRange {
        let seconds = (desired[granularity] ?? 0) / Int64(indices + 1)
        let end = granularity.floor(now)
        return TimeRange(end - seconds, end)
    }
}
