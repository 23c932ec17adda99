/// The trend of a series, which neither single wild days nor missing ones change.
public enum RobustTrend {
    /// The number of days in the trend, and the least that must have been reported.
    private static let window: Int64 = 90
    private static let fewest = 28

    /// The change in 30 days along Theil and Sen's line through the newest days before `endDay`, 90 of them.
    ///
    /// Nil when fewer than 28 of them were reported, as of a server that is gone.
    public static func changePer30Days(_ series: DailySeries, before endDay: Int64) -> Double? {
        let days = series.values(in: endDay - window..<endDay)
        guard days.count >= fewest else { return nil }
        return slope(days).map { $0 * 30 }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The median of the slopes between any two days, in values a day; nil when there are none.
    static func slope(_ days: [DayValue]) -> Double? {
        var slopes: [Double] = []
        slopes.reserveCapacity(days.count * max(days.count - 1, 0) / 2)
        for (number, first) in days.enumerated() {
            for second in days[(number + 1)...] where second.day != first.day {
                slopes.append((second.value - first.value) / Double(second.day - first.day))
            }
        }
        return slopes.isEmpty ? nil : median(&slopes)
    }

    /// As ``RobustStatistics/median(_:)``, which sorts; of thousands of slopes that takes ten times as long.
    /// - Parameter values: at least one; reordered.
    private static func median(_ values: inout [Double]) -> Double {
        let middle = values.count / 2
        let upper = select(middle, from: &values)
        guard values.count.isMultiple(of: 2), let lower = values[..<middle].max() else { return upper }
        return (lower + upper) / 2
    }

    /// The value at `rank` of the sorted values (Hoare's selection); those before it are not above it afterwards.
    private static func select(_ rank: Int, from values: inout [Double]) -> Double {
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = values[(low + high) / 2]
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                break
            }
        }
        return values[rank]
    }
}
