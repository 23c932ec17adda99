extension Chart {
    /// The drawing.
    /// - Parameter id: unique within the page; the identifiers inside begin with it. Letters, digits and hyphens.
    public func svg(id: String) -> String { ChartDrawing(self, id: id).svg }

    /// The legend of colours, dashes and hatchings, as a list. Empty where there is only one thing to see: the
    /// title names it then.
    /// - Parameter id: the same as the drawing's, whose hatching it shows.
    public func legend(id: String) -> String {
        let entries = legendEntries(id: HTMLText.escape(id))
        guard entries.count > 1 else { return "" }
        let items = entries.map { entry in
            """
            <li><svg class="swatch" width="\(entry.width)" height="12" aria-hidden="true">\(entry.swatch)</svg>\
            \(HTMLText.escape(entry.name))</li>
            """
        }
        return "<ul class=\"legend\">\(items.joined())</ul>"
    }

    /// The title as a caption, the drawing and its legend.
    public func figure(id: String) -> String {
        """
        <figure class="chart-figure"><figcaption>\(HTMLText.escape(title))</figcaption>\
        \(svg(id: id))\(legend(id: id))</figure>
        """
    }

    private func legendEntries(id: String) -> [(name: String, width: Int, swatch: String)] {
        var entries: [(name: String, width: Int, swatch: String)] = []
        for layer in bars {
            let color = SeriesColor.colorClass(layer.color)
            let box = "x=\"1\" y=\"1\" width=\"12\" height=\"10\""
            if layer.bars.contains(where: { !$0.isPartial }) || layer.bars.isEmpty {
                entries.append((layer.name, 14, "<rect class=\"bar \(color)\" \(box)/>"))
            }
            if layer.bars.contains(where: \.isPartial) {
                let swatch = "<rect class=\"bar part \(color)\" fill=\"url(#\(id)-hatch-\(color))\" \(box)/>"
                entries.append((layer.name + ", incomplete period", 14, swatch))
            }
        }
        for line in lines { entries.append((line.name, 28, "<path class=\"\(classes(line))\" d=\"M0 6H28\"/>")) }
        for band in bands.sorted(by: { $0.level < $1.level }) {
            let classes = "band \(band.level.className) \(SeriesColor.colorClass(band.color))"
            entries.append((band.name, 28, "<rect class=\"\(classes)\" x=\"1\" y=\"1\" width=\"26\" height=\"10\"/>"))
        }
        return entries
    }
}
