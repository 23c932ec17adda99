private import Foundation

/// The expectation of one value that is not there yet: a mean and two intervals.
public struct Outlook: Sendable, Hashable {
    public var mean: Double
    public var bounds: ForecastPoint.Bounds

    public init(mean: Double, bounds: ForecastPoint.Bounds) {
        self.mean = mean
        self.bounds = bounds
    }

    /// A value that is known.
    public init(certain value: Double) {
        mean = value
        bounds = ForecastPoint.Bounds(lower80: value, upper80: value, lower95: value, upper95: value)
    }

    /// The higher of both, value by value.
    public func raised(to other: Outlook) -> Outlook {
        Outlook(
            mean: max(mean, other.mean),
            bounds: ForecastPoint.Bounds(
                lower80: max(bounds.lower80, other.bounds.lower80), upper80: max(bounds.upper80, other.bounds.upper80),
                lower95: max(bounds.lower95, other.bounds.lower95), upper95: max(bounds.upper95, other.bounds.upper95)))
    }

    /// The expectation of a value that follows from this one; `transform` never decreases.
    public func map(_ transform: (Double) -> Double) -> Outlook {
        Outlook(
            mean: transform(mean),
            bounds: ForecastPoint.Bounds(
                lower80: transform(bounds.lower80), upper80: transform(bounds.upper80),
                lower95: transform(bounds.lower95), upper95: transform(bounds.upper95)))
    }
}

extension ForecastPoint {
    public init(day: Int64, _ outlook: Outlook) {
        self.init(day: day, mean: outlook.mean, bounds: outlook.bounds)
    }
}

extension ForecastPoint.Bounds {
    /// The probability that a value is above `threshold`, in 0 ... 1, as the intervals tell: between their ends the
    /// distribution is taken for normal pieces, beyond them it continues as the outermost piece.
    public func exceedance(of threshold: Double, mean: Double) -> Double {
        let known = [
            (lower95, -1.959_964), (lower80, -1.281_552), (mean, 0), (upper80, 1.281_552), (upper95, 1.959_964),
        ]
        guard upper95 > lower95 else { return mean > threshold ? 1 : 0 }
        // The piece that holds the threshold, or the outermost.
        let last = known.indices.dropLast().last { known[$0].0 <= threshold } ?? 0
        let (low, high) = (known[last], known[last + 1])
        let width = high.0 - low.0
        // A piece without width has nothing beyond it.
        guard width > 0 else { return threshold < low.0 ? 1 : 0 }
        let score = low.1 + (threshold - low.0) / width * (high.1 - low.1)
        return min(max(erfc(score / 2.0.squareRoot()) / 2, 0), 1)
    }
}
