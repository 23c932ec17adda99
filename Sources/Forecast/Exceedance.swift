private import Foundation

extension ForecastPoint.Bounds {
    /// The probability that a value is above `threshold`, in 0 ... 1, as the intervals tell: between their ends the
    /// distribution is taken for normal pieces, beyond them it goes on as the outermost piece.
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
