private import Foundation

/// A method that continues a daily series.
///
/// The first four take weekdays off by ``WeeklyDecomposition`` on the logarithmic scale, carry the level on, put
/// weekdays back, and are the mean of two memories for weekdays: a short one knows what has changed, a long one is
/// steady. The parameters are fixed and not fitted: on a year of days a fit follows the noise, and a mean of a few
/// values does better.
public enum ForecastMethod: String, Sendable, Hashable, CaseIterable {
    /// The mean of the other three with weekdays; the first choice.
    case combination
    /// Simple exponential smoothing (ETS without a trend).
    case smoothing = "exponential-smoothing"
    /// Holt's method with a damped trend.
    case dampedTrend = "damped-trend"
    /// Theta: smoothing, with half the slope of a robust line through the newest weeks.
    case theta
    /// A robust line through the newest months, hardly damped: what grows by the same amount every day, as
    /// numbers of records do. It must have been clearly better to be chosen, as any but the combination.
    case linearTrend = "linear-trend"
    /// The combination, moved as the years before moved (``YearlySeason``); needs more than a year. With two years,
    /// each method but the last week is averaged with it.
    case yearlySeason = "yearly-season"
    /// The last week, repeated.
    case seasonalNaive = "seasonal-naive"

    /// The least growth of intervals beyond the backtest's horizon, as a power of time: a level wanders as
    /// a random walk does, and a slope that is a little wrong is wronger every day.
    var leastGrowth: Double { self == .linearTrend ? 1 : 0.5 }

    /// The newest days that a forecast looks at: older ones would have little weight.
    static let memory = 400
    /// The ages in weeks at which a weekday weighs half as much, in the two memories for weekdays.
    private static let weekdayMemories = [3.0, 30]

    /// The forecasts of every method that has enough values.
    /// - Parameters:
    ///   - values: a value for each day, oldest first, at least 14.
    ///   - horizon: days after the newest value.
    static func forecasts(_ values: [Double], horizon: Int) -> [ForecastMethod: [Double]] {
        let newest = Array(values.suffix(memory))
        var forecasts: [ForecastMethod: [Double]] = [
            .seasonalNaive: (0..<horizon).map { newest[newest.count - 7 + $0 % 7] }
        ]
        let scale = SeriesScale.logarithm
        let scaled = newest.map(scale.apply)
        let memories = weekdayMemories.map { WeeklyDecomposition(scaled, halfLife: $0) }
        func mean(_ level: ([Double]) -> (Int) -> Double) -> [Double] {
            var sum = [Double](repeating: 0, count: horizon)
            for parts in memories {
                let level = level(parts.level)
                for day in 0..<horizon { sum[day] += scale.invert(level(day) + parts.season[day % 7]) }
            }
            return sum.map { $0 / Double(memories.count) }
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
        forecasts[.linearTrend] = linearTrend(newest, horizon: horizon)
        if let season = YearlySeason(values) {
            let moved = combination.enumerated().map { $1 * season.factor($0) }
            forecasts[.yearlySeason] = moved
            if values.count >= 2 * YearlySeason.year {
                for method in allCases where method != .yearlySeason && method != .seasonalNaive {
                    forecasts[method] = forecasts[method].map { zip($0, moved).map { ($0 + $1) / 2 } }
                }
            }
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
        // A larger error is a step to another level, and does not go on.
        let largest = 0.25
        var smoothed = level.prefix(14).reduce(0, +) / Double(min(level.count, 14))
        var trend = 0.0
        for value in level {
            let error = value - (smoothed + damping * trend)
            smoothed += damping * trend + share * error
            trend = damping * trend + trendShare * min(max(error, -largest), largest)
        }
        return { day in smoothed + trend * dampedSteps(day + 1, damping) }
    }

    private static func theta(_ level: [Double]) -> (Int) -> Double {
        let smoothed = smooth(level, 0.1)
        let slope = flatter(robustSlope(level.suffix(112)), robustSlope(level.suffix(56))) / 2
        return { day in smoothed + slope * dampedSteps(day + 1, 0.98) }
    }

    /// On the values themselves: a line is none on another scale.
    private static func linearTrend(_ values: [Double], horizon: Int) -> [Double] {
        let parts = WeeklyDecomposition(values)
        let slope = flatter(robustSlope(parts.level.suffix(182)), robustSlope(parts.level.suffix(56)))
        let newest = parts.level.suffix(14)
        let last = RobustStatistics.median(
            newest.enumerated().map { $1 + slope * Double(newest.count - 1 - $0) })
        return (0..<horizon).map { day in
            max(last + slope * dampedSteps(day + 1, 0.999) + parts.season[day % 7], 0)
        }
    }

    /// Returns the flatter slope of a long and a short past. A step between the two is a slope of the long one only,
    /// and does not continue.
    private static func flatter(_ one: Double, _ other: Double) -> Double {
        guard one * other > 0 else { return 0 }
        return abs(one) < abs(other) ? one : other
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
