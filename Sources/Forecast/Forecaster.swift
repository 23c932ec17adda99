private import Foundation

/// The past of a daily series, the method that carries it on best, and what follows for single days and for
/// several together.
public struct Forecaster: Sendable {
    /// A way to combine several days.
    public enum Together: Sendable {
        /// Their sum, as of a month's requests.
        case sum
        /// The highest of them, as of a month's peaks.
        case maximum
    }

    /// A horizon and five origins of a backtest.
    private static let shortestSeries = Backtest.shortestPast + Backtest.horizon + 4 * Backtest.step

    public let forecast: Forecast
    /// Every day of the past up to the forecast's first, those that were not reported filled.
    public let past: DailySeries
    private let sums: RunningErrors
    private let maxima: RunningErrors

    /// - Parameter horizon: days from 1 to ``Forecast/longest``, counted from the series' last day, reported or not.
    /// - Throws: ``ForecastFailure``.
    public init(_ series: DailySeries, horizon: Int = Forecast.longest) throws(ForecastFailure) {
        let known = series.trimmed
        let reported = known.values.count { $0 != nil }
        guard reported > 0 else { throw .empty }
        let silent = Int(series.endDay - known.endDay)
        guard silent < 14 else { throw .ended(day: known.endDay) }
        guard reported >= Self.shortestSeries else { throw .tooShort(days: reported, needed: Self.shortestSeries) }

        let values = known.filled
        let backtest = Backtest(values)
        let method = backtest.choice
        let means =
            ForecastMethod.forecasts(values, horizon: silent + min(horizon, Forecast.longest))[method] ?? []
        let intervals = PredictionIntervals(backtest.residuals(method), leastGrowth: method.leastGrowth)
        let points = means.enumerated().dropFirst(silent).map { day, mean in
            ForecastPoint(day: known.endDay + Int64(day), mean: mean, bounds: intervals.around(mean, day: day))
        }
        forecast = Forecast(method: method, backtest: BacktestResult(backtest, method), points: points)
        past = DailySeries(firstDay: known.firstDay, values: values + means.prefix(silent))
        sums = RunningErrors(backtest, method) { $0 + $1 }
        maxima = RunningErrors(backtest, method, max)
    }

    /// Returns the combination of some days of the forecast.
    /// - Parameter days: counted from the forecast's first day; at least one.
    public func together(_ together: Together, of days: Range<Int>) -> Outlook {
        let means = forecast.points[days].map(\.mean)
        switch together {
        case .sum: return sums.around(means.reduce(0, +), day: days.upperBound - 1)
        case .maximum: return maxima.around(means.max() ?? 0, day: days.upperBound - 1)
        }
    }
}

/// Errors of forecasts of several days together, measured on a backtest: errors of single
/// days cancel out in a sum only as far as they are independent, which nobody knows but the past.
private struct RunningErrors: Sendable {
    /// The middle of the errors, on the logarithmic scale, by days ahead: the highest of several days is above the
    /// highest of their means.
    private let centers: [Double]
    private let intervals: PredictionIntervals

    init(_ backtest: Backtest, _ method: ForecastMethod, _ combine: (Double, Double) -> Double) {
        let scale = SeriesScale.logarithm
        var errors = [[Double]](repeating: [], count: Backtest.horizon)
        for run in backtest.runs {
            guard let forecast = run.forecasts[method] else { continue }
            var said: Double?
            var came: Double?
            for day in forecast.indices {
                let saidNow = said.map { combine($0, forecast[day]) } ?? forecast[day]
                let cameNow = came.map { combine($0, run.actual[day]) } ?? run.actual[day]
                errors[day].append(scale.apply(cameNow) - scale.apply(saidNow))
                (said, came) = (saidNow, cameNow)
            }
        }
        let centers = errors.map { RobustStatistics.median($0) }
        self.centers = centers
        intervals = PredictionIntervals(
            zip(errors, centers).map { errors, center in errors.map { $0 - center } },
            leastGrowth: method.leastGrowth)
    }

    /// - Parameter day: the last of the days, 0 is the forecast's first.
    func around(_ value: Double, day: Int) -> Outlook {
        let scale = SeriesScale.logarithm
        let center = scale.invert(scale.apply(value) + centers[min(day, centers.count - 1)])
        return Outlook(mean: center, bounds: intervals.around(center, day: day))
    }
}
