private import Foundation

/// How a daily series is carried on.
///
/// All but the first take weekdays off by ``WeeklyDecomposition`` on two scales (``SeriesScale``), carry the
/// level on, put weekdays back, and are the mean of both scales. The parameters are fixed and not
/// fitted: on a year of days a fit follows the noise, and a mean of a few values does better.
public enum ForecastMethod: String, Sendable, Hashable, CaseIterable {
    /// The mean of the other three with weekdays; the first choice.
    case combination
    /// Simple exponential smoothing (ETS without a trend).
    case smoothing = "exponential-smoothing"
    /// Holt's method with a damped trend.
    case dampedTrend = "damped-trend"
    /// Theta: smoothing, with half the slope of a robust line through the newest weeks.
    case theta
    /// The combination, moved as the years before moved (``YearlySeason``); needs more than a year.
    case yearlySeason = "yearly-season"
    /// The last week, repeated.
    case seasonalNaive = "seasonal-naive"

    /// The newest days that a forecast looks at: older ones have no weight left.
    static let memory = 400

    /// The forecasts of every method that has enough values.
    /// - Parameters:
    ///   - values: a value for each day, oldest first, at least 14.
    ///   - horizon: days after the newest value.
    static func forecasts(_ values: [Double], horizon: Int) -> [ForecastMethod: [Double]] {
        let newest = Array(values.suffix(memory))
        var forecasts: [ForecastMethod: [Double]] = [
            .seasonalNaive: (0..<horizon).map { newest[newest.count - 7 + $0 % 7] }
        ]
        let scales = SeriesScale.allCases.map { scale in
            (scale, WeeklyDecomposition(newest.map(scale.apply)))
        }
        func mean(_ level: ([Double]) -> (Int) -> Double) -> [Double] {
            var sum = [Double](repeating: 0, count: horizon)
            for (scale, parts) in scales {
                let level = level(parts.level)
                for day in 0..<horizon { sum[day] += scale.invert(level(day) + parts.season[day % 7]) }
            }
            return sum.map { $0 / Double(scales.count) }
        }
        let smoothed = mean { level in
            let last = (smooth(level, 0.1) + smooth(level, 0.2)) / 2
            return { _ in last }
        }
        let damped = mean(dampedTrend)
        let theta = mean(theta)
        forecasts[.smoothing] = smoothed
        forecasts[.dampedTrend] = damped
        forecasts[.theta] = theta
        let combination = (0..<horizon).map { (smoothed[$0] + damped[$0] + theta[$0]) / 3 }
        forecasts[.combination] = combination
        if let season = YearlySeason(values) {
            forecasts[.yearlySeason] = combination.enumerated().map { $1 * season.factor($0) }
        }
        return forecasts
    }

    /// - Parameter share: of each day's difference that becomes part of the level.
    private static func smooth(_ level: [Double], _ share: Double) -> Double {
        var smoothed = level.prefix(7).reduce(0, +) / Double(min(level.count, 7))
        for value in level { smoothed += share * (value - smoothed) }
        return smoothed
    }

    private static func dampedTrend(_ level: [Double]) -> (Int) -> Double {
        let (share, trendShare, damping) = (0.2, 0.01, 0.95)
        var smoothed = level.prefix(14).reduce(0, +) / Double(min(level.count, 14))
        var trend = 0.0
        for value in level {
            let error = value - (smoothed + damping * trend)
            smoothed += damping * trend + share * error
            trend = damping * trend + trendShare * error
        }
        return { day in smoothed + trend * dampedSteps(day + 1, damping) }
    }

    private static func theta(_ level: [Double]) -> (Int) -> Double {
        let smoothed = smooth(level, 0.1)
        let slope = robustSlope(level.suffix(112)) / 2
        return { day in smoothed + slope * dampedSteps(day + 1, 0.98) }
    }

    /// `damping` + `damping`² + … of so many terms.
    private static func dampedSteps(_ steps: Int, _ damping: Double) -> Double {
        damping * (1 - pow(damping, Double(steps))) / (1 - damping)
    }

    /// Theil and Sen's slope a day: the median slope between the medians of any two weeks.
    private static func robustSlope(_ level: ArraySlice<Double>) -> Double {
        let weeks = stride(from: level.endIndex - 7, through: level.startIndex, by: -7).reversed().map {
            RobustStatistics.median(level[$0..<$0 + 7])
        }
        var slopes: [Double] = []
        for first in weeks.indices {
            for second in weeks.indices where second > first {
                slopes.append((weeks[second] - weeks[first]) / Double(7 * (second - first)))
            }
        }
        return RobustStatistics.median(slopes)
    }
}
