public import UsageModel

/// A chart over time, as inline SVG that needs no script, no style attribute and nothing from elsewhere.
///
/// It is as wide as the page leaves room for and never scales its text: the outer drawing has no view box, places
/// text in percent of the width and in pixels of the height, and only the lines are stretched. Labels stand beside the
/// plot, in gutters that the stylesheet makes, and never on lines.
///
/// Its time axis is divided into buckets, each an element with the bucket's values in its title, and a link where the
/// chart has a ``Zoom``: tooltips and a closer look need no script. Many lines, or lines of very different size, become
/// small charts of one line each.
///
/// The value axis begins at zero, because the height of a bar or a line then says how much there is. Lines whose
/// variation would not be visible then, such as the records of an index, may set ``startsAtZero`` to false.
///
/// The same chart gives the same bytes. Values that are not finite (or beyond 10¹⁰⁰) count as missing.
public struct Chart: Sendable, Hashable {
    public var title: String
    /// A description in a sentence, for those who do not see the chart.
    public var summary: String
    public var unit: StatisticUnit
    /// The range of the time axis; nothing outside of it is drawn.
    public var range: TimeRange
    /// The height of the drawing with its labels, in CSS pixels.
    public var height: Int
    /// False lets the value axis begin elsewhere when there are no bars and the values vary by less than a
    /// third of the largest.
    public var startsAtZero: Bool
    /// The time at which measurements end and forecasts begin.
    public var boundary: Boundary?
    /// The seconds that each point of a line stands for, from its time on: it is drawn in their middle. Zero for points
    /// in time, which belong to no bucket.
    public var step: Int64 = 0
    /// Whether each point stands for a calendar month; ``step`` is the longest month then.
    public var isMonthly = false
    /// Whether the values of neighbouring buckets may be added.
    public var addsUp = false
    /// Nil where there is nothing to lead to, as in a file.
    public var zoom: Zoom?
    /// More buckets become fewer, wider ones.
    var mostBuckets = 400

    public var bands: [Band] = []
    public var bars: [Bars] = []
    public var lines: [Line] = []
    public var limits: [Limit] = []

    public init(
        title: String, summary: String, unit: StatisticUnit, range: TimeRange, height: Int = 240,
        startsAtZero: Bool = true, boundary: Boundary? = nil, bands: [Band] = [], bars: [Bars] = [],
        lines: [Line] = [], limits: [Limit] = [], step: Int64 = 0, addsUp: Bool = false, zoom: Zoom? = nil
    ) {
        self.title = title
        self.summary = summary
        self.unit = unit
        self.range = range
        self.height = height
        self.startsAtZero = startsAtZero
        self.boundary = boundary
        self.bands = bands
        self.bars = bars
        self.lines = lines
        self.limits = limits
        self.step = step
        self.addsUp = addsUp
        self.zoom = zoom
    }
}

extension Chart {
    /// The same chart without an end of its time axis where nothing is known, if that takes more than a quarter of it.
    public func fitted() -> Chart {
        let values = ChartValues(self)
        let points = values.lines.flatMap(\.points).filter { $0.value != nil }.map { $0.time - step / 2 }
        let bars = values.bars.flatMap(\.bars)
        let times = points + bars.map(\.range.start) + values.bands.flatMap(\.points).map { $0.time - step / 2 }
        let ends = times.map { $0 + step } + bars.map(\.range.end)
        guard let first = times.min(), let last = ends.max(), last > first else { return self }
        var fitted = self
        let most = range.seconds / 4
        if first - range.start > most { fitted.range.start = first }
        if range.end - last > most { fitted.range.end = last }
        return fitted
    }
}

extension Chart {
    /// The drawing.
    /// - Parameter id: unique within the page; the identifiers inside begin with it. Letters, digits and hyphens.
    public func svg(id: String) -> String { ChartDrawing(self, id: id).svg }

    /// The title as a caption, the drawing and its legend; or the small charts that it becomes.
    public func figure(id: String) -> String {
        guard let panels = ChartPanels(self) else { return single(id: id) }
        let figures = panels.panels.enumerated().map { $0.element.single(id: "\(id)-\($0.offset + 1)") }
        let more =
            panels.more > 0
            ? " \(Figure.count(panels.more, "more series", "more series")) \(panels.more == 1 ? "is" : "are") not drawn."
            : ""
        return """
            <figure class="multiples-figure"><figcaption>\(HTMLText.escape(title))</figcaption>\
            <div class="multiples">\(figures.joined())</div>\
            <p class="note">Largest first. Each has its own scale.\(more)</p></figure>
            """
    }

    /// One drawing.
    private func single(id: String) -> String {
        let zoom = zoom.map { " data-zoom=\"\(HTMLText.escape($0.template))\"" } ?? ""
        let drawing = ChartDrawing(self, id: id)
        return """
            <figure class="chart-figure"\(zoom)><figcaption>\(HTMLText.escape(title))</figcaption>\
            \(drawing.svg)\(drawing.legend)</figure>
            """
    }
}
