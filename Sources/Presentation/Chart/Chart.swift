public import UsageModel

/// A chart over time, as inline SVG that needs no script, no style attribute and nothing from elsewhere.
///
/// It is as wide as the page leaves room for and never scales its text: the outer drawing has no view box, places
/// text in percent of the width and in pixels of the height, and only the lines are stretched.
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

    public var bands: [Band] = []
    public var bars: [Bars] = []
    public var lines: [Line] = []
    public var limits: [Limit] = []
    public var events: [Event] = []

    public init(
        title: String, summary: String, unit: StatisticUnit, range: TimeRange, height: Int = 240,
        startsAtZero: Bool = true, boundary: Boundary? = nil, bands: [Band] = [], bars: [Bars] = [],
        lines: [Line] = [], limits: [Limit] = [], events: [Event] = []
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
        self.events = events
    }
}
