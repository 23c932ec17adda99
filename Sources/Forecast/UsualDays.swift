public import UsageModel

/// The value that each day of a series would have had, had it been like the days around it.
///
/// On a logarithmic scale, the level is the median of the four weeks around a day, and a weekday the median of what is
/// left on it in the eight weeks before and after. A level that changes for good changes there from one day
/// to the next.
public struct UsualDays {
    /// Fewer reported days say nothing about what is usual.
    public static let fewest = 42

    /// Expected values by days of the series, in its unit; nil where nothing was reported, or too little around it.
    public let expected: [Double?]
    /// The distance of each day from its expectation, in robust standard deviations.
    public let deviations: [Double?]

    private static let scale = SeriesScale.logarithm
    /// Days before and after, and how many of them it takes.
    private static let level = (reach: 14, fewest: 8)
    /// The same in weeks.
    private static let weekday = (reach: 8, fewest: 4)
    /// No series is steadier than that, or a constant's smallest change were endlessly far off: 1 percent.
    private static let smallestDeviation = 0.01
    /// The share of days that are usual, whatever they are, and how far from the mean those of a normal
    /// distribution are.
    private static let usual = (share: 0.9, deviations: 1.645)

    /// Nil when fewer than ``fewest`` days were reported that are no events.
    /// - Parameter events: days that are no example of what is usual.
    public init?(_ series: DailySeries, events: EventCalendar = EventCalendar()) {
        let plain = series.without(events)
        guard plain.values.count(where: { $0 != nil }) >= Self.fewest else { return nil }
        // On an event, what was to be expected: a long one must not leave its days without any around them.
        let learned = zip(series.values, zip(plain.values, plain.filled)).map { reported, day in
            reported == nil ? nil : Self.scale.apply(day.0 ?? day.1)
        }
        let weekdays = Self.weekdays(Self.difference(learned, Self.levels(learned)))
        let levels = Self.levels(Self.difference(learned, weekdays))
        let usual = zip(levels, weekdays).map { level, weekday -> Double? in
            guard let level, let weekday else { return nil }
            return level + weekday
        }
        func difference(_ days: DailySeries) -> [Double?] {
            Self.difference(days.values.map { $0.map(Self.scale.apply) }, usual)
        }
        let residuals = difference(series)
        let deviation = Self.deviation(difference(plain).compactMap(\.self))
        expected = zip(usual, residuals).map { usual, residual in residual == nil ? nil : usual.map(Self.scale.invert) }
        deviations = residuals.map { $0.map { $0 / deviation } }
    }

    /// The robust standard deviation of what is left when level and weekday are known.
    ///
    /// For most series the median shows it. Where more than a tenth of the days are far off, as where nothing happens
    /// on most days, being far off is usual: then the tenth tells it.
    private static func deviation(_ residuals: [Double]) -> Double {
        let sizes = residuals.map(abs).sorted()
        return max(
            RobustStatistics.median(sizes) * RobustStatistics.deviationScale,
            RobustStatistics.quantile(usual.share, of: sizes.map { ($0, 1) }) / usual.deviations, smallestDeviation)
    }

    private static func levels(_ values: [Double?]) -> [Double?] {
        SlidingMedian.medians(values, reach: level.reach, fewest: level.fewest)
    }

    private static func weekdays(_ values: [Double?]) -> [Double?] {
        var medians = [Double?](repeating: nil, count: values.count)
        for first in 0..<min(7, values.count) {
            let days = Array(stride(from: first, to: values.count, by: 7))
            let ofWeekday = SlidingMedian.medians(
                days.map { values[$0] }, reach: weekday.reach, fewest: weekday.fewest)
            for (day, median) in zip(days, ofWeekday) { medians[day] = median }
        }
        return medians
    }

    private static func difference(_ first: [Double?], _ second: [Double?]) -> [Double?] {
        zip(first, second).map { first, second in
            guard let first, let second else { return nil }
            return first - second
        }
    }
}
