internal import Forecast
public import UsageModel

/// A day on which a statistic was far from what its level and weekday promise.
public struct UnusualDay: Sendable, Hashable {
    public var day: Int64
    public var statistic: StatisticName
    public var value: Double
    /// The value that the days around it, and the same weekdays, would have led to expect.
    public var expected: Double
    /// The distance from it, in robust standard deviations of the statistic's usual days; negative below.
    public var deviations: Double
    /// The name of the event on this day, as configured; nil when there was none.
    public var event: String?
}

extension UnusualDay {
    /// The statistics that are searched for unusual days.
    static let statistics: [StatisticName] = [
        "billed_search_requests", "total_operations", "records", "99p_processing_time", "total_max_qps",
    ]
    /// The largest number of days in the list.
    static let most = 20
    /// In robust standard deviations, and as a share of what was expected: a day that is less off is not unusual.
    private static let farOff = (deviations: 5.0, share: 0.25)
    /// Unusual days in the same direction that are no farther apart are one event, unless they have different names.
    private static let apart: Int64 = 7
    /// An event is listed on the first of its days that is nearly as far off as its farthest.
    private static let nearly = 0.8

    /// The farthest off first, then the newest.
    ///
    /// One day stands for an event of several: a level that has changed in the newest two weeks, which nobody
    /// can tell from an event yet, is one line and not a line a day.
    static func all(_ input: CapacityInput) -> [UnusualDay] {
        let found = statistics.flatMap { statistic in
            input.days(statistic).map { unusual(statistic, $0.trimmed, input.events) } ?? []
        }
        let ordered = found.sorted {
            (abs($1.deviations), $1.day, $0.statistic) < (abs($0.deviations), $0.day, $1.statistic)
        }
        return Array(ordered.prefix(most))
    }

    private static func unusual(
        _ statistic: StatisticName, _ series: DailySeries, _ calendar: EventCalendar
    ) -> [UnusualDay] {
        guard let usual = UsualDays(series, events: calendar) else { return [] }
        let days = series.values.indices.compactMap { index -> UnusualDay? in
            guard let value = series.values[index], let expected = usual.expected[index],
                let deviations = usual.deviations[index], abs(deviations) > farOff.deviations,
                abs(value - expected) >= farOff.share * expected
            else { return nil }
            let day = series.firstDay + Int64(index)
            return UnusualDay(
                day: day, statistic: statistic, value: value, expected: expected, deviations: deviations,
                event: calendar[day])
        }
        return events(days.filter { $0.deviations > 0 }) + events(days.filter { $0.deviations < 0 })
    }

    /// One day of each event.
    private static func events(_ days: [UnusualDay]) -> [UnusualDay] {
        var events: [[UnusualDay]] = []
        for day in days {
            if let last = events.last?.last, day.day - last.day <= apart, day.event == last.event {
                events[events.count - 1].append(day)
            } else {
                events.append([day])
            }
        }
        return events.compactMap { days in
            let farthest = days.map { abs($0.deviations) }.max() ?? 0
            return days.first { abs($0.deviations) >= nearly * farthest }
        }
    }
}

extension CapacityReport {
    /// Whether any statistic that is looked at was reported on enough days to have usual ones.
    public var unusualDaysAreKnown: Bool {
        let series =
            limits.map { ($0.series.key.statistic, Optional($0.series.days)) }
            + [("99p_processing_time" as StatisticName, latency.percentile99)]
        return series.contains { statistic, days in
            let reported = days?.values.count { $0 != nil } ?? 0
            return UnusualDay.statistics.contains(statistic) && reported >= UsualDays.fewest
        }
    }
}
