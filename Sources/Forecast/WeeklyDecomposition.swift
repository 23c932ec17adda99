private import Foundation

/// A series as weekdays and the rest of it, on some scale.
///
/// A robust relative of STL: the trend is a mean of seven days, a weekday is the robust mean of what
/// is left on it, in which newer weeks weigh more.
struct WeeklyDecomposition {
    /// The amount that a weekday adds, for the first seven days after the series.
    let season: [Double]
    /// Without weekdays and outliers.
    let level: [Double]

    /// - Parameters:
    ///   - values: at least seven, oldest first.
    ///   - halfLife: the age in weeks at which a week weighs half as much.
    init(_ values: [Double], halfLife: Double = 10) {
        let trend = Self.weeklyMean(values)
        var season = (0..<7).map { weekday -> Double in
            // A day whose age in days is 6 modulo 7 is the weekday of the first day after the series.
            let days = stride(from: values.count - 7 + weekday, through: 0, by: -7).reversed()
            return RobustStatistics.mean(
                days.map { values[$0] - trend[$0] },
                weights: days.map { pow(0.5, Double(values.count - 1 - $0) / 7 / halfLife) })
        }
        let mean = season.reduce(0, +) / 7
        season = season.map { $0 - mean }
        self.season = season
        let offset = 7 - values.count % 7
        level = RobustStatistics.withoutOutliers(
            values.indices.map { values[$0] - season[($0 + offset) % 7] })
    }

    private static func weeklyMean(_ values: [Double]) -> [Double] {
        var means: [Double] = []
        means.reserveCapacity(values.count)
        var sum = values[..<7].reduce(0, +)
        means += [Double](repeating: sum / 7, count: 4)
        for day in 7..<max(values.count, 7) {
            sum += values[day] - values[day - 7]
            means.append(sum / 7)
        }
        means += [Double](repeating: sum / 7, count: values.count - means.count)
        return means
    }
}
