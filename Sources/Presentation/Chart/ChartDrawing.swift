internal import UsageModel

/// A chart as it is written: what is drawn, and where.
///
/// Heights are CSS pixels; places along the time axis are shares of the plot's width. What must not be stretched (text,
/// dots, hatching) is in the outer drawing, lines and areas are in an inner one of ``width`` units. The gutters are the
/// outer drawing's padding, so that all shares are of the plot, and what stands in a gutter has places below 0 or
/// beyond 100%.
struct ChartDrawing {
    let chart: Chart
    let values: ChartValues
    let buckets: ChartBuckets
    let scale: ValueScale
    /// Prefix of every identifier, escaped.
    let id: String
    /// The labels of the value axis, and the word for their unit.
    let axis: (texts: [String], word: String)
    /// The number of characters in the gutter on the left, and about how many pixels it takes.
    let gutterCharacters: Int
    let gutter: Double
    /// Limits that are drawn, highest first, and those that are too high to be.
    let nearLimits: [Chart.Limit]
    let farLimits: [Chart.Limit]
    let rows: ChartRows
    /// The places of names at the ends of lines; nil where the legend alone says them.
    let endPlaces: [Double]?
    /// Stretches of the past without data.
    let missingRanges: [TimeRange]
    /// The top of the plot, and its height.
    let top: Double
    let plotHeight: Double

    /// Units of the inner drawing.
    static let width = 1000.0
    /// Room for time labels.
    private static let bottom = 24.0
    /// The distance between gridlines, in pixels.
    private static let gridDistance = 44.0
    /// A stroke at the edge needs some room to be seen whole.
    private static let margin = 3.0
    /// The widest gutter that the stylesheet has, in characters.
    private static let widestGutter = 10

    init(_ chart: Chart, id: String) {
        self.chart = chart
        self.id = HTMLText.escape(id)
        let values = ChartValues(chart)
        self.values = values
        buckets = ChartBuckets(chart, values)
        missingRanges = buckets.missing(until: Self.pastEnd(chart))
        nearLimits = chart.limits.filter(values.includes).sorted { $0.value > $1.value }
        farLimits = chart.limits.filter { !values.includes($0) }
        let limitRows = nearLimits.map { $0.label(chart.unit) } + farLimits.flatMap { $0.farRows(chart.unit) }
        let boundary = chart.boundary.flatMap { boundary -> (String, Double)? in
            let share = Self.share(boundary.time, of: chart.range)
            return (0...1).contains(share) ? (boundary.label, share) : nil
        }
        // The rows depend on the unit's word alone, the labels on the height that the rows leave.
        func axis(_ height: Double) -> (ValueScale, (texts: [String], word: String)) {
            let scale = ValueScale(chart, values, intervals: max(Int(height / Self.gridDistance), 2))
            return (scale, Figure.labels(ticks: scale.ticks, step: scale.step, unit: chart.unit))
        }
        let word = axis(Double(chart.height)).1.word
        let narrow = 4 * LabelText.character + 12
        rows = ChartRows(limits: limitRows, boundary: boundary, unit: word, gutter: narrow)
        let top = 10 + ChartRows.height * Double(rows.count) + (rows.count > 0 ? 2 : 0)
        self.top = top
        let plotHeight = max(Double(chart.height) - top - Self.bottom, 40)
        self.plotHeight = plotHeight
        (scale, self.axis) = axis(plotHeight)
        gutterCharacters = min(max(self.axis.texts.map(\.unicodeScalars.count).max() ?? 1, 2), Self.widestGutter)
        gutter = Double(gutterCharacters) * LabelText.character + 12
        let scale = scale
        let isPlain = values.bars.isEmpty && chart.bands.isEmpty && chart.lines.allSatisfy { $0.style == .measured }
        let ends = values.lines.compactMap { line in
            line.points.last { $0.value != nil && $0.standing == .whole }?.value.map {
                top + (1 - scale.share($0)) * plotHeight
            }
        }
        endPlaces =
            isPlain && ends.count == values.lines.count
            ? EndLabels.placed(ends, top: top, bottom: top + plotHeight) : nil
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
            title, patterns, plot, missing, grid, bars, inner, dots, annotations, timeLabels, emptiness, bucketElements,
        ]
        let direct = endPlaces == nil ? "" : " direct"
        // An image has no links in it.
        let role = chart.zoom == nil ? "img" : "group"
        return """
            <svg class="chart gutter-\(gutterCharacters)\(direct)" width="100%" height="\(height)" role="\(role)" \
            aria-labelledby="\(id)-title \(id)-desc">\(parts.joined())</svg>
            """
    }

    /// Where measurements end.
    var pastEnd: UnixTime { Self.pastEnd(chart) }

    private static func pastEnd(_ chart: Chart) -> UnixTime {
        let forecasts = chart.bars.flatMap(\.bars).filter { $0.standing == .forecast }.map(\.range.start)
        return chart.boundary?.time ?? forecasts.min() ?? chart.range.end
    }

    /// Whether some series are of what is still to come.
    var hasForecast: Bool {
        values.lines.contains { $0.style == .forecast }
            || values.bars.contains { $0.bars.contains { $0.standing == .forecast } }
    }

    /// A time as a share of the width.
    func share(_ time: UnixTime) -> Double { Self.share(time, of: chart.range) }

    private static func share(_ time: UnixTime, of range: TimeRange) -> Double {
        guard range.seconds > 0 else { return 0.5 }
        return Double(time - range.start) / Double(range.seconds)
    }

    /// A time in units of the inner drawing.
    func x(_ time: UnixTime) -> String { SVGNumber.string(share(time) * Self.width) }

    /// Pixels below the plot's top.
    func depth(_ value: Double) -> Double { (1 - scale.share(value)) * plotHeight }

    /// Pixels below the drawing's top.
    func y(_ value: Double) -> Double { top + depth(value) }

    /// The baseline of a row of text above the plot.
    func baseline(_ row: Int) -> Double { 12 + Double(row) * ChartRows.height }

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
        let partial = values.bars.flatMap(\.bars).filter { $0.standing == .partial || $0.standing == .running }
            .map { CalendarText.period($0.range) }
        if !partial.isEmpty, partial.count <= 6 {
            notes.append("Incomplete: \(Phrase.list(partial)).")
        } else if !partial.isEmpty {
            notes.append("\(partial.count) incomplete periods.")
        }
        if let first = missingRanges.first, missingRanges.count == 1 {
            notes.append("No data: \(CalendarText.bucket(first.intersection(chart.range))).")
        } else if !missingRanges.isEmpty {
            notes.append("\(missingRanges.count) periods without data.")
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
