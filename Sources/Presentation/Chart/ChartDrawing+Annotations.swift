internal import UsageModel

extension ChartDrawing {
    /// The distance of a label from its place, in pixels.
    private static let distance = 6
    /// Characters of a name at the end of its line.
    private static let longestName = 20

    /// The text around the plot, and the lines of limits and of the boundary.
    var annotations: String { boundary + limits + valueLabels + unit + endLabels }

    /// In the gutter to the left of the plot, each beside its line.
    private var valueLabels: String {
        zip(scale.ticks, axis.texts).map { tick, text in
            """
            <text class="value-label" x="-8" y="\(SVGNumber.string(y(tick) + 4))" \
            text-anchor="end">\(HTMLText.escape(text))</text>
            """
        }.joined()
    }

    /// The word for the unit, above the value labels.
    private var unit: String {
        guard let row = rows.unit else { return "" }
        return """
            <text class="unit-label" x="-\(SVGNumber.string(gutter))" y="\(SVGNumber.string(baseline(row)))" \
            text-anchor="start">\(HTMLText.escape(axis.word))</text>
            """
    }

    /// A limit's name stands above the plot, at its right edge.
    private var limits: String {
        let lines = nearLimits.map { limit in
            let y = SVGNumber.string(y(limit.value))
            return """
                <line class="limit" x1="0" x2="100%" y1="\(y)" y2="\(y)">\
                <title>\(HTMLText.escape(limit.text(chart.unit)))</title></line>
                """
        }
        let labels = rows.limits.enumerated().map { row, text in
            """
            <text class="limit-label" x="100%" y="\(SVGNumber.string(baseline(row)))" \
            text-anchor="end">\(HTMLText.escape(text))</text>
            """
        }
        return (lines + labels).joined()
    }

    private var boundary: String {
        guard let boundary = chart.boundary, let row = rows.boundary else { return "" }
        let share = share(boundary.time)
        let x = SVGNumber.percent(share)
        let isRight = share > 0.5
        return """
            <line class="boundary" x1="\(x)" x2="\(x)" y1="\(SVGNumber.string(baseline(row) - 9))" \
            y2="\(SVGNumber.string(top + plotHeight))"/>\
            <text class="boundary-label" x="\(x)" dx="\(isRight ? -Self.distance : Self.distance)" \
            y="\(SVGNumber.string(baseline(row)))" \
            text-anchor="\(isRight ? "end" : "start")">\(HTMLText.escape(rows.boundaryText))</text>
            """
    }

    /// Names at the ends of lines, for drawings that are wide enough; the legend says them on others.
    private var endLabels: String {
        guard let endPlaces else { return "" }
        return zip(values.lines.indices, endPlaces).map { number, y in
            let line = values.lines[number]
            return """
                <text class="end-label \(SeriesColor.colorClass(line.color))" data-series="\(values.bars.count + number + 1)" \
                x="100%" dx="8" y="\(SVGNumber.string(y + 4))">\
                \(HTMLText.escape(LabelText.shortened(line.name, most: Self.longestName)))</text>
                """
        }.joined()
    }
}

/// The rows of text above a plot, from the top: limits, then the boundary; the unit stands in the lowest row where there
/// is room beside its text.
struct ChartRows: Sendable, Hashable {
    /// The height of a row, in pixels.
    static let height = 16.0

    private(set) var limits: [String] = []
    private(set) var boundary: Int?
    private(set) var boundaryText = ""
    private(set) var unit: Int?
    private(set) var count = 0

    /// - Parameters:
    ///   - limits: the texts of limits.
    ///   - boundary: its text and its share of the plot's width; nil where none is shown.
    ///   - unit: the word above the value axis; may be empty.
    ///   - gutter: the pixels to the left of the plot.
    init(limits: [String], boundary: (text: String, share: Double)?, unit: String, gutter: Double) {
        self.limits = limits
        count = limits.count
        let plot = LabelText.narrowest - gutter
        var free = plot - (limits.last.map(LabelText.width) ?? 0)
        if let boundary {
            self.boundary = count
            count += 1
            boundaryText = LabelText.shortened(boundary.text, to: 0.5)
            let place = boundary.share * plot
            free = boundary.share > 0.5 ? place - LabelText.width(boundaryText) - 12 : place
        }
        guard !unit.isEmpty else { return }
        if count > 0, LabelText.width(unit) - gutter + 8 <= free {
            self.unit = count - 1
            return
        }
        // Above the boundary's text, whose line goes down from there.
        self.unit = self.boundary ?? count
        if self.boundary != nil { self.boundary = count }
        count += 1
    }
}

extension Chart.Limit {
    func text(_ unit: StatisticUnit) -> String { "\(name): \(Figure.text(value, unit))" }

    /// Short enough for a phone, without the unit's word, which the axis has.
    func label(_ unit: StatisticUnit) -> String {
        let value = Figure.symbolic(value, unit)
        return "\(LabelText.shortened(name, most: max(LabelText.characters - 6 - value.count - 2, 8))): \(value)"
    }

    /// Rows that say that it is above the chart.
    func farRows(_ unit: StatisticUnit) -> [String] {
        let text = "↑ " + LabelText.shortened(label(unit), to: 0.9)
        let whole = text + ", above this chart"
        return whole.count <= LabelText.characters ? [whole] : [text, "above this chart"]
    }
}
