private import Foundation

/// A scale for values: on a logarithmic one a weekend is a share of the level, on a root it is between a share and
/// an amount, which suits small counts and zeros.
enum SeriesScale: Sendable {
    case logarithm, root

    func apply(_ value: Double) -> Double {
        switch self {
        case .logarithm: log1p(max(value, 0))
        case .root: max(value, 0).squareRoot()
        }
    }

    /// Back to values; never negative.
    func invert(_ value: Double) -> Double {
        switch self {
        // Beyond that a forecast has run away, and infinity is no answer.
        case .logarithm: max(expm1(min(value, 700)), 0)
        case .root: value > 0 ? value * value : 0
        }
    }
}
