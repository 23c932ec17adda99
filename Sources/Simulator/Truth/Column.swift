import UsageModel

/// One value an hour or a bucket; NaN is *not reported*, which is not zero.
///
/// Doubles hold the largest sizes exactly, and an absent value needs no
/// second array.
typealias Column = [Double]

extension Column {
    /// Adds what `other` reports; an hour is reported when either is.
    mutating func add(_ other: Column, factor: Double = 1) {
        for position in indices {
            let value = other[position] * factor
            if value.isNaN { continue }
            self[position] = self[position].isNaN ? value : self[position] + value
        }
    }

    /// Combines groups of `size` values as their kind of statistic allows;
    /// a group without any reported value stays not reported.
    func folded(by size: Int, kind: StatisticKind, precision: Precision) -> Column {
        guard size > 1 else { return self }
        return stride(from: 0, to: count, by: size).map { start in
            var sum = 0.0
            var highest = -Double.infinity
            var lowest = Double.infinity
            var last = Double.nan
            var reported = 0.0
            for position in start..<Swift.min(start + size, count) where !self[position].isNaN {
                last = self[position]
                sum += last
                highest = Swift.max(highest, last)
                lowest = Swift.min(lowest, last)
                reported += 1
            }
            guard reported > 0 else { return .nan }
            switch kind {
            case .count: return sum
            case .level: return last
            case .maximum, .share: return highest
            case .minimum: return lowest
            case .mean, .percentile: return precision.round(sum / reported)
            }
        }
    }
}
