private import Foundation

/// A comparison of forecasts made from the past with the days that came: rolling origins, a week apart.
struct Backtest {
    /// Days that each forecast of a backtest reaches.
    static let horizon = 28
    /// The most origins, and the days between them.
    static let origins = 20
    static let step = 7
    /// A forecast from fewer days than that says nothing about one from all of them.
    static let shortestPast = 70
    /// Fewer runs say nothing about a method.
    private static let fewestRuns = 5
    /// The share of the combination's error that another method's must stay below.
    private static let clearlyBetter = 0.85
    /// The same for the season of the year, which is there where people are.
    private static let better = 0.97

    /// Each origin, oldest first: the forecast of every method, and the values that came.
    private(set) var runs: [(forecasts: [ForecastMethod: [Double]], actual: [Double])] = []

    init(_ values: [Double]) {
        for number in (0..<Self.origins).reversed() {
            let origin = values.count - Self.horizon - number * Self.step
            guard origin >= Self.shortestPast else { continue }
            runs.append(
                (
                    ForecastMethod.forecasts(Array(values[..<origin]), horizon: Self.horizon),
                    Array(values[origin..<origin + Self.horizon])
                ))
        }
    }

    /// The mean absolute error of one method over the runs that it and `other` have.
    func error(_ method: ForecastMethod, beside other: ForecastMethod = .combination) -> Double {
        var sum = 0.0
        var days = 0
        for run in runs {
            guard let forecast = run.forecasts[method], run.forecasts[other] != nil else { continue }
            sum += zip(forecast, run.actual).reduce(0) { $0 + abs($1.0 - $1.1) }
            days += forecast.count
        }
        return days > 0 ? sum / Double(days) : 0
    }

    /// The method to use. Another than the combination must have been clearly better, and that often enough:
    /// the best of several is often best by chance.
    var choice: ForecastMethod {
        let shares = ForecastMethod.allCases.compactMap { method -> (ForecastMethod, Double)? in
            guard runs.count(where: { $0.forecasts[method] != nil }) >= Self.fewestRuns else { return nil }
            let combination = error(.combination, beside: method)
            guard combination > 0 else { return nil }
            return (method, error(method) / combination)
        }
        let better = shares.filter { $0.1 < ($0.0 == .yearlySeason ? Self.better : Self.clearlyBetter) }
        return better.min { $0.1 < $1.1 }?.0 ?? .combination
    }

    /// Returns the differences between reality and one method, on the scale of intervals, by days ahead.
    func residuals(_ method: ForecastMethod) -> [[Double]] {
        let scale = PredictionIntervals.scale
        return (0..<Self.horizon).map { day in
            runs.compactMap { run in
                run.forecasts[method].map { scale.apply(run.actual[day]) - scale.apply($0[day]) }
            }
        }
    }
}
