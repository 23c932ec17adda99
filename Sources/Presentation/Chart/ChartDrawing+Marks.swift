internal import UsageModel

extension ChartDrawing {
    /// More bars are one shape, because there is nothing to see of a single one.
    private static let mostBars = 93
    /// The share of a period that its bar takes; the rest is the gap to the next.
    private static let barWidth = 0.84

    /// Wide intervals first, so that narrow ones lie on them. They belong to the forecast around which they are.
    var bands: String {
        let forecast = values.lines.lastIndex { $0.style == .forecast }.map { values.bars.count + $0 + 1 }
        let series = forecast.map { " data-series=\"\($0)\"" } ?? ""
        return values.bands.sorted { $0.level > $1.level }.map { band in
            guard !band.points.isEmpty else { return "" }
            let there = band.points.map { "\(x($0.time)) \(SVGNumber.string(depth($0.upper)))" }
            let back = band.points.reversed().map { "\(x($0.time)) \(SVGNumber.string(depth($0.lower)))" }
            return """
                <path class="band \(band.level.className) \(SeriesColor.colorClass(band.color))"\(series) \
                d="M\((there + back).joined(separator: " "))Z" vector-effect="non-scaling-stroke"/>
                """
        }.joined()
    }

    var lines: String {
        values.lines.enumerated().map { number, line in
            let path = segments(line).filter { $0.count > 1 }.map { segment in
                "M" + segment.map { "\(x($0.time)) \(SVGNumber.string(depth($0.value)))" }.joined(separator: " ")
            }.joined()
            guard !path.isEmpty else { return "" }
            return """
                <path class="\(chart.classes(line))" data-series="\(values.bars.count + number + 1)" d="\(path)" \
                vector-effect="non-scaling-stroke"/>
                """
        }.joined()
    }

    /// Values without neighbours, which a line would not show, and those that are not whole, as hollow dots.
    var dots: String {
        values.lines.enumerated().map { number, line in
            let lone = segments(line).filter { $0.count == 1 }.flatMap(\.self)
                .map { dot($0.time, $0.value, line, number, "dot", radius: "2.5") }
            let hollow = line.points.compactMap { point in
                point.standing == .whole
                    ? nil : point.value.map { dot(point.time, $0, line, number, "dot hollow", radius: "3.5") }
            }
            return (lone + hollow).joined()
        }.joined()
    }

    private func dot(
        _ time: UnixTime, _ value: Double, _ line: Chart.Line, _ number: Int, _ look: String, radius: String
    ) -> String {
        """
        <circle class="\(look) \(SeriesColor.colorClass(line.color))" data-series="\(values.bars.count + number + 1)" \
        cx="\(SVGNumber.percent(share(time)))" cy="\(SVGNumber.string(y(value)))" r="\(radius)"/>
        """
    }

    /// The first layer lies in front: what is measured hides a part of what was projected.
    var bars: String {
        values.bars.enumerated().reversed().map { number, layer in
            let isMany = layer.bars.count > Self.mostBars
            let shapes = layer.bars.map { bar in
                let place = place(bar.range, gap: !isMany)
                let x = "x=\"\(SVGNumber.percent(place.start))\" width=\"\(SVGNumber.percent(place.width))\""
                return "<rect class=\"\(look(bar, layer))\(fill(bar, layer)) \(x) \(vertical(0, bar.value))/>"
                    + whisker(bar, layer, place, x)
            }
            return "<g data-series=\"\(number + 1)\">\(shapes.joined())</g>"
        }.joined()
    }

    /// Classes of a bar.
    private func look(_ bar: Chart.Bars.Bar, _ layer: Chart.Bars) -> String {
        let color = SeriesColor.colorClass(layer.color)
        return switch bar.standing {
        case .whole: "bar \(color)"
        case .partial, .running: "bar part \(color)"
        case .forecast: "bar forecast \(color)"
        }
    }

    private func fill(_ bar: Chart.Bars.Bar, _ layer: Chart.Bars) -> String {
        bar.standing == .partial || bar.standing == .running
            ? "\" fill=\"url(#\(id)-hatch-\(SeriesColor.colorClass(layer.color)))\"" : "\""
    }

    /// The interval of a forecast: a band as wide as its bar, and a line with ends.
    private func whisker(
        _ bar: Chart.Bars.Bar, _ layer: Chart.Bars, _ place: (start: Double, width: Double), _ x: String
    ) -> String {
        guard let interval = bar.interval else { return "" }
        let ends = [interval.lowerBound, interval.upperBound].map { SVGNumber.string(clamped(y($0))) }
        let middle = SVGNumber.percent(place.start + place.width / 2)
        let caps = [place.start + place.width * 0.35, place.start + place.width * 0.65].map(SVGNumber.percent)
        let lines = [(middle, middle, ends[0], ends[1])] + ends.map { (caps[0], caps[1], $0, $0) }
        let strokes = lines.map { line in
            "<line class=\"whisker\" x1=\"\(line.0)\" x2=\"\(line.1)\" y1=\"\(line.2)\" y2=\"\(line.3)\"/>"
        }
        return """
            <rect class="band p80 \(SeriesColor.colorClass(layer.color))" \(x) \
            \(vertical(interval.lowerBound, interval.upperBound))/>\(strokes.joined())
            """
    }

    /// Where a shape between two values stands.
    private func vertical(_ one: Double, _ other: Double) -> String {
        let ends = [clamped(y(one)), clamped(y(other))]
        let height = SVGNumber.string(abs(ends[0] - ends[1]))
        return "y=\"\(SVGNumber.string(min(ends[0], ends[1])))\" height=\"\(height)\""
    }

    private func clamped(_ y: Double) -> Double { min(max(y, top), top + plotHeight) }

    /// Hatching for bars of a part of their period, and for stretches without data.
    var patterns: String {
        let partial = values.bars.filter { $0.bars.contains { $0.standing == .partial || $0.standing == .running } }
        var patterns = Set(partial.map(\.color).map(SeriesColor.colorClass)).sorted().map { color in
            """
            <pattern id="\(id)-hatch-\(color)" width="6" height="6" patternUnits="userSpaceOnUse" \
            patternTransform="rotate(45)"><path class="hatch \(color)" d="M1.5 0V6"/></pattern>
            """
        }
        if !missingRanges.isEmpty {
            patterns.append(
                """
                <pattern id="\(id)-missing" width="8" height="8" patternUnits="userSpaceOnUse" \
                patternTransform="rotate(-45)"><path class="missing-hatch" d="M2 0V8"/></pattern>
                """)
        }
        return patterns.isEmpty ? "" : "<defs>\(patterns.joined())</defs>"
    }

    private func segments(_ line: Chart.Line) -> [[LineReduction.Known]] {
        let whole = line.points.map { point in
            point.standing == .whole ? point : Chart.Line.Point(time: point.time, value: nil)
        }
        return LineReduction.segments(whole, range: chart.range)
    }

    /// Returns the place of a bar, in shares of the width.
    private func place(_ range: TimeRange, gap: Bool) -> (start: Double, width: Double) {
        let shown = range.intersection(chart.range)
        let period = share(shown.end) - share(shown.start)
        let margin = gap ? period * (1 - Self.barWidth) / 2 : 0
        return (share(shown.start) + margin, period - 2 * margin)
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
