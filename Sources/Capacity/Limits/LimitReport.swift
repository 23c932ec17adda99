public import Forecast
public import UsageModel

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
    /// The projection at the end of that month; nil where there is no forecast.
    public var projection: Projection?
    public var exhaustion: Exhaustion
    /// Day after day of the year ahead: of search requests the total of the day's month up to its end, of
    /// records the day's number, of QPS the highest second from now on. Empty where there is no forecast.
    public var path: [ForecastPoint] = []

    /// `used` as a share of what was agreed.
    public var utilization: Double? { share(used) }
    /// The projection's mean as a share of what was agreed.
    public var projectedUtilization: Double? { share(projection?.mean) }

    /// Projections for each whole month ahead: a month's search requests, the records at its end, the highest
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

/// The expected value of a period, with intervals.
public struct Projection: Sendable, Hashable {
    public var mean: Double
    public var bounds: ForecastPoint.Bounds
    /// The probability that the limit is exceeded, in 0 ... 1; nil where nothing was agreed.
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

/// The time at which a limit is reached.
public enum Exhaustion: Sendable, Hashable {
    /// Nothing was agreed.
    case unlimited
    /// There is no forecast.
    case unknown(ForecastFailure)
    /// Reached on this day, the first in the running month, or in a row.
    case reached(day: Int64)
    /// On `day`, and in 80 of 100 cases not before `earliest` and not after `latest`; nil where that is beyond
    /// the forecast.
    case expected(day: Int64, earliest: Int64, latest: Int64?)
    /// Not reached within the forecast's days. In 10 of 100 cases it is from `earliest` on.
    case notExpected(within: Int, earliest: Int64?)
}

extension LimitReport {
    /// Every limit, in the order of ``ContractLimit``.
    static func all(_ input: CapacityInput) -> [LimitReport] {
        ContractLimit.allCases.map { LimitReport($0, input) }
    }

    /// Analyses one limit.
    init(_ limit: ContractLimit, _ input: CapacityInput) {
        let days =
            input.days(limit.statistic) ?? DailySeries(firstDay: input.days.upperBound, values: [])
        let forecaster = Result<Forecaster, ForecastFailure> { () throws(ForecastFailure) in
            try Forecaster(days.extended(to: input.days.upperBound))
        }
        let month = CalendarMonth.containing(max(input.days.upperBound - 1, 0))
        let path = (try? forecaster.get()).map { LimitPath(limit, $0, month: month) }
        let agreed = input.contract[limit]

        self.limit = limit
        self.agreed = agreed
        self.month = month
        series = ForecastedSeries(
            key: SeriesKey(application: input.application, statistic: limit.statistic),
            unit: StatisticCatalogue.describe(limit.statistic).unit, days: days,
            forecast: forecaster.map(\.forecast))
        used = Self.used(limit, days, month)
        // A day that was fetched and has no value is not known either.
        let past = month.lowerBound..<input.days.upperBound
        usedCoverage = past.isEmpty ? 0 : Double(days.values(in: past).count) / Double(past.count)
        projection = path?.projection(agreed: agreed)
        self.path = path?.points ?? []
        exhaustion = Self.exhaustion(limit, agreed, days, month, forecaster, path)
    }

    private static func used(_ limit: ContractLimit, _ days: DailySeries, _ month: Range<Int64>) -> Double? {
        let reported = days.values(in: month)
        switch limit {
        case .searchRequestsPerMonth: return reported.isEmpty ? nil : reported.reduce(0) { $0 + $1.value }
        case .records: return days.newest?.value
        case .maxQPS: return reported.map(\.value).max()
        }
    }

    private static func exhaustion(
        _ limit: ContractLimit, _ agreed: Double?, _ days: DailySeries, _ month: Range<Int64>,
        _ forecaster: Result<Forecaster, ForecastFailure>, _ path: LimitPath?
    ) -> Exhaustion {
        guard let agreed else { return .unlimited }
        if let day = reached(limit, agreed, days, month) { return .reached(day: day) }
        guard let path else {
            if case .failure(let failure) = forecaster { return .unknown(failure) }
            return .unknown(.empty)
        }
        let earliest = path.first { $0.bounds.upper80 >= agreed }
        guard let day = path.first(where: { $0.mean >= agreed }) else {
            return .notExpected(within: path.count, earliest: earliest)
        }
        return .expected(
            day: day, earliest: earliest ?? day, latest: path.first { $0.bounds.lower80 >= agreed })
    }

    /// The day since which the limit is reached, when it is.
    private static func reached(
        _ limit: ContractLimit, _ agreed: Double, _ days: DailySeries, _ month: Range<Int64>
    ) -> Int64? {
        let reported = days.values(in: month)
        switch limit {
        case .searchRequestsPerMonth:
            var sum = 0.0
            return reported.first { day in
                sum += day.value
                return sum >= agreed
            }?.day
        case .records:
            let all = days.values(in: days.firstDay..<days.endDay)
            return all.reversed().prefix { $0.value >= agreed }.last?.day
        case .maxQPS:
            return reported.first { $0.value >= agreed }?.day
        }
    }
}

/// The expected path of a limit's statistic, day after day.
private struct LimitPath {
    /// Expectations by days ahead: of search requests the running total of the day's month, of others the day itself or
    /// the highest so far.
    private var steps: [Outlook] = []
    private let firstDay: Int64
    /// The expectation at the end of the running month; nil without a forecast so far. For QPS: of the days left.
    private var monthEnd: Outlook?
    /// The highest QPS of the running month so far.
    private var highest: Double?

    var count: Int { steps.count }

    init(_ limit: ContractLimit, _ forecaster: Forecaster, month: Range<Int64>) {
        let points = forecaster.forecast.points
        firstDay = points.first?.day ?? 0
        let past = forecaster.past.values(in: month).map(\.value)
        switch limit {
        case .searchRequestsPerMonth: steps = Self.runningTotals(forecaster, month: month, past: past)
        case .records: steps = points.map { Outlook(mean: $0.mean, bounds: $0.bounds) }
        case .maxQPS:
            for number in points.indices {
                let next = forecaster.together(.maximum, of: 0..<number + 1)
                // The highest so far never falls.
                steps.append(steps.last.map { next.raised(to: $0) } ?? next)
            }
        }
        let daysLeft = Int(month.upperBound - firstDay)
        if daysLeft <= 0 {
            // The newest day is the month's last: what was is what will have been.
            monthEnd = Self.known(limit, past)
        } else if daysLeft <= steps.count {
            monthEnd = steps[daysLeft - 1]
            if limit == .maxQPS { highest = past.max() }
        }
    }

    /// At the end of the running month.
    func projection(agreed: Double?) -> Projection? {
        guard let monthEnd else { return nil }
        guard let highest else { return Projection(monthEnd, agreed: agreed) }
        // The past is certain: only the days that are left can exceed what was not exceeded.
        var projection = Projection(monthEnd.map { max($0, highest) }, agreed: agreed)
        projection.exceedance = agreed.map { agreed in
            highest > agreed ? 1 : monthEnd.bounds.exceedance(of: agreed, mean: monthEnd.mean)
        }
        return projection
    }

    var points: [ForecastPoint] {
        steps.enumerated().map { ahead, step in
            ForecastPoint(day: firstDay + Int64(ahead), step)
        }
    }

    func first(where matches: (Outlook) -> Bool) -> Int64? {
        steps.firstIndex(where: matches).map { firstDay + Int64($0) }
    }

    private static func runningTotals(
        _ forecaster: Forecaster, month: Range<Int64>, past: [Double]
    ) -> [Outlook] {
        var month = month
        var start = 0
        var before = past.reduce(0, +)
        return forecaster.forecast.points.enumerated().map { number, point in
            if point.day >= month.upperBound {
                month = CalendarMonth.containing(point.day)
                start = number
                before = 0
            }
            let ahead = forecaster.together(.sum, of: start..<number + 1)
            return ahead.map { $0 + before }
        }
    }

    private static func known(_ limit: ContractLimit, _ past: [Double]) -> Outlook? {
        let value: Double? =
            switch limit {
            case .searchRequestsPerMonth: past.isEmpty ? nil : past.reduce(0, +)
            case .records: past.last
            case .maxQPS: past.max()
            }
        return value.map { Outlook(certain: $0) }
    }
}
