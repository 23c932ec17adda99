internal import UsageModel

extension ChartDrawing {
    /// The baseline of the first row of text, in pixels.
    private static let firstRow = 12.0
    /// The distance of a label from its place, in pixels.
    private static let distance = 6

    /// All that is written into the plot, so that nothing lies on anything else. What has a fixed place comes first.
    var annotations: String {
        var room = LabelRoom()
        let values = valueLabels(&room)
        let far = farRows.enumerated().map { row, text in
            label(text, at: 1, .end, y: Self.firstRow + Double(row) * Self.rowHeight, className: "limit-label")
        }
        return boundary + limits(&room) + events(&room) + values + far.joined()
    }

    /// Inside the plot, above their lines: a margin would cost a phone its width.
    private func valueLabels(_ room: inout LabelRoom) -> String {
        let ticks = scale.ticks
        let labels = Figure.labels(ticks: ticks, step: scale.step, unit: chart.unit)
        return zip(ticks, labels).map { tick, text in
            let y = y(tick) - 4
            _ = room.place(text, at: 0, .start, baselines: [y])
            return label(text, at: 0, .start, y: y)
        }.joined()
    }

    private func limits(_ room: inout LabelRoom) -> String {
        chart.limits.filter(values.includes).sorted { $0.value > $1.value }.map { limit in
            let y = y(limit.value)
            let text = limit.label(chart.unit)
            // Above its line; below it where another label is; wherever there is room otherwise.
            let lower = stride(from: y + 13, to: top + plotHeight, by: 5)
            let baseline = room.place(text, at: 1, .end, baselines: [y - 5] + lower) ?? y - 5
            return """
                <g><title>\(HTMLText.escape(limit.text(chart.unit)))</title>\
                <line class="limit" x1="0" x2="100%" y1="\(SVGNumber.string(y))" y2="\(SVGNumber.string(y))"/>\
                \(label(text, at: 1, .end, y: baseline, className: "limit-label"))</g>
                """
        }.joined()
    }

    private var boundary: String {
        guard let boundary = chart.boundary, (0...1).contains(share(boundary.time)) else { return "" }
        let share = share(boundary.time)
        let x = SVGNumber.percent(share)
        let row = Self.firstRow + Double(farRows.count) * Self.rowHeight
        let text = label(beside(boundary.label), at: share, side(share), y: row, className: "boundary-label")
        return """
            <line class="boundary" x1="\(x)" x2="\(x)" y1="\(SVGNumber.string(row - 9))" \
            y2="\(SVGNumber.string(top + plotHeight))"/>\(text)
            """
    }

    /// An event without room for its label has it as a title only, as all have.
    private func events(_ room: inout LabelRoom) -> String {
        values.events.map { event in
            let y = y(event.value)
            let share = share(event.time)
            let text = beside(event.label)
            let baselines = [y - 9, y + 4, y + 20, y - 23, y + 34].filter {
                $0 >= top && $0 <= top + plotHeight - 3
            }
            let baseline = room.place(text, at: share, side(share), baselines: baselines)
            let written = baseline.map { label(text, at: share, side(share), y: $0, className: "event-label") }
            return """
                <g class="event"><title>\(HTMLText.escape(title(event)))</title>\
                <circle cx="\(SVGNumber.percent(share))" cy="\(SVGNumber.string(y))" r="4.5"/>\(written ?? "")</g>
                """
        }.joined()
    }

    /// Text at a share of the width, and beside it where that is not an edge.
    private func label(
        _ text: String, at share: Double, _ anchor: LabelRoom.Anchor, y: Double, className: String = ""
    ) -> String {
        let classAttribute = className.isEmpty ? "" : " class=\"\(className)\""
        let shift = share <= 0 || share >= 1 ? "" : " dx=\"\(anchor == .end ? -Self.distance : Self.distance)\""
        return """
            <text\(classAttribute) x="\(SVGNumber.percent(share))"\(shift) y="\(SVGNumber.string(y))" \
            text-anchor="\(anchor.rawValue)">\(HTMLText.escape(text))</text>
            """
    }

    /// The side towards the middle of the drawing, where there is more room.
    private func side(_ share: Double) -> LabelRoom.Anchor { share > 0.5 ? .end : .start }

    private func beside(_ text: String) -> String { LabelRoom.shortened(text, to: 0.5) }

    private func title(_ event: Chart.Event) -> String {
        let day = CalendarText.date(CalendarText.day(of: event.time))
        return "\(event.label), \(day): \(Figure.text(event.value, chart.unit))"
    }
}

extension Chart.Limit {
    func text(_ unit: StatisticUnit) -> String { "\(name): \(Figure.text(value, unit))" }

    /// Short enough for a phone, without the unit's word, which the axis has.
    func label(_ unit: StatisticUnit) -> String {
        let value = Figure.symbolic(value, unit)
        let room = Double(LabelRoom.characters - value.count - 2) / Double(LabelRoom.characters)
        return "\(LabelRoom.shortened(name, to: room)): \(value)"
    }

    /// Rows that say that it is above the chart.
    func farRows(_ unit: StatisticUnit) -> [String] {
        let text = "↑ " + LabelRoom.shortened(label(unit), to: 0.9)
        let whole = text + ", above this chart"
        return whole.count <= LabelRoom.characters ? [whole] : [text, "above this chart"]
    }
}
