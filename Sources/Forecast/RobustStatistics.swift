/// Statistics that a few wild values cannot move.
public enum RobustStatistics {
    /// Makes a median absolute deviation comparable to a standard deviation.
    static let deviationScale = 1.4826

    /// The middle value; of an even number the mean of the two in the middle. Zero without any.
    public static func median(_ values: some Collection<Double>) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The value at which half of the weight is reached. Zero without any weight.
    static func median(_ values: [Double], weights: [Double]) -> Double {
        let order = values.indices.filter { weights[$0] > 0 }.sorted { values[$0] < values[$1] }
        let half = order.reduce(0) { $0 + weights[$1] } / 2
        var reached = 0.0
        for index in order {
            reached += weights[index]
            if reached >= half { return values[index] }
        }
        return 0
    }

    /// The weighted mean, with what lies far from the weighted median left out gradually (Tukey's biweight).
    static func mean(_ values: [Double], weights: [Double]) -> Double {
        let center = median(values, weights: weights)
        let deviation = median(values.map { abs($0 - center) }, weights: weights) * deviationScale
        guard deviation > 0 else { return center }
        var sum = 0.0
        var total = 0.0
        for (value, weight) in zip(values, weights) {
            let distance = (value - center) / (4 * deviation)
            guard abs(distance) < 1 else { continue }
            let kept = 1 - distance * distance
            sum += value * weight * kept * kept
            total += weight * kept * kept
        }
        return total > 0 ? sum / total : center
    }

    /// The value below which a share of the weight lies, interpolated linearly.
    /// - Parameter sorted: ascending by value; weights are above zero.
    static func quantile(_ share: Double, of sorted: [(value: Double, weight: Double)]) -> Double {
        guard let first = sorted.first, let last = sorted.last else { return 0 }
        // From the middle of the first weight to the middle of the last.
        let whole = sorted.reduce(0) { $0 + $1.weight } - (first.weight + last.weight) / 2
        var left = share * whole
        for (lower, upper) in zip(sorted, sorted.dropFirst()) {
            let step = (lower.weight + upper.weight) / 2
            guard left > step else { return lower.value + (upper.value - lower.value) * left / step }
            left -= step
        }
        return last.value
    }

    /// The values, those that are far from their neighbours moved towards them: one outlier must not
    /// become the level.
    static func withoutOutliers(_ values: [Double]) -> [Double] {
        let center = SlidingMedian.medians(values, reach: 7, fewest: 1).map { $0 ?? 0 }
        let residuals = zip(values, center).map { $0 - $1 }
        let reach = 2 * deviationScale * median(residuals.map(abs))
        return zip(center, residuals).map { $0 + min(max($1, -reach), reach) }
    }
}
