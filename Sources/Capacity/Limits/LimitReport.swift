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
    /// The use in the running billing period: the sum of requests, the fourth-highest day of records (the lowest while
    /// there are fewer than four), the highest second of queries. Nil when no day of it has a value.
    public var used: Double?
    /// The share of the running period's days so far that were reported and are within the report. Below 1, ``used``
    /// is a lower bound.
    public var usedCoverage: Double
    /// The number of days of the running period that were reported.
    public var usedDays = 0
    /// The periods by which the contract is billed.
    public var billing = BillingPeriod()
    /// The billing period of the newest day.
    public var month: Range<Int64>
    /// The projection at the end of that month; nil where there is no forecast.
    public var projection: Projection?
    public var exhaustion: Exhaustion
    /// Day after day of the year ahead: of search requests the total of the day's month up to its end, of
    /// records the number that is charged for it, of QPS the highest second from now on. Empty where there is no
    /// forecast.
    public var path: [ForecastPoint] = []

    /// `used` as a share of what was agreed.
    public var utilization: Double? { share(used) }
    /// The projection's mean as a share of what was agreed.
    public var projectedUtilization: Double? { share(projection?.mean) }

    /// Projections for each whole month ahead: a month's search requests, the records that are charged for it, the
    /// highest second up to its end.
    public var comingMonths: [(days: Range<Int64>, projection: Projection)] {
        path.compactMap { point in
            let month = billing.containing(point.day)
            guard month.lowerBound >= self.month.upperBound, point.day == month.upperBound - 1 else { return nil }
            let outlook = Outlook(mean: point.mean, bounds: point.bounds)
            return (month, Projection(outlook, agreed: agreed))
        }
    }

    /// Whether ``used`` are records of fewer days than Algolia disregards: nothing can be charged yet.
    public var isBeforeCharge: Bool { limit.measure == .fourthHighest && usedDays <= BilledRecords.disregarded }

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
    /// Reached on this day of the running month.
    case reached(day: Int64)
    /// On `day`, and in 80 of 100 cases not before `earliest` and not after `latest`; nil where that is beyond
    /// the forecast.
    case expected(day: Int64, earliest: Int64, latest: Int64?)
    /// Not reached within the forecast's days. In 10 of 100 cases it is from `earliest` on.
    case notExpected(within: Int, earliest: Int64?)
}

extension LimitReport {
    static func all(_ input: CapacityInput) -> [LimitReport] {
        input.limits.map { LimitReport($0, input) }
    }

    /// Analyses one limit.
    init(_ limit: ContractLimit, _ input: CapacityInput) {
        let days =
            input.days(limit.statistic) ?? DailySeries(firstDay: input.days.upperBound, values: [])
        let forecaster = Result<Forecaster, ForecastFailure> { () throws(ForecastFailure) in
            try Forecaster(days.extended(to: input.days.upperBound), events: input.events)
        }
        let billing = BillingPeriod(startDay: input.contract.periodStartDay)
        let month = billing.containing(max(input.days.upperBound - 1, 0))
        let path = (try? forecaster.get()).map { LimitPath(limit, $0, days, billing, month) }
        let agreed = input.contract[limit]

        self.limit = limit
        self.agreed = agreed
        self.billing = billing
        self.month = month
        series = ForecastedSeries(
            key: SeriesKey(application: input.application, statistic: limit.statistic),
            unit: StatisticCatalogue.describe(limit.statistic).unit, days: days,
            forecast: forecaster.map(\.forecast))
        used = Self.used(limit, days, month)
        // A day that was fetched and has no value is not known either.
        let past = month.lowerBound..<input.days.upperBound
        usedDays = days.values(in: past).count
        usedCoverage = past.isEmpty ? 0 : Double(usedDays) / Double(past.count)
        projection = path?.projection(agreed: agreed)
        self.path = path?.points ?? []
        exhaustion = Self.exhaustion(limit, agreed, days, month, forecaster, path)
    }

    private static func used(_ limit: ContractLimit, _ days: DailySeries, _ month: Range<Int64>) -> Double? {
        let reported = days.values(in: month)
        switch limit.measure {
        case .sum: return reported.isEmpty ? nil : reported.reduce(0) { $0 + $1.value }
        case .fourthHighest: return BilledRecords(reported.map(\.value)).figure
        case .highest: return reported.map(\.value).max()
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
        switch limit.measure {
        case .sum:
            var sum = 0.0
            return reported.first { day in
                sum += day.value
                return sum >= agreed
            }?.day
        case .fourthHighest:
            var records = BilledRecords()
            return reported.first { day in
                records.append(day.value)
                return records.isCharged && (records.figure ?? 0) >= agreed
            }?.day
        case .highest:
            return reported.first { $0.value >= agreed }?.day
        }
    }
}
