/// The small charts that a chart of many lines becomes: one line each, the same time axis, the largest first.
struct ChartPanels: Sendable, Hashable {
    /// Lines in one chart that can be told apart.
    private static let mostLines = 8
    /// How many times the smallest line's highest value the largest's may be: the smallest would be flat beyond that.
    private static let mostRatio = 50.0
    private static let mostPanels = 24
    private static let height = 120
    /// Buckets of a small chart: there are many of them on a page.
    private static let mostBuckets = 48

    let panels: [Chart]
    /// How many lines are left out.
    let more: Int

    /// Nil for a chart that is drawn as it is.
    init?(_ chart: Chart) {
        guard chart.lines.count > 1, chart.bars.isEmpty, chart.bands.isEmpty,
            chart.lines.allSatisfy({ $0.style == .measured })
        else { return nil }
        let highest = chart.lines.map { line in
            line.points.compactMap { $0.value.flatMap { ChartValues.isUsable($0) ? abs($0) : nil } }.max() ?? 0
        }
        let seen = highest.filter { $0 > 0 }
        let differs = (seen.max() ?? 0) > (seen.min() ?? 0) * Self.mostRatio
        guard chart.lines.count > Self.mostLines || differs else { return nil }
        let sizes = chart.addsUp ? chart.lines.map(Self.sum) : highest
        let order = chart.lines.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        more = max(order.count - Self.mostPanels, 0)
        panels = order.prefix(Self.mostPanels).map { Self.panel(chart, chart.lines[$0]) }
    }

    private static func sum(_ line: Chart.Line) -> Double {
        line.points.reduce(0) { $0 + ($1.value.flatMap { ChartValues.isUsable($0) ? $0 : nil } ?? 0) }
    }

    private static func panel(_ chart: Chart, _ line: Chart.Line) -> Chart {
        var panel = chart
        var line = line
        line.color = 1
        panel.lines = [line]
        panel.title = line.name
        let known = line.points.compactMap(\.value).filter(ChartValues.isUsable)
        panel.summary =
            known.max().map { highest in
                "Highest: \(Figure.text(highest, chart.unit)). "
                    + "Newest: \(known.last.map { Figure.text($0, chart.unit) } ?? Figure.missing)."
            } ?? "No data."
        panel.height = height
        panel.mostBuckets = mostBuckets
        return panel
    }
}
