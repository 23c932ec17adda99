public import UsageModel

/// How values of a vendor's unit become values of a base unit: milliseconds seconds, percent a ratio.
public enum BaseUnit: Sendable, Hashable {
    case same
    case divided(by: Double)
    case multiplied(by: Double)

    /// The base unit of values in `unit`.
    public init(_ unit: StatisticUnit) {
        self =
            switch unit {
            // A division, because 1/1000 has no exact double.
            case .milliseconds: .divided(by: 1000)
            case .percent: .divided(by: 100)
            case .megabytes: .multiplied(by: 1_000_000)
            default: .same
            }
    }

    /// `value` in the base unit.
    public func value(_ value: PointValue) -> PointValue {
        self == .same ? value : PointValue(double(value))
    }

    /// The value as a sample has it; integers beyond 2^53 are rounded.
    @inlinable
    @inline(__always)
    public func double(_ value: PointValue) -> Double {
        switch self {
        case .same: value.double
        case .divided(let divisor): value.double / divisor
        case .multiplied(let factor): value.double * factor
        }
    }
}
