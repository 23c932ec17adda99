internal import UsageModel

extension ChartDrawing {
    var grid: String {
        scale.ticks.map { tick in
            let y = SVGNumber.string(y(tick))
            // Halves of a step can miss zero by a rounding.
            let isZero = abs(tick) < scale.step / 2
            return "<line class=\"\(isZero ? "zero" : "grid")\" x1=\"0\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }.joined()
    }

    var timeLabels: String {
        let bottom = top + plotHeight
        let bars = values.bars.flatMap(\.bars)
        return TimeTicks(chart.range).ticks.map { tick in
            // A bar's label is below its middle; where the last one ends, another period would begin.
            let bar = bars.first { $0.range.start == tick.time }
            guard bars.isEmpty || tick.time < chart.range.end else { return "" }
            // So is a day's below its point.
            let half = chart.step >= Granularity.daily.seconds && tick.time < chart.range.end ? chart.step / 2 : 0
            let share =
                bar.map { (self.share($0.range.start) + self.share($0.range.end)) / 2 } ?? self.share(tick.time + half)
            let x = SVGNumber.percent(share)
            let edge = tick.label.count <= LabelEdge.shortest ? LabelEdge.short : LabelEdge.long
            let anchor = share < edge ? "start" : share > 1 - edge ? "end" : "middle"
            let wide = tick.isWideOnly ? " class=\"wide-only\"" : ""
            return """
                <line class="tick" x1="\(x)" x2="\(x)" y1="\(SVGNumber.string(bottom))" \
                y2="\(SVGNumber.string(bottom + 5))"/>\
                <text\(wide) x="\(x)" y="\(SVGNumber.string(bottom + 19))" \
                text-anchor="\(anchor)">\(HTMLText.escape(tick.label))</text>
                """
        }.joined()
    }
}
