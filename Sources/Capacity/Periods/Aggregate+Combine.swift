internal import UsageModel

extension Aggregate {
    /// What several buckets, oldest first, are together; nil without any.
    func combine(_ values: [Double]) -> Double? {
        guard let last = values.last else { return nil }
        switch self {
        case .sum: return values.reduce(0, +)
        case .avg: return values.reduce(0, +) / Double(values.count)
        case .min: return values.min()
        case .max: return values.max()
        case .last: return last
        case .count: return Double(values.count)
        }
    }
}
