public import UsageModel

/// The future of a daily series, and what such a forecast has been worth.
public struct Forecast: Sendable, Hashable {
    public var method: ForecastMethod
    public var backtest: BacktestResult
    /// Day after day, from the day after the newest value.
    public var points: [ForecastPoint]
}

/// One day of a forecast.
public struct ForecastPoint: Sendable, Hashable {
    /// Two intervals: reality is expected within them in 80 and 95 of 100 cases.
    public struct Bounds: Sendable, Hashable {
        public var lower80: Double
        public var upper80: Double
        public var lower95: Double
        public var upper95: Double

        public init(lower80: Double, upper80: Double, lower95: Double, upper95: Double) {
            self.lower80 = lower80
            self.upper80 = upper80
            self.lower95 = lower95
            self.upper95 = upper95
        }
    }

    /// Days since 1970-01-01 UTC.
    public var day: Int64
    public var mean: Double
    public var bounds: Bounds
}

/// Forecasts of 28 days, made from the past and compared with what came.
public struct BacktestResult: Sendable, Hashable {
    /// The number of forecasts that were compared.
    public var origins: Int
    /// The mean absolute error, in shares of what repeating the last week would have had. Nil where that
    /// had no error at all.
    public var mase: Double?
    /// The share of days within the interval of 80 %, in 0 ... 1; intervals are those of all other origins.
    public var coverage80: Double
    public var coverage95: Double
}

/// Why there is no forecast.
public enum ForecastFailure: Error, Sendable, Hashable {
    case empty
    /// Days that were reported, and how many it takes.
    case tooShort(days: Int, needed: Int)
    /// The newest value is long ago: the day after it, in days since 1970-01-01 UTC.
    case ended(day: Int64)
}

extension Forecast {
    /// The longest horizon, in days.
    public static let longest = 366

    /// Carries `series` on.
    ///
    /// The same series gives the same forecast, bit for bit.
    /// - Parameters:
    ///   - horizon: days from 1 to ``longest``, counted from the series' last day, reported or not.
    ///   - events: days that are no example of the others, and are expected again.
    /// - Throws: ``ForecastFailure``.
    public init(
        _ series: DailySeries, horizon: Int, events: EventCalendar = EventCalendar()
    ) throws(ForecastFailure) {
        self = try Forecaster(series, horizon: horizon, events: events).forecast
    }
}

extension BacktestResult {
    init(_ backtest: Backtest, _ method: ForecastMethod) {
        let runs = backtest.runs.compactMap { run in run.forecasts[method].map { ($0, run.actual) } }
        origins = runs.count
        let naive = backtest.error(.seasonalNaive, beside: method)
        mase = naive > 0 ? backtest.error(method) / naive : nil
        // Each origin is judged by the intervals that the others make: its own would know the answer.
        let residuals = backtest.residuals(method)
        var within80 = 0
        var within95 = 0
        for (number, (forecast, actual)) in runs.enumerated() {
            let others = PredictionIntervals(
                residuals.map { day in day.enumerated().filter { $0.offset != number }.map(\.element) },
                leastGrowth: method.leastGrowth)
            for (day, actual) in actual.enumerated() {
                let bounds = others.around(forecast[day], day: day)
                // A hair of rounding must not put a perfect forecast outside.
                let slack = abs(actual) * 1e-9
                if bounds.lower80 - slack <= actual, actual <= bounds.upper80 + slack { within80 += 1 }
                if bounds.lower95 - slack <= actual, actual <= bounds.upper95 + slack { within95 += 1 }
            }
        }
        let days = Double(max(origins * Backtest.horizon, 1))
        coverage80 = Double(within80) / days
        coverage95 = Double(within95) / days
    }
}
