private import Foundation

/// The effect of the time of the year on the level, as the years before show it.
///
/// On the logarithmic scale: how far the level moved, in each year before, from the same day to as many days later.
/// A year is 52 weeks, so that weekdays meet.
struct YearlySeason {
    static let year = 364
    /// Days over which a level is averaged, half of them on each side.
    private static let reach = 10
    private static let most = 4.0
    /// Fewer values do not show a year and what followed the same day in it.
    static let shortestPast = year + 2 * reach

    /// Means around each day, without weekdays and outliers.
    private let level: [Double]

    /// - Parameter values: a value for each day, oldest first; nil when they are too few.
    init?(_ values: [Double]) {
        guard values.count >= Self.shortestPast else { return nil }
        let clean = WeeklyDecomposition(values.map(SeriesScale.logarithm.apply)).level
        var sums = [0.0]
        for value in clean { sums.append((sums.last ?? 0) + value) }
        level = clean.indices.map { day in
            let first = max(0, day - Self.reach)
            let end = min(clean.count, day + Self.reach + 1)
            return (sums[end] - sums[first]) / Double(end - first)
        }
    }

    /// The factor by which the level of `day` (0 is the first after the series) differs from that of the newest
    /// days: the median of the years, less a tenth, and less three tenths where there is one year only: its
    /// events may not come again. No more than ``most`` times, or as small a part: a pause is not a season.
    func factor(_ day: Int) -> Double {
        // No past has seen what follows a whole year: its last day stays.
        let day = min(day, Self.year - 1)
        var changes: [Double] = []
        for years in 1...5 {
            let then = level.count + day - years * Self.year
            let start = level.count - 1 - Self.reach / 2 - years * Self.year
            guard start >= 0, then < level.count else { continue }
            changes.append(level[then] - level[start])
        }
        let change = RobustStatistics.median(changes) * (changes.count == 1 ? 0.7 : 0.9)
        return exp(min(max(change, -log(Self.most)), log(Self.most)))
    }
}
