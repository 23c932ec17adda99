internal import UsageModel

/// Makes a line of tens of thousands of points one of a thousand that looks the same.
///
/// In each column of the drawing, the lowest and the highest value stay, in their order, so that no peak is lost,
/// as an average would lose it.
enum LineReduction {
    /// A line of fewer points is drawn as it is.
    static let threshold = 1500
    /// About two pixels wide on a large screen.
    static let columns: Int64 = 600

    typealias Known = (time: UnixTime, value: Double)

    /// The uninterrupted parts of a line, reduced where there are too many points.
    ///
    /// Interruptions that are narrower than a column disappear with a reduction: they could not be seen.
    static func segments(
        _ points: [Chart.Line.Point], range: TimeRange, threshold: Int = threshold, columns: Int64 = columns
    ) -> [[Known]] {
        let column = points.count > threshold ? max(range.seconds / columns, 1) : 0
        var segments: [[Known]] = []
        var segment: [Known] = []
        var isInterrupted = false
        for point in points {
            guard let value = point.value else {
                isInterrupted = true
                continue
            }
            if isInterrupted, let last = segment.last, point.time - last.time >= column {
                segments.append(segment)
                segment = []
            }
            isInterrupted = false
            segment.append((point.time, value))
        }
        if !segment.isEmpty { segments.append(segment) }
        return column == 0 ? segments : segments.map { reduced($0, start: range.start, column: column) }
    }

    private static func reduced(_ segment: [Known], start: UnixTime, column: Int64) -> [Known] {
        var kept: [Known] = []
        var rest = segment[...]
        while let first = rest.first {
            let number = (first.time - start) / column
            let part = rest.prefix { ($0.time - start) / column == number }
            rest = rest.dropFirst(part.count)
            guard let low = part.indices.min(by: { part[$0].value < part[$1].value }),
                let high = part.indices.max(by: { part[$0].value < part[$1].value })
            else { continue }
            let extremes = low == high ? [low] : [min(low, high), max(low, high)]
            kept += extremes.map { part[$0] }
        }
        // The ends stay: a forecast continues there.
        if let first = segment.first, kept.first?.time != first.time { kept.insert(first, at: 0) }
        if let last = segment.last, kept.last?.time != last.time { kept.append(last) }
        return kept
    }
}
