private import Foundation
internal import UsageModel

/// The range of values that a chart shows, and the gridlines in it.
struct ValueScale: Sendable, Hashable {
    private(set) var lower: Double
    private(set) var upper: Double
    private(set) var step: Double

    /// - Parameters:
    ///   - lowest: the smallest value that must be visible.
    ///   - highest: the largest; below `lowest` when there is no value at all.
    ///   - intervals: about how many steps are wanted.
    ///   - isWhole: whether values between integers mean nothing.
    init(lowest: Double, highest: Double, intervals: Int, isWhole: Bool) {
        var (lowest, highest) = (lowest, highest)
        if !Self.isRange(lowest, highest), abs(highest) > 1e-9, lowest <= highest {
            // A single value is no range: what is seen starts at zero then.
            (lowest, highest) = (min(highest, 0), max(highest, 0))
        }
        guard Self.isRange(lowest, highest) else {
            (lower, upper, step) = (0, 1, isWhole ? 1 : 0.5)
            return
        }
        let nice = Self.niceStep((highest - lowest) / Double(max(intervals, 1)))
        let step = isWhole ? max(nice, 1) : nice
        self.step = step
        lower = (lowest / step + 1e-9).rounded(.down) * step
        upper = (highest / step - 1e-9).rounded(.up) * step
    }

    /// Whether two values are far enough apart for doubles to count from one to the other.
    private static func isRange(_ lowest: Double, _ highest: Double) -> Bool {
        highest - lowest > max(1e-9, max(abs(highest), abs(lowest)) * 1e-12)
    }

    /// Ascending multiples of ``step``.
    var ticks: [Double] {
        let first = (lower / step).rounded()
        return (0...Int((upper / step).rounded() - first)).map { (first + Double($0)) * step }
    }

    /// 0 at the bottom and 1 at the top.
    func share(_ value: Double) -> Double { (value - lower) / (upper - lower) }

    /// The smallest 1, 2, 2.5 or 5 × 10ⁿ that is not below `step`.
    private static func niceStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        let factor = [1, 2, 2.5, 5].first { $0 * power >= step * (1 - 1e-9) } ?? 10
        return factor * power
    }
}

extension ValueScale {
    /// Limits above so many times the largest value are not shown.
    static let farthestLimit = 4.0
    /// The multiple of the largest value at which an interval is cut off: it would flatten everything else.
    private static let farthestBand = 3.0
    /// A variation below that share of the largest value may have an axis that does not begin at zero.
    private static let smallVariation = 1.0 / 3

    init(_ chart: Chart, _ values: ChartValues, intervals: Int) {
        var lowest = values.lowest
        var highest = values.highest
        if highest < lowest, let limit = chart.limits.map(\.value).filter(ChartValues.isUsable).max() {
            (lowest, highest) = (min(limit, 0), max(limit, 0))
        }
        if lowest <= highest {
            let reach = max(abs(highest), abs(lowest)) * Self.farthestBand
            highest = max(highest, min(values.highestBand, reach))
            lowest = min(lowest, max(values.lowestBand, -reach))
            for limit in chart.limits where values.includes(limit) {
                highest = max(highest, limit.value)
                lowest = min(lowest, limit.value)
            }
        }
        let isSmall = highest - lowest < Self.smallVariation * max(abs(highest), abs(lowest))
        if chart.startsAtZero || !values.bars.isEmpty || !isSmall {
            lowest = min(lowest, 0)
            highest = max(highest, 0)
        }
        let countsThings = [.operations, .requests, .queries, .records, .severity, .milliseconds].contains(chart.unit)
        self.init(
            lowest: lowest, highest: highest, intervals: intervals, isWhole: countsThings && values.areWhole)
    }
}
