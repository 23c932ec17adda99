private import Foundation

/// Distances of values from their forecast, measured on the backtest's errors of the same method.
///
/// Where the days of a forecast err together, because the level was somewhere else, the errors of
/// overlapping forecasts are few independent ones: about four. Their quantiles are widened as Student's t with three
/// degrees of freedom is wider than the normal distribution. Where each day errs by itself, there are hundreds, and
/// nothing is to be widened; most series are somewhere between.
struct PredictionIntervals {
    /// Quantiles on the logarithmic scale, for each day of the backtest's horizon.
    private let quantiles: [Quantiles]
    /// The power of time with which the width grows beyond the backtest's horizon.
    private let growth: Double

    private typealias Quantiles = (lower80: Double, upper80: Double, lower95: Double, upper95: Double)

    /// The share added to quantiles where all days err together.
    private static let widening80 = 0.28
    private static let widening95 = 0.62
    /// Errors of so many days before and after are taken together.
    private static let neighbours = 7

    /// - Parameters:
    ///   - residuals: by days ahead, of each origin.
    ///   - leastGrowth: of the width beyond the backtest's horizon, as a power of time. More is measured within it,
    ///     up to that of a random walk.
    init(_ residuals: [[Double]], leastGrowth: Double) {
        let together = Self.shareInCommon(residuals)
        let widening80 = 1 + Self.widening80 * together
        let widening95 = 1 + Self.widening95 * together
        let quantiles = residuals.indices.map { day -> Quantiles in
            let near = residuals[max(0, day - Self.neighbours)..<min(residuals.count, day + Self.neighbours + 1)]
            let sorted = near.flatMap(\.self).sorted()
            func quantile(_ share: Double) -> Double { RobustStatistics.quantile(share, of: sorted) }
            return (
                min(quantile(0.1), 0) * widening80, max(quantile(0.9), 0) * widening80,
                min(quantile(0.025), 0) * widening95, max(quantile(0.975), 0) * widening95
            )
        }
        func width(_ day: Int) -> Double { quantiles[day].upper80 - quantiles[day].lower80 }
        self.quantiles = quantiles
        let first = quantiles.isEmpty ? 0 : width(6)
        let last = quantiles.isEmpty ? 0 : width(quantiles.count - 1)
        let measured =
            first > 0 && last > first ? log(last / first) / log(Double(quantiles.count) / 7) : 0
        growth = max(min(measured, 0.5), leastGrowth)
    }

    /// The share of the errors' variance that the days of a forecast have in common, in 0 ... 1.
    private static func shareInCommon(_ residuals: [[Double]]) -> Double {
        let origins = residuals.first?.indices ?? 0..<0
        let days = Double(residuals.count)
        let means = origins.map { origin in residuals.reduce(0) { $0 + $1[origin] } / days }
        let whole = residuals.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } } / days
        guard whole > 0 else { return 0 }
        return (means.reduce(0) { $0 + $1 * $1 } / whole).squareRoot()
    }

    /// The interval around a forecast for `day` (0 is the first).
    func around(_ mean: Double, day: Int) -> ForecastPoint.Bounds {
        let scale = SeriesScale.logarithm
        let center = scale.apply(mean)
        let known = quantiles[min(day, quantiles.count - 1)]
        let factor = day < quantiles.count ? 1 : pow(Double(day + 1) / Double(quantiles.count), growth)
        func value(_ distance: Double) -> Double { scale.invert(center + distance * factor) }
        return ForecastPoint.Bounds(
            lower80: value(known.lower80), upper80: value(known.upper80),
            lower95: min(value(known.lower95), value(known.lower80)),
            upper95: max(value(known.upper95), value(known.upper80)))
    }
}
