public import Forecast
public import UsageModel

/// What a planner asks about one application, answered from its days alone.
///
/// The same days give the same report, bit for bit; nothing in it depends on the time at which it is made.
public struct CapacityReport: Sendable {
    public var application: ApplicationID
    public var timeZone: String
    /// The days that were looked at, from 1970-01-01 on. The last of them is the newest that is over.
    public var days: Range<Int64>
    /// Every limit, whether something was agreed or not, in the order of ``ContractLimit``.
    public var limits: [LimitReport]
    /// Billed search requests of each calendar month, oldest first.
    public var months: [PeriodUsage]
    /// The same of each week, from Monday on.
    public var weeks: [PeriodUsage]
    public var searchCapacity: SearchCapacityReport
    public var servers: [ServerReport]
    public var indices: IndexReport
    public var unusualDays: [UnusualDay]
    public var latency: LatencyReport
    /// Every statistic of the application itself, by month.
    public var statistics: [StatisticUsage]
    public var quality: DataQuality
}

/// A calendar period's value, and how much of it there is.
public struct PeriodUsage: Sendable, Hashable {
    /// Days since 1970-01-01; the whole period, also where it is cut off by the report's range.
    public var days: Range<Int64>
    /// Nil when nothing was reported in it.
    public var value: Double?
    /// The share of the period's days that were fetched and are within the report, in 0 ... 1. Below 1 a sum is
    /// a part of the period's sum.
    public var coverage: Double
    /// Whether the period was not over at the end of the report.
    public var isRunning: Bool

    public init(days: Range<Int64>, value: Double?, coverage: Double, isRunning: Bool) {
        self.days = days
        self.value = value
        self.coverage = coverage
        self.isRunning = isRunning
    }
}

/// A series with its future, or why it has none.
public struct ForecastedSeries: Sendable {
    public var key: SeriesKey
    public var unit: StatisticUnit
    public var days: DailySeries
    /// A year ahead.
    public var forecast: Result<Forecast, ForecastFailure>
}

/// One limit of the contract: how much of it is used, what is to come, and when it is reached.
public struct LimitReport: Sendable {
    public var limit: ContractLimit
    /// Nil where nothing was agreed.
    public var agreed: Double?
    public var series: ForecastedSeries
    /// Search requests: of the running month so far. Records: the newest value. QPS: the highest of the running
    /// month. Nil when nothing is known of it.
    public var used: Double?
    /// The share of the running month's days so far that were reported and are within the report.
    public var usedCoverage: Double
    /// The calendar month of the newest day.
    public var month: Range<Int64>
    /// At the end of that month; nil where there is no forecast.
    public var projection: Projection?
    public var exhaustion: Exhaustion
    /// Day after day of the year ahead: of search requests the total of the day's month up to its end, of
    /// records the day's number, of QPS the highest second from now on. Empty where there is no forecast.
    public var path: [ForecastPoint] = []

    /// `used` as a share of what was agreed.
    public var utilization: Double? { share(used) }
    /// The projection's mean as a share of what was agreed.
    public var projectedUtilization: Double? { share(projection?.mean) }

    /// What is expected of each whole month ahead: a month's search requests, the records at its end, the highest
    /// second up to its end.
    public var comingMonths: [(days: Range<Int64>, projection: Projection)] {
        path.compactMap { point in
            let month = CalendarMonth.containing(point.day)
            guard month.lowerBound >= self.month.upperBound, point.day == month.upperBound - 1 else { return nil }
            let outlook = Outlook(mean: point.mean, bounds: point.bounds)
            return (month, Projection(outlook, agreed: agreed))
        }
    }

    private func share(_ value: Double?) -> Double? {
        guard let value, let agreed, agreed > 0 else { return nil }
        return value / agreed
    }
}

/// What is expected of a period, with intervals.
public struct Projection: Sendable, Hashable {
    public var mean: Double
    public var bounds: ForecastPoint.Bounds
    /// That the limit is exceeded, in 0 ... 1; nil where nothing was agreed.
    public var exceedance: Double?

    init(mean: Double, bounds: ForecastPoint.Bounds, exceedance: Double?) {
        self.mean = mean
        self.bounds = bounds
        self.exceedance = exceedance
    }

    init(_ outlook: Outlook, agreed: Double?) {
        mean = outlook.mean
        bounds = outlook.bounds
        exceedance = agreed.map { outlook.bounds.exceedance(of: $0, mean: outlook.mean) }
    }
}

/// When a limit is reached.
public enum Exhaustion: Sendable, Hashable {
    /// Nothing was agreed.
    case unlimited
    /// There is no forecast.
    case unknown(ForecastFailure)
    /// Since this day, the first in the running month, or in a row, at which it was.
    case reached(day: Int64)
    /// On `day`, and in 80 of 100 cases not before `earliest` and not after `latest`; nil where that is beyond
    /// the forecast.
    case expected(day: Int64, earliest: Int64, latest: Int64?)
    /// Not within the forecast's days. In 10 of 100 cases it is from `earliest` on.
    case notExpected(within: Int, earliest: Int64?)
}
