/// Medians of the values around each one.
///
/// Values that are not there count nowhere: a gap makes a median of fewer values, not of farther ones.
enum SlidingMedian {
    /// - Parameters:
    ///   - reach: how many values before and after each one count.
    ///   - fewest: nil where fewer values are there.
    static func medians(_ values: [Double?], reach: Int, fewest: Int) -> [Double?] {
        // The values of the window, ascending: moving it on is one removal and one insertion.
        var sorted: [Double] = []
        for value in values.prefix(reach) { value.map { sorted.insert($0, at: position($0, in: sorted)) } }
        return values.indices.map { index in
            if index + reach < values.count, let value = values[index + reach] {
                sorted.insert(value, at: position(value, in: sorted))
            }
            if index - reach > 0, let value = values[index - reach - 1] {
                sorted.remove(at: position(value, in: sorted))
            }
            guard sorted.count >= max(fewest, 1) else { return nil }
            let middle = sorted.count / 2
            return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        }
    }

    /// The place of the first value that is not below `value`.
    private static func position(_ value: Double, in sorted: [Double]) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
