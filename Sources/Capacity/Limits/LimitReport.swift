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
    /// The use in ``period``: the sum of requests, the fourth-highest day of records (the lowest while there are fewer
    /// than four; of a term, what is charged for each of its billing periods so far, added up), the highest second of
    /// queries. Nil when no day of it has a value.
    public var used: Double?
    /// The share of the period's days so far that were reported and are within the report. Below 1, ``used`` is a lower
    /// bound.
    public var usedCoverage: Double
    /// The number of days of the period that were reported.
    public var usedDays = 0
    /// The periods by which the contract is billed.
    public var billing = BillingPeriod()
    /// The billing period of the newest day.
    public var month: Range<Int64>
    /// The billing periods of the last year and the running one, or those of the running term so far, oldest first: the
    /// sum of requests, the records that are charged, or the highest second of queries in each.
    public var periods: [PeriodUsage] = []
    /// The running term of an annual commitment; nil for a limit of a billing period.
    public var term: TermReport?
    /// The projection at the end of the period; nil where there is no forecast, or where too little of a term is known.
    public var projection: Projection?
    public var exhaustion: Exhaustion
    /// Day after day of the year ahead: of search requests the total of the day's month or term up to its end, of
    /// records the number that is charged for it, of QPS the highest second from now on. Empty where there is no
    /// forecast.
    public var path: [ForecastPoint] = []
    /// The price of what exceeds the limit; nil where none is known.
    public var price: ExcessPrice?

    /// The span that ``used`` and ``projection`` are of: the running term of an annual commitment, or the billing period
    /// of the newest day.
    public var period: Range<Int64> { term?.days ?? month }

    /// `used` as a share of what was agreed.
    public var utilization: Double? { share(used) }
    /// The projection's mean as a share of what was agreed.
    public var projectedUtilization: Double? { share(projection?.mean) }

    /// Projections for each whole month ahead: a month's search requests, the records that are charged for it, the
    /// highest second up to its end. Empty for an annual commitment.
    public var comingMonths: [(days: Range<Int64>, projection: Projection)] {
        guard term == nil else { return [] }
        return path.compactMap { point in
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
    /// Less than half of the days of the running term have a value: too little for a projection.
    case unknownTerm(known: Int, over: Int)
    /// Reached on this day of the running month or term.
    case reached(day: Int64)
    /// On `day`, and in 80 of 100 cases not before `earliest` and not after `latest`; nil where that is beyond
    /// the forecast.
    case expected(day: Int64, earliest: Int64, latest: Int64?)
    /// Not reached within the forecast's days. In 10 of 100 cases it is from `earliest` on.
    case notExpected(within: Int, earliest: Int64?)
}

extension LimitReport {
    static func all(_ input: CapacityInput) -> [LimitReport] {
        // A month and a year of requests are limits of one series, and forecasts take their time.
        var forecasts: [StatisticName: StatisticForecast] = [:]
        return input.limits.map { limit in
            let forecast = forecasts[limit.statistic] ?? StatisticForecast(limit.statistic, input)
            forecasts[limit.statistic] = forecast
            return LimitReport(limit, forecast, input)
        }
    }

    /// Analyses one limit.
    init(_ limit: ContractLimit, _ input: CapacityInput) {
        self.init(limit, StatisticForecast(limit.statistic, input), input)
    }

    private init(_ limit: ContractLimit, _ forecast: StatisticForecast, _ input: CapacityInput) {
        let days = forecast.days
        let spans = LimitSpans(limit, input.contract)
        let newest = max(input.days.upperBound - 1, 0)
        let span = spans.containing(newest)
        let path = (try? forecast.forecaster.get()).flatMap { LimitPath(limit.measure, $0, days, spans, span) }
        let agreed = input.contract[limit]

        self.limit = limit
        self.agreed = agreed
        billing = spans.billing
        month = billing.containing(newest)
        term = spans.term.map { _ in TermReport(limit, days, days: span, agreed: agreed, in: input) }
        series = ForecastedSeries(
            key: SeriesKey(application: input.application, statistic: limit.statistic),
            unit: StatisticCatalogue.describe(limit.statistic).unit, days: days,
            forecast: forecast.forecaster.map(\.forecast))
        used = Self.used(limit, days, span, billing)
        // A day that was fetched and has no value is not known either.
        let past = span.lowerBound..<max(input.days.upperBound, span.lowerBound)
        periods = term?.months ?? Self.lastYear(limit, days, spans.billing, until: month, input)
        usedDays = days.values(in: past).count
        usedCoverage = past.isEmpty ? 0 : Double(usedDays) / Double(past.count)
        projection = path?.projection(agreed: agreed)
        self.path = path?.points ?? []
        price = input.contract.price(beyond: limit)
        exhaustion =
            Self.known(limit, agreed, days.values(in: span), billing)
            ?? Self.expected(agreed, path, forecast.forecaster)
            ?? .unknownTerm(known: usedDays, over: past.count)
    }

    /// A limit's billing periods of the year before `month`, and `month`.
    private static func lastYear(
        _ limit: ContractLimit, _ days: DailySeries, _ billing: BillingPeriod, until month: Range<Int64>,
        _ input: CapacityInput
    ) -> [PeriodUsage] {
        guard month.lowerBound < input.days.upperBound else { return [] }
        let first = max(billing.containing(month.lowerBound - 360).lowerBound, input.days.lowerBound)
        let touched = billing.touching(first..<max(month.upperBound, first))
        switch limit.measure {
        case .sum: return PeriodUsage.sums(days, of: touched, in: input)
        case .fourthHighest, .sumOfFourthHighest: return PeriodUsage.billedRecords(days, of: touched, in: input)
        case .highest: return PeriodUsage.highest(days, of: touched, in: input)
        }
    }

    private static func used(
        _ limit: ContractLimit, _ days: DailySeries, _ span: Range<Int64>, _ billing: BillingPeriod
    ) -> Double? {
        let reported = days.values(in: span)
        switch limit.measure {
        case .sum: return reported.isEmpty ? nil : reported.reduce(0) { $0 + $1.value }
        case .fourthHighest: return BilledRecords(reported.map(\.value)).figure
        case .sumOfFourthHighest: return reported.isEmpty ? nil : BilledRecordsTotal(billing, reported).total
        case .highest: return reported.map(\.value).max()
        }
    }

    /// What takes no forecast: that there is no limit, or that it is reached.
    private static func known(
        _ limit: ContractLimit, _ agreed: Double?, _ reported: [DayValue], _ billing: BillingPeriod
    ) -> Exhaustion? {
        guard let agreed else { return .unlimited }
        return reached(limit, agreed, reported, billing).map { .reached(day: $0) }
    }

    /// Nil where there is a forecast and no path: of a term of which too little is known.
    private static func expected(
        _ agreed: Double?, _ path: LimitPath?, _ forecaster: Result<Forecaster, ForecastFailure>
    ) -> Exhaustion? {
        if case .failure(let failure) = forecaster { return .unknown(failure) }
        guard let agreed, let path else { return nil }
        let earliest = path.first { $0.bounds.upper80 >= agreed }
        guard let day = path.first(where: { $0.mean >= agreed }) else {
            return .notExpected(within: path.count, earliest: earliest)
        }
        return .expected(
            day: day, earliest: earliest ?? day, latest: path.first { $0.bounds.lower80 >= agreed })
    }

    /// The day since which the limit is reached, when it is.
    private static func reached(
        _ limit: ContractLimit, _ agreed: Double, _ reported: [DayValue], _ billing: BillingPeriod
    ) -> Int64? {
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
        case .sumOfFourthHighest:
            var records = BilledRecordsTotal(billing)
            return reported.first { day in
                records.append(day)
                return records.total >= agreed
            }?.day
        case .highest:
            return reported.first { $0.value >= agreed }?.day
        }
    }
}

/// The days of one statistic, and their future.
private struct StatisticForecast {
    var days: DailySeries
    var forecaster: Result<Forecaster, ForecastFailure>

    init(_ statistic: StatisticName, _ input: CapacityInput) {
        let days = input.days(statistic) ?? DailySeries(firstDay: input.days.upperBound, values: [])
        self.days = days
        forecaster = Result { () throws(ForecastFailure) in
            try Forecaster(days.extended(to: input.days.upperBound), events: input.events)
        }
    }
}
