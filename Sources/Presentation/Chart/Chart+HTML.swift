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
