extension ChartDrawing {
    private struct Entry {
        var name: String
        var swatch: String
        /// Its number in the drawing; nil for a look that is not a series.
        var series: Int?
        var width = 28
    }

    private static let box = "x=\"1\" y=\"1\" width=\"26\" height=\"10\""

    /// The series, each with its colour and its dashes, and after them what other looks mean. Empty where there is only
    /// one thing to see: the title names it then.
    var legend: String {
        let entries = series + looks
        guard entries.count > 1 else { return "" }
        let items = entries.map { entry in
            let name = HTMLText.escape(entry.name)
            let data = entry.series.map { " data-series=\"\($0)\" data-name=\"\(name)\"" } ?? ""
            return """
                <li\(data)><svg class="swatch" width="\(entry.width)" height="12" \
                aria-hidden="true">\(entry.swatch)</svg>\(name)</li>
                """
        }
        // Beside lines with names at their ends it only repeats them.
        let isSpare = endPlaces != nil && looks.isEmpty
        return "<ul class=\"legend\(isSpare ? " spare" : "")\">\(items.joined())</ul>"
    }

    private var series: [Entry] {
        let bars = values.bars.enumerated().map { number, layer in
            let isForecast = !layer.bars.isEmpty && layer.bars.allSatisfy { $0.standing == .forecast }
            let look = "bar \(isForecast ? "forecast " : "")\(SeriesColor.colorClass(layer.color))"
            return Entry(name: layer.name, swatch: "<rect class=\"\(look)\" \(Self.box)/>", series: number + 1)
        }
        let lines = values.lines.enumerated().map { number, line in
            Entry(
                name: line.name, swatch: "<path class=\"\(chart.classes(line))\" d=\"M0 6H28\"/>",
                series: values.bars.count + number + 1)
        }
        return bars + lines
    }

    /// Looks that are not series: parts of periods, intervals, stretches without data.
    private var looks: [Entry] {
        var entries: [Entry] = []
        if let layer = values.bars.first(where: {
            $0.bars.contains { $0.standing == .partial || $0.standing == .running }
        }) {
            let color = SeriesColor.colorClass(layer.color)
            let swatch = "<rect class=\"bar part \(color)\" fill=\"url(#\(id)-hatch-\(color))\" \(Self.box)/>"
            entries.append(Entry(name: "incomplete period", swatch: swatch))
        } else if values.lines.contains(where: { $0.points.contains { $0.value != nil && $0.standing != .whole } }) {
            let swatch = "<circle class=\"dot hollow c1\" cx=\"14\" cy=\"6\" r=\"3.5\"/>"
            entries.append(Entry(name: "incomplete period", swatch: swatch))
        }
        for band in chart.bands.sorted(by: { $0.level < $1.level }) {
            let look = "band \(band.level.className) \(SeriesColor.colorClass(band.color))"
            entries.append(Entry(name: band.name, swatch: "<rect class=\"\(look)\" \(Self.box)/>"))
        }
        if let layer = values.bars.first(where: { $0.bars.contains { $0.interval != nil } }) {
            let color = SeriesColor.colorClass(layer.color)
            let swatch = """
                <rect class="band p80 \(color)" \(Self.box)/>\
                <line class="whisker" x1="14" x2="14" y1="1" y2="11"/>
                """
            entries.append(Entry(name: "80% interval", swatch: swatch))
        }
        if !missingRanges.isEmpty {
            let swatch = "<rect class=\"missing\" fill=\"url(#\(id)-missing)\" \(Self.box)/>"
            entries.append(Entry(name: "no data", swatch: swatch))
        }
        return entries
    }
}
