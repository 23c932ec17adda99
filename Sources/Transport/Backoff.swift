/// Exponential backoff with full jitter: the n-th wait is anywhere between 0
/// and `base · 2ⁿ`, at most `cap`. Full jitter spreads many clients that
/// failed together better than any fixed share of it.
public struct Backoff: Sendable {
    /// Seconds.
    public var base: Double
    /// Seconds.
    public var cap: Double
    /// The share of each wait that is not left to chance.
    public var floor: Double

    public init(base: Double, cap: Double, floor: Double = 0) {
        self.base = base
        self.cap = cap
        self.floor = floor
    }

    /// Seconds to wait after `failures` failures in a row.
    public func delay(failures: Int, using generator: inout some RandomNumberGenerator) -> Double {
        guard failures > 0 else { return 0 }
        let bound = min(cap, base * Double(1 << min(failures - 1, 30)))
        return Double.random(in: (bound * floor)...bound, using: &generator)
    }
}
