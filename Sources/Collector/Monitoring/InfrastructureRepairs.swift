internal import AlgoliaClient
internal import History
internal import UsageModel

/// The longer periods of servers that are asked for once, to fill what was missed: a day by tens of minutes, a week by
/// hours.
struct InfrastructureRepairs {
    private var periods: [InfrastructurePeriod] = []
    /// When the hours of the newest week were last asked for.
    private var weekFetched: UnixTime?

    /// The period to ask for next.
    var next: InfrastructurePeriod? { periods.first }

    /// Takes over what the history knows.
    mutating func load(weekFetched: UnixTime?) { self.weekFetched = weekFetched }

    /// Plans what would fill what is missing of the newest day and week.
    /// - Parameter answered: the ranges that are answered by the minute.
    mutating func plan(answered: TimeRangeSet, now: UnixTime) {
        let end = Granularity.minutely.floor(now)
        // What a period answers begins some seconds later than its length ago.
        let dayAgo = end - InfrastructurePeriod.day.length + 600
        let weekAgo = end - InfrastructurePeriod.week.length
        periods = []
        if !answered.contains(TimeRange(dayAgo, end - 600)) { periods.append(.day) }
        let gap = TimeRangeSet(TimeRange(weekAgo, dayAgo)).subtracting(answered).ranges.last
        // Nothing gets any better by asking for the same week again.
        let isKnown = weekFetched.map { ($0 - InfrastructurePeriod.day.length + 1200) >= gap?.end ?? .min } ?? false
        if gap != nil, !isKnown { periods.append(.week) }
    }

    /// Notes that the hours of the newest week are stored.
    mutating func finishWeek(at time: UnixTime) {
        weekFetched = time
        periods.removeAll { $0 == .week }
    }
}
