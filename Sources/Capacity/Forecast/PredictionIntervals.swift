private import Foundation

/// How far a value may be from its forecast, measured on the backtest's errors of the same method.
///
/// The errors of overlapping forecasts are few independent ones: about four. So quantiles are widened as
/// Student's t with three degrees of freedom is wider than the normal distribution.
struct PredictionIntervals {
    /// Of the logarithmic scale, for each day of the backtest's horizon.
    private let quantiles: [Quantiles]
    /// How width grows with the square root's power of time beyond the backtest's horizon, 0 to 0.5.
    private let growth: Double

    private typealias Quantiles = (lower80: Double, upper80: Double, lower95: Double, upper95: Double)

    private static let widening80 = 1.28
    private static let widening95 = 1.62
    /// Errors of so many days before and after are taken together.
    private static let neighbours = 7

    /// - Parameter residuals: by days ahead, of each origin.
    init(_ residuals: [[Double]]) {
        let quantiles = residuals.indices.map { day -> Quantiles in
            let near = residuals[max(0, day - Self.neighbours)..<min(residuals.count, day + Self.neighbours + 1)]
            let sorted = near.flatMap(\.self).sorted()
            func quantile(_ share: Double) -> Double { RobustStatistics.quantile(share, of: sorted) }
            return (
                min(quantile(0.1), 0) * Self.widening80, max(quantile(0.9), 0) * Self.widening80,
                min(quantile(0.025), 0) * Self.widening95, max(quantile(0.975), 0) * Self.widening95
            )
        }
        func width(_ day: Int) -> Double { quantiles[day].upper80 - quantiles[day].lower80 }
        self.quantiles = quantiles
        let first = quantiles.isEmpty ? 0 : width(6)
        let last = quantiles.isEmpty ? 0 : width(quantiles.count - 1)
        growth = first > 0 && last > first ? min(log(last / first) / log(Double(quantiles.count) / 7), 0.5) : 0
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
