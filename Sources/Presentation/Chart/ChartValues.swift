internal import UsageModel

/// The values of a chart's layers that can be drawn: within its range, and numbers.
struct ChartValues: Sendable, Hashable {
    var bands: [Chart.Band]
    var bars: [Chart.Bars]
    /// Values that cannot be drawn are nil.
    var lines: [Chart.Line]
    var events: [Chart.Event]
    /// The extremes of lines, bars and events; infinite, and the lowest above the highest, when there are none.
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
            line.points = line.points.filter { shows($0.time) }.map {
                Chart.Line.Point(time: $0.time, value: $0.value.flatMap { Self.isUsable($0) ? $0 : nil })
            }
            return line
        }
        bars = chart.bars.map { layer in
            var layer = layer
            layer.bars = layer.bars.filter { range.overlaps($0.range) && Self.isUsable($0.value) }
            return layer
        }
        bands = chart.bands.map { band in
            var band = band
            band.points = band.points.filter {
                shows($0.time) && Self.isUsable($0.lower) && Self.isUsable($0.upper)
            }
            return band
        }
        events = chart.events.filter { shows($0.time) && Self.isUsable($0.value) }
        func see(_ value: Double) {
            lowest = min(lowest, value)
            highest = max(highest, value)
            areWhole = areWhole && value.rounded() == value
        }
        for line in lines { line.points.forEach { $0.value.map(see) } }
        for layer in bars { layer.bars.forEach { see($0.value) } }
        events.forEach { see($0.value) }
        for point in bands.flatMap(\.points) {
            lowestBand = min(lowestBand, point.lower)
            highestBand = max(highestBand, point.upper)
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
