/// A value exactly as the vendor sent it.
///
/// Integral numbers stay integers whatever their spelling (`42`, `42.0` and
/// `420e-1` are all `.integer(42)`), so that SQLite stores them in as few
/// bytes as they need.
public enum PointValue: Sendable, Hashable {
    case integer(Int64)
    case real(Double)

    /// The integer when `number` is integral and fits, otherwise the real.
    @inlinable
    public init(_ number: Double) {
        if let integer = Int64(exactly: number) { self = .integer(integer) } else { self = .real(number) }
    }

    /// The value as a double; integers beyond 2^53 are rounded.
    @inlinable
    public var double: Double {
        switch self {
        case .integer(let integer): Double(integer)
        case .real(let real): real
        }
    }
}

extension PointValue: CustomStringConvertible {
    /// The shortest decimal that reads back as the same value.
    public var description: String {
        switch self {
        case .integer(let integer): integer.description
        case .real(let real): real.description
        }
    }
}

extension PointValue: Comparable {
    public static func < (left: PointValue, right: PointValue) -> Bool {
        if case .integer(let first) = left, case .integer(let second) = right { return first < second }
        return left.double < right.double
    }
}

/// One bucket's value of one series.
public struct Point: Sendable, Hashable {
    /// The bucket's start.
    public var time: UnixTime
    public var value: PointValue

    @inlinable
    public init(time: UnixTime, value: PointValue) {
        self.time = time
        self.value = value
    }
}

extension PointValue {
    /// The exact sum of integers while it fits, otherwise the double's.
    @inlinable
    public func adding(_ other: PointValue) -> PointValue {
        if case .integer(let first) = self, case .integer(let second) = other {
            let (sum, overflow) = first.addingReportingOverflow(second)
            if !overflow { return .integer(sum) }
        }
        return PointValue(double + other.double)
    }

    /// The exact difference of integers while it fits, otherwise the double's.
    @inlinable
    public func subtracting(_ other: PointValue) -> PointValue {
        if case .integer(let first) = self, case .integer(let second) = other {
            let (difference, overflow) = first.subtractingReportingOverflow(second)
            if !overflow { return .integer(difference) }
        }
        return PointValue(double - other.double)
    }
}
