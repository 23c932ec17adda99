internal import UsageModel

/// The values of a chart's layers that can be drawn: within its range, and numbers.
struct ChartValues: Sendable, Hashable {
    var bands: [Chart.Band]
    var bars: [Chart.Bars]
    /// Values that cannot be drawn are nil. Times are those at which they are drawn: the middle of a bucket.
    var lines: [Chart.Line]
    /// The extremes of lines and bars; infinite, and the lowest above the highest, when there are none.
    private(set) var lowest = Double.infinity
    private(set) var highest = -Double.infinity
    private(set) var lowestBand = Double.infinity
    private(set) var highestBand = -Double.infinity
    /// Whether every value is an integer.
    private(set) var areWhole = true

    /// The largest value whose differences from others are still numbers.
    private static let largest = 1e100

    static func isUsable(_ value: Double) -> Bool { abs(value) <= largest }

    init(_ chart: Chart) {
        let range = chart.range
        func shows(_ time: UnixTime) -> Bool { range.start <= time && time <= range.end }
        lines = chart.lines.map { line in
            var line = line
            line.points = line.points.compactMap { point in
                let time = point.time + chart.step / 2
                guard shows(time) else { return nil }
                return Chart.Line.Point(
                    time: time, value: point.value.flatMap { Self.isUsable($0) ? $0 : nil }, standing: point.standing)
            }
            return line
        }
        bars = chart.bars.map { layer in
            var layer = layer
            layer.bars = layer.bars.filter { range.overlaps($0.range) && Self.isUsable($0.value) }
            for place in layer.bars.indices {
                guard let interval = layer.bars[place].interval else { continue }
                if !Self.isUsable(interval.lowerBound) || !Self.isUsable(interval.upperBound) {
                    layer.bars[place].interval = nil
                }
            }
            return layer
        }
        bands = chart.bands.map { band in
            var band = band
            for place in band.points.indices { band.points[place].time += chart.step / 2 }
            band.points = band.points.filter {
                shows($0.time) && Self.isUsable($0.lower) && Self.isUsable($0.upper)
            }
            return band
        }
        func see(_ value: Double) {
            lowest = min(lowest, value)
            highest = max(highest, value)
            areWhole = areWhole && value.rounded() == value
        }
        for line in lines { line.points.forEach { $0.value.map(see) } }
        for layer in bars { layer.bars.forEach { see($0.value) } }
        let intervals = bands.flatMap(\.points).map { ($0.lower, $0.upper) }
        let whiskers = bars.flatMap(\.bars).compactMap(\.interval).map { ($0.lowerBound, $0.upperBound) }
        for (lower, upper) in intervals + whiskers {
            lowestBand = min(lowestBand, lower)
            highestBand = max(highestBand, upper)
        }
        if lowest > highest, lowestBand <= highestBand { (lowest, highest) = (lowestBand, highestBand) }
    }

    /// Whether there is nothing but limits.
    var isEmpty: Bool { lowest > highest }

    /// Whether a limit is drawn where it is: not when it is far above every value.
    func includes(_ limit: Chart.Limit) -> Bool {
        guard Self.isUsable(limit.value) else { return false }
        return isEmpty || limit.value <= max(highest, 0) * ValueScale.farthestLimit
    }
}
