internal import UsageModel

/// The periods of a chart's time axis, oldest first and without gaps, with the values that lie in each.
struct ChartBuckets: Sendable, Hashable {
    /// The values of one series in one bucket.
    struct Value: Sendable, Hashable {
        var lowest: Double
        var highest: Double
        var sum: Double
        var count = 1
        var standing: Chart.Standing
        var interval: ClosedRange<Double>?

        init(_ value: Double, _ standing: Chart.Standing, _ interval: ClosedRange<Double>?) {
            (lowest, highest, sum) = (value, value, value)
            self.standing = standing
            self.interval = interval
        }

        mutating func add(_ other: Value) {
            lowest = min(lowest, other.lowest)
            highest = max(highest, other.highest)
            sum += other.sum
            count += other.count
            interval = nil
            if standing == .whole { standing = other.standing }
        }
    }

    struct Bucket: Sendable, Hashable {
        var range: TimeRange
        /// One for each series, in the order of the legend; nil for what was not reported.
        var values: [Value?]

        var isMissing: Bool { values.allSatisfy { $0 == nil } }
        /// Whether nothing in it has been measured.
        var isForecast: Bool { !isMissing && values.allSatisfy { $0 == nil || $0?.standing == .forecast } }
        var isRunning: Bool { values.contains { $0?.standing == .running } }
    }

    private(set) var buckets: [Bucket] = []
    /// Names of the series, in the order of the legend.
    let names: [String]
    /// The start of the time axis.
    private let start: UnixTime

    private static let day = Granularity.daily.seconds
    /// The first Monday after 1970-01-01.
    private static let monday = 4 * day

    /// Without buckets where there is no value, and where points stand for no period.
    init(_ chart: Chart, _ values: ChartValues) {
        names = values.bars.map(\.name) + values.lines.map(\.name)
        start = chart.range.start
        guard !values.isEmpty, chart.range.seconds > 0, chart.step > 0 || !values.bars.isEmpty else { return }
        let ranges = chart.step > 0 ? Self.even(chart, values) : Self.periods(chart, values)
        buckets = ranges.map { Bucket(range: $0, values: Array(repeating: nil, count: names.count)) }
        for (series, layer) in values.bars.enumerated() {
            fill(
                series, layer.bars.map { (max($0.range.start, chart.range.start), $0.value, $0.standing, $0.interval) })
        }
        for (number, line) in values.lines.enumerated() {
            let points = line.points.lazy.compactMap { point in
                point.value.map { value -> (UnixTime, Double, Chart.Standing, ClosedRange<Double>?) in
                    (point.time, value, line.style == .forecast ? .forecast : point.standing, nil)
                }
            }
            fill(values.bars.count + number, Array(points))
        }
    }

    /// Stretches of the past without a value. A first bucket that begins before the axis was not asked for.
    /// - Parameter end: where the past ends.
    func missing(until end: UnixTime) -> [TimeRange] {
        var stretches: [TimeRange] = []
        for bucket in buckets where bucket.isMissing && bucket.range.start >= start && bucket.range.start < end {
            if let last = stretches.indices.last, stretches[last].end == bucket.range.start {
                stretches[last].end = bucket.range.end
            } else {
                stretches.append(bucket.range)
            }
        }
        return stretches
    }

    private mutating func fill(
        _ series: Int, _ values: [(time: UnixTime, value: Double, Chart.Standing, ClosedRange<Double>?)]
    ) {
        var place = 0
        for (time, value, standing, interval) in values {
            while place < buckets.count, buckets[place].range.end <= time { place += 1 }
            guard place < buckets.count else { return }
            guard buckets[place].range.contains(time) else { continue }
            let next = Value(value, standing, interval)
            if buckets[place].values[series] == nil {
                buckets[place].values[series] = next
            } else {
                buckets[place].values[series]?.add(next)
            }
        }
    }

    /// Buckets of the chart's step, or of whole hours, days, weeks or months where these would be too many.
    private static func even(_ chart: Chart, _ values: ChartValues) -> [TimeRange] {
        let (range, step) = (chart.range, chart.step)
        if chart.isMonthly { return months(range, most: chart.mostBuckets) }
        let anchors =
            values.lines.compactMap { $0.points.first.map { $0.time - step / 2 } }
            + values.bars.compactMap(\.bars.first?.range.start)
        let phase = remainder(anchors.min() ?? range.start, step)
        let coarser = [(Granularity.hourly.seconds, 0), (day, 0), (7 * day, monday)].filter { $0.0 > step }
        for (width, offset) in [(step, phase)] + coarser {
            let first = range.start - remainder(range.start - offset, width)
            guard (range.end - first + width - 1) / width <= chart.mostBuckets else { continue }
            return stride(from: first, to: range.end, by: Int(width)).map { TimeRange($0, $0 + width) }
        }
        return months(range, most: chart.mostBuckets)
    }

    /// Calendar months; several together where there are too many of them.
    private static func months(_ range: TimeRange, most: Int) -> [TimeRange] {
        let (first, last) = (CivilTime(range.start), CivilTime(range.end - 1))
        let (start, end) = (first.year * 12 + first.month - 1, last.year * 12 + last.month)
        let width = (end - start + most - 1) / most
        let edges = (stride(from: start, to: end, by: width) + [end]).compactMap { month in
            CivilTime.daysSinceEpoch(year: month / 12, month: month % 12 + 1, day: 1).map { $0 * day }
        }
        return zip(edges, edges.dropFirst()).map { TimeRange($0, $1) }
    }

    /// The periods of bars, and what lies between them.
    private static func periods(_ chart: Chart, _ values: ChartValues) -> [TimeRange] {
        var periods: [TimeRange] = []
        for range in values.bars.flatMap(\.bars).map(\.range).sorted(by: { $0.start < $1.start }) {
            let end = periods.last?.end ?? min(range.start, chart.range.start)
            guard range.end > end else { continue }
            if range.start > end { periods.append(TimeRange(end, range.start)) }
            periods.append(TimeRange(max(range.start, end), range.end))
        }
        if let end = periods.last?.end, end < chart.range.end { periods.append(TimeRange(end, chart.range.end)) }
        guard periods.count > chart.mostBuckets else { return periods }
        let width = (periods.count + chart.mostBuckets - 1) / chart.mostBuckets
        return stride(from: 0, to: periods.count, by: width).map { first in
            TimeRange(periods[first].start, periods[min(first + width, periods.count) - 1].end)
        }
    }

    private static func remainder(_ time: Int64, _ width: Int64) -> Int64 {
        let remainder = time % width
        return remainder < 0 ? remainder + width : remainder
    }
}
