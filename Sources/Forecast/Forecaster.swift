private import Foundation
public import UsageModel

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
    /// No day's interval ends above it, whatever the errors were.
    private let ceiling: Double

    /// The ceiling, in multiples of the highest of the newest days: two years know every season and campaign.
    private static let mostOfHighest = 10.0
    private static let known = 730
    /// The largest value that is taken as it is: sums and squares of larger ones are beyond all numbers.
    private static let largest = 1e100

    /// - Parameters:
    ///   - horizon: days from 1 to ``Forecast/longest``, counted from the series' last day, reported or not.
    ///   - events: days that are no example of the others, and are expected again.
    /// - Throws: ``ForecastFailure``.
    public init(
        _ series: DailySeries, horizon: Int = Forecast.longest, events: EventCalendar = EventCalendar()
    ) throws(ForecastFailure) {
        let known = series.trimmed
        let plain = known.without(events)
        guard !known.values.isEmpty else { throw .empty }
        let reported = plain.values.count { $0 != nil }
        let silent = Int(series.endDay - known.endDay)
        guard silent < 14 else { throw .ended(day: known.endDay) }
        guard reported >= Self.shortestSeries else { throw .tooShort(days: reported, needed: Self.shortestSeries) }

        let values = plain.withoutPauses.filled.map { min(max($0, 0), Self.largest) }
        let effects = EventEffects(events, known, usual: values)
        let ceiling = Self.mostOfHighest * max(known.values.suffix(Self.known).compactMap(\.self).max() ?? 0, 0)
        let backtest = Backtest(values)
        let method = backtest.choice
        let means =
            ForecastMethod.forecasts(values, horizon: silent + min(horizon, Forecast.longest))[method] ?? []
        let intervals = PredictionIntervals(backtest.residuals(method), leastGrowth: method.leastGrowth)
        let points = means.enumerated().map { number, mean in
            let mean = min(mean, ceiling)
            let bounds = intervals.around(mean, day: number, ceiling: ceiling)
            let day = known.endDay + Int64(number)
            let outlook = effects.apply(to: Outlook(mean: mean, bounds: bounds), on: day)
            return ForecastPoint(day: day, outlook.map { min($0, ceiling) })
        }
        forecast = Forecast(
            method: method, backtest: BacktestResult(backtest, method), points: Array(points.dropFirst(silent)))
        past = DailySeries(
            firstDay: known.firstDay,
            values: zip(known.values, values).map { $0 ?? $1 } + points.prefix(silent).map(\.mean))
        self.ceiling = ceiling
        sums = RunningErrors(backtest, method, .sum)
        maxima = RunningErrors(backtest, method, .maximum)
    }

    /// Returns the combination of some days of the forecast.
    /// - Parameter days: counted from the forecast's first day; at least one.
    public func together(_ together: Together, of days: Range<Int>) -> Outlook {
        let value = together.running(forecast.points[days].map(\.mean)).last ?? 0
        let last = days.upperBound - 1
        return switch together {
        case .sum: sums.around(value, day: last, ceiling: ceiling).map { $0 * Double(days.count) }
        case .maximum: maxima.around(value, day: last, ceiling: ceiling)
        }
    }
}

extension Forecaster.Together {
    /// Returns, for each of `days`, the mean of those up to it, or the highest of them. Errors of means can be compared
    /// over any number of days, those of sums cannot.
    fileprivate func running(_ days: [Double]) -> [Double] {
        var (sum, highest) = (0.0, 0.0)
        return days.enumerated().map { number, value in
            sum += value
            highest = max(highest, value)
            return self == .sum ? sum / Double(number + 1) : highest
        }
    }
}

/// Errors of forecasts of several days together, measured on a backtest: errors of single
/// days cancel out in a sum only as far as they are independent, which nobody knows but the past.
private struct RunningErrors: Sendable {
    /// The middle of the errors, on the scale of intervals, by days ahead: the highest of several days is above the
    /// highest of their means. Zero for sums, which are as often above the sum of the means as below.
    private let centers: [Double]
    private let intervals: PredictionIntervals

    init(_ backtest: Backtest, _ method: ForecastMethod, _ together: Forecaster.Together) {
        let scale = PredictionIntervals.scale
        var errors = [[Double]](repeating: [], count: Backtest.horizon)
        for run in backtest.runs {
            guard let forecast = run.forecasts[method] else { continue }
            let (said, came) = (together.running(forecast), together.running(run.actual))
            for day in errors.indices { errors[day].append(scale.apply(came[day]) - scale.apply(said[day])) }
        }
        let centers = errors.map { together == .maximum ? RobustStatistics.median($0) : 0 }
        self.centers = centers
        intervals = PredictionIntervals(
            zip(errors, centers).map { errors, center in errors.map { $0 - center } },
            leastGrowth: method.leastGrowth)
    }

    /// - Parameters:
    ///   - value: the mean of the days, or the highest of them.
    ///   - day: the last of the days, 0 is the forecast's first.
    func around(_ value: Double, day: Int, ceiling: Double) -> Outlook {
        let scale = PredictionIntervals.scale
        let center = min(scale.invert(scale.apply(value) + centers[min(day, centers.count - 1)]), ceiling)
        return Outlook(mean: center, bounds: intervals.around(center, day: day, ceiling: ceiling))
    }
}
