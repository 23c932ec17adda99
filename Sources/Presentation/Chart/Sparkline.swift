internal import UsageModel

/// A line the size of a word, for a cell of a table.
public struct Sparkline: Sendable, Hashable {
    /// A description for those who do not see it.
    public var label: String
    /// At equal distances, oldest first. Nil interrupts the line.
    public var values: [Double?]
    /// Drawn dashed when it is at most four times the largest value.
    public var limit: Double?

    private static let size = (width: 120.0, height: 28.0)
    /// Room for the dot at the end.
    private static let margin = 4.0

    public init(label: String, values: [Double?], limit: Double? = nil) {
        self.label = label
        self.values = values
        self.limit = limit
    }

    /// The drawing: from zero, or from the lowest value when that is negative, to the highest.
    public var svg: String {
        let known = values.compactMap(\.self).filter(ChartValues.isUsable)
        let limit = limit.flatMap { limit in
            ChartValues.isUsable(limit) && limit <= (known.max() ?? 0) * ValueScale.farthestLimit ? limit : nil
        }
        let lowest = min(known.min() ?? 0, limit ?? 0, 0)
        let highest = max(known.max() ?? 0, limit ?? 0, 0)
        func y(_ value: Double) -> String {
            let span = highest - lowest
            let share = span > 1e-9 ? (value - lowest) / span : 0
            return SVGNumber.string(Self.size.height - Self.margin - share * (Self.size.height - 2 * Self.margin))
        }
        func x(_ index: UnixTime) -> String {
            let share = values.count > 1 ? Double(index) / Double(values.count - 1) : 1
            return SVGNumber.string(Self.margin + share * (Self.size.width - 2 * Self.margin))
        }
        let points = values.enumerated().map { index, value in
            Chart.Line.Point(
                time: UnixTime(index), value: value.flatMap { ChartValues.isUsable($0) ? $0 : nil })
        }
        let segments = LineReduction.segments(
            points, range: TimeRange(0, UnixTime(max(values.count, 1))), threshold: 240, columns: 120)
        var drawing = ""
        if let limit { drawing += "<path class=\"limit\" d=\"M0 \(y(limit))H120\"/>" }
        let path = segments.filter { $0.count > 1 }.map { segment in
            "M" + segment.map { "\(x($0.time)) \(y($0.value))" }.joined(separator: " ")
        }.joined()
        if !path.isEmpty { drawing += "<path class=\"line c1\" d=\"\(path)\"/>" }
        for lone in segments where lone.count == 1 {
            drawing += "<circle class=\"dot c1\" cx=\"\(x(lone[0].time))\" cy=\"\(y(lone[0].value))\" r=\"1.5\"/>"
        }
        if let last = segments.last?.last {
            drawing += "<circle class=\"dot c1\" cx=\"\(x(last.time))\" cy=\"\(y(last.value))\" r=\"2.8\"/>"
        }
        return """
            <svg class="sparkline" width="120" height="28" viewBox="0 0 120 28" role="img" \
            aria-label="\(HTMLText.escape(known.isEmpty ? label + ": no data" : label))">\(drawing)</svg>
            """
    }
}
