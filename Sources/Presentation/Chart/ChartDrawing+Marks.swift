internal import UsageModel

extension ChartDrawing {
    /// More bars are one shape, because there is nothing to see of a single one.
    private static let mostBars = 93
    /// The share of a period that its bar takes; the rest is the gap to the next.
    private static let barWidth = 0.84

    /// Wide intervals first, so that narrow ones lie on them.
    var bands: String {
        values.bands.sorted { $0.level > $1.level }.map { band in
            guard !band.points.isEmpty else { return "" }
            let there = band.points.map { "\(x($0.time)) \(SVGNumber.string(depth($0.upper)))" }
            let back = band.points.reversed().map { "\(x($0.time)) \(SVGNumber.string(depth($0.lower)))" }
            return """
                <path class="band \(band.level.className) \(SeriesColor.colorClass(band.color))" \
                d="M\((there + back).joined(separator: " "))Z" vector-effect="non-scaling-stroke"/>
                """
        }.joined()
    }

    var lines: String {
        values.lines.map { line in
            let path = segments(line).filter { $0.count > 1 }.map { segment in
                "M" + segment.map { "\(x($0.time)) \(SVGNumber.string(depth($0.value)))" }.joined(separator: " ")
            }.joined()
            guard !path.isEmpty else { return "" }
            return "<path class=\"\(chart.classes(line))\" d=\"\(path)\" vector-effect=\"non-scaling-stroke\"/>"
        }.joined()
    }

    /// Values without neighbours, which a line would not show.
    var dots: String {
        values.lines.map { line in
            segments(line).filter { $0.count == 1 }.flatMap(\.self).map { point in
                """
                <circle class="dot \(SeriesColor.colorClass(line.color))" cx="\(SVGNumber.percent(share(point.time)))" \
                cy="\(SVGNumber.string(y(point.value)))" r="2.5"/>
                """
            }.joined()
        }.joined()
    }

    var bars: String {
        values.bars.enumerated().map { number, layer in
            let isMany = layer.bars.count > Self.mostBars
            return layer.bars.map { bar in
                let place = place(bar.range, number: number, gap: !isMany)
                let heights = [y(0), y(bar.value)].map { min(max($0, top), top + plotHeight) }
                let height = abs(heights[0] - heights[1])
                let rect = """
                    x="\(SVGNumber.percent(place.start))" y="\(SVGNumber.string(heights.min() ?? top))" \
                    width="\(SVGNumber.percent(place.width))" height="\(SVGNumber.string(height))"
                    """
                let color = SeriesColor.colorClass(layer.color)
                let hatch = bar.isPartial ? " part\" fill=\"url(#\(id)-hatch-\(color))" : ""
                let look = "class=\"bar \(color)\(hatch)\""
                return isMany ? "<rect \(look) \(rect)/>" : "<rect \(look) \(rect)><title>\(title(bar))</title></rect>"
            }.joined()
        }.joined()
    }

    /// Hatching for bars that stand for a part of their period.
    var patterns: String {
        let colors = Set(values.bars.filter { $0.bars.contains(where: \.isPartial) }.map(\.color))
        guard !colors.isEmpty else { return "" }
        let patterns = Set(colors.map(SeriesColor.colorClass)).sorted().map { color in
            """
            <pattern id="\(id)-hatch-\(color)" width="6" height="6" patternUnits="userSpaceOnUse" \
            patternTransform="rotate(45)"><path class="hatch \(color)" d="M1.5 0V6"/></pattern>
            """
        }
        return "<defs>\(patterns.joined())</defs>"
    }

    private func segments(_ line: Chart.Line) -> [[LineReduction.Known]] {
        LineReduction.segments(line.points, range: chart.range)
    }

    /// Returns the place of a bar, in shares of the width.
    private func place(_ range: TimeRange, number: Int, gap: Bool) -> (start: Double, width: Double) {
        let shown = range.intersection(chart.range)
        let period = share(shown.end) - share(shown.start)
        let width = period * (gap ? Self.barWidth : 1) / Double(values.bars.count)
        let margin = gap ? period * (1 - Self.barWidth) / 2 : 0
        return (share(shown.start) + margin + width * Double(number), width)
    }

    private func title(_ bar: Chart.Bars.Bar) -> String {
        let text = "\(CalendarText.period(bar.range)): \(Figure.text(bar.value, chart.unit))"
        return HTMLText.escape(bar.isPartial ? text + ", incomplete" : text)
    }
}

extension Chart {
    /// Dashes tell measured lines apart where there are several; a forecast has its own.
    func classes(_ line: Line) -> String {
        let color = SeriesColor.colorClass(line.color)
        guard line.style == .measured else { return "line forecast \(color)" }
        let isAlone = lines.count { $0.style == .measured } < 2
        return "line \(color) \(SeriesColor.dashClass(isAlone ? 1 : line.color))"
    }
}

extension Chart.Band.Level: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left == .eighty && right == .ninetyFive }

    var className: String {
        switch self {
        case .eighty: "p80"
        case .ninetyFive: "p95"
        }
    }
}
