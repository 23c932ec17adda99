internal import UsageModel

/// A chart as it is written: what is drawn, and where.
///
/// Heights are CSS pixels; places along the time axis are shares of the width. What must not be stretched (text,
/// dots, hatching) is in the outer drawing, lines and areas are in an inner one of ``width`` units.
struct ChartDrawing {
    let chart: Chart
    let values: ChartValues
    let scale: ValueScale
    /// Prefix of every identifier, escaped.
    let id: String
    /// Limits that are too high to be drawn, and what is written about them above the plot.
    let farLimits: [Chart.Limit]
    let farRows: [String]
    /// The top of the plot, and its height.
    let top: Double
    let plotHeight: Double

    /// Units of the inner drawing.
    static let width = 1000.0
    /// The height of a line of text, in pixels.
    static let rowHeight = 16.0
    /// Room for time labels.
    private static let bottom = 24.0
    /// The distance between gridlines, in pixels.
    private static let gridDistance = 44.0
    /// A stroke at the edge needs some room to be seen whole.
    private static let margin = 3.0

    init(_ chart: Chart, id: String) {
        self.chart = chart
        self.id = HTMLText.escape(id)
        let values = ChartValues(chart)
        self.values = values
        farLimits = chart.limits.filter { !values.includes($0) }
        farRows = farLimits.flatMap { $0.farRows(chart.unit) }
        top = 20 + Self.rowHeight * Double(farRows.count + (chart.boundary == nil ? 0 : 1))
        plotHeight = max(Double(chart.height) - top - Self.bottom, 40)
        scale = ValueScale(chart, values, intervals: max(Int(plotHeight / Self.gridDistance), 2))
    }

    var svg: String {
        let height = Int(top + plotHeight + Self.bottom)
        let inner = """
            <svg y="\(SVGNumber.string(top - Self.margin))" width="100%" \
            height="\(SVGNumber.string(plotHeight + 2 * Self.margin))" \
            viewBox="0 -\(SVGNumber.string(Self.margin)) \(SVGNumber.string(Self.width)) \
            \(SVGNumber.string(plotHeight + 2 * Self.margin))" preserveAspectRatio="none">\(bands)\(lines)</svg>
            """
        let parts = [
            title, patterns, grid, bars, inner, dots, annotations, timeLabels, emptiness,
        ]
        return """
            <svg class="chart" width="100%" height="\(height)" role="img" paint-order="stroke" \
            aria-labelledby="\(id)-title \(id)-desc">\(parts.joined())</svg>
            """
    }

    /// A time as a share of the width.
    func share(_ time: UnixTime) -> Double {
        guard chart.range.seconds > 0 else { return 0.5 }
        return Double(time - chart.range.start) / Double(chart.range.seconds)
    }

    /// A time in units of the inner drawing.
    func x(_ time: UnixTime) -> String { SVGNumber.string(share(time) * Self.width) }

    /// Pixels below the plot's top.
    func depth(_ value: Double) -> Double { (1 - scale.share(value)) * plotHeight }

    /// Pixels below the drawing's top.
    func y(_ value: Double) -> Double { top + depth(value) }

    private var title: String {
        """
        <title id="\(id)-title">\(HTMLText.escape(chart.title))</title>\
        <desc id="\(id)-desc">\(HTMLText.escape(([chart.summary] + notes).joined(separator: " ")))</desc>
        """
    }

    /// Sentences for what the drawing shows by its looks.
    private var notes: [String] {
        var notes: [String] = []
        if values.isEmpty { notes.append("No data in this range.") }
        let partial = values.bars.flatMap(\.bars).filter(\.isPartial).map { CalendarText.period($0.range) }
        if !partial.isEmpty, partial.count <= 6 {
            notes.append("Incomplete: \(Phrase.list(partial)).")
        } else if !partial.isEmpty {
            notes.append("\(partial.count) incomplete periods.")
        }
        notes += farLimits.map { "\($0.text(chart.unit)), is above this chart." }
        return notes
    }

    private var emptiness: String {
        guard values.isEmpty else { return "" }
        return """
            <text class="empty" x="50%" y="\(SVGNumber.string(top + plotHeight / 2))" \
            text-anchor="middle">no data in this range</text>
            """
    }
}
