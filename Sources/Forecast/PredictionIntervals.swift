private import Foundation

/// Distances of values from their forecast, measured on the backtest's errors of the same method.
///
/// Errors are taken on the root scale, on which they grow less than the level and stay finite beside zeros: on the
/// logarithmic one, a pause makes errors of many powers of ten. Newer origins weigh more.
///
/// Where the days of a forecast err together, because the level was somewhere else, the errors of
/// overlapping forecasts are few independent ones: about four. Their quantiles are widened as Student's t with three
/// degrees of freedom is wider than the normal distribution. Where each day errs by itself, there are hundreds, and
/// nothing is to be widened; most series are somewhere between.
struct PredictionIntervals {
    static let scale = SeriesScale.root

    /// Distances on the scale, for each day of the backtest's horizon.
    private let quantiles: [Quantiles]
    /// The power of time with which the width grows beyond the backtest's horizon.
    private let growth: Double

    private typealias Quantiles = (lower80: Double, upper80: Double, lower95: Double, upper95: Double)

    /// The number of origins after which an origin weighs half as much.
    private static let halfLife = 8.0
    /// The share added to quantiles where all days err together.
    private static let widening80 = 0.28
    private static let widening95 = 0.62
    /// A few errors make the ends of 95 % alone: they are averaged with so many times those of 80 %, which are
    /// steadier. In a normal distribution it is 1.53 times.
    private static let steady95 = 1.53
    /// Errors of so many days before and after are taken together.
    private static let neighbours = 7
    /// The least share of the width of 80 % on either side of the forecast: a forecast that has always been too low
    /// may be too high the next time.
    private static let leastSide = 0.25
    /// The growth that may be measured within the backtest's horizon: that of a random walk.
    private static let mostMeasured = 0.5

    /// - Parameters:
    ///   - residuals: by days ahead, of each origin, the oldest first.
    ///   - leastGrowth: of the width beyond the backtest's horizon, as a power of time.
    init(_ residuals: [[Double]], leastGrowth: Double) {
        let together = Self.shareInCommon(residuals)
        let widening80 = 1 + Self.widening80 * together
        let widening95 = 1 + Self.widening95 * together
        let origins = residuals.first?.count ?? 0
        let weights = (0..<origins).map { pow(0.5, Double(origins - 1 - $0) / Self.halfLife) }
        let quantiles = residuals.indices.map { day -> Quantiles in
            let near = residuals[max(0, day - Self.neighbours)..<min(residuals.count, day + Self.neighbours + 1)]
            let sorted = near.flatMap { zip($0, weights).map { (value: $0, weight: $1) } }
                .sorted { $0.value < $1.value }
            func quantile(_ share: Double) -> Double { RobustStatistics.quantile(share, of: sorted) }
            let least = Self.leastSide * (quantile(0.9) - quantile(0.1))
            let lower80 = min(quantile(0.1), -least) * widening80
            let upper80 = max(quantile(0.9), least) * widening80
            return (
                lower80, upper80,
                (min(quantile(0.025), 0) * widening95 + Self.steady95 * lower80) / 2,
                (max(quantile(0.975), 0) * widening95 + Self.steady95 * upper80) / 2
            )
        }
        func width(_ day: Int) -> Double { quantiles[day].upper80 - quantiles[day].lower80 }
        self.quantiles = quantiles
        let first = quantiles.isEmpty ? 0 : width(6)
        let last = quantiles.isEmpty ? 0 : width(quantiles.count - 1)
        let measured =
            first > 0 && last > first ? log(last / first) / log(Double(quantiles.count) / 7) : 0
        growth = max(min(measured, Self.mostMeasured), leastGrowth)
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

    /// The interval around a forecast for `day` (0 is the first), which holds the forecast.
    /// - Parameter ceiling: no end is above it, but for a forecast that is.
    func around(_ mean: Double, day: Int, ceiling: Double = .infinity) -> ForecastPoint.Bounds {
        let center = Self.scale.apply(mean)
        let known = quantiles[min(day, quantiles.count - 1)]
        let factor = day < quantiles.count ? 1 : pow(Double(day + 1) / Double(quantiles.count), growth)
        let ceiling = max(ceiling, mean)
        func value(_ distance: Double) -> Double { min(Self.scale.invert(center + distance * factor), ceiling) }
        let lower80 = min(value(known.lower80), mean)
        let upper80 = max(value(known.upper80), mean)
        return ForecastPoint.Bounds(
            lower80: lower80, upper80: upper80,
            lower95: min(value(known.lower95), lower80), upper95: max(value(known.upper95), upper80))
    }
}
