private import Foundation

/// The used and projected share of a limit: a bar against a mark at 100%.
///
/// The scale reaches as far as the largest value, so that 250% looks like two and a half limits.
public struct Meter: Sendable, Hashable {
    /// The quantity and what it is a share of, such as `Search requests, share of the contract`.
    public var label: String
    /// Shares of the limit: 1 is all of it. Negative and not finite values count as none.
    public var used: Double
    /// The projected share at the end of the period.
    public var projected: Double?
    /// The interval of the projection.
    public var interval: ClosedRange<Double>?

    public init(label: String, used: Double, projected: Double? = nil, interval: ClosedRange<Double>? = nil) {
        self.label = label
        self.used = used
        self.projected = projected
        self.interval = interval
    }

    /// The bar in words: `83% of the limit used, 104% projected (98% to 112%)`.
    public var summary: String {
        var text = "\(Figure.percent(used)) of the limit used"
        if let projected { text += ", \(Figure.percent(projected)) projected" }
        // An interval that rounds to one figure says no more than it.
        if let interval, case let (lower, upper) = (interval.lowerBound, interval.upperBound),
            Figure.percent(lower) != Figure.percent(upper)
        {
            text += " (\(Figure.percent(lower)) to \(Figure.percent(upper)))"
        }
        return text
    }

    /// - Parameter id: unique within the page.
    public func svg(id: String) -> String {
        let id = HTMLText.escape(id)
        let used = share(used)
        let projected = projected.map(share)
        let bounds = interval.map { (share($0.lowerBound), share($0.upperBound)) }
        let end = max(1.15, max(used, projected ?? 0, bounds?.1 ?? 0) * 1.04)
        func x(_ share: Double) -> String { SVGNumber.percent(share / end) }
        var drawing = "<rect class=\"track\" x=\"0\" y=\"6\" width=\"\(x(min(1, end)))\" height=\"16\"/>"
        if let projected, projected > used {
            drawing += """
                <defs><pattern id="\(id)-hatch" width="6" height="6" patternUnits="userSpaceOnUse" \
                patternTransform="rotate(45)"><path class="hatch" d="M1.5 0V6"/></pattern></defs>\
                <rect class="projected" fill="url(#\(id)-hatch)" x="\(x(used))" y="6" \
                width="\(x(projected - used))" height="16"/>
                """
        }
        drawing += "<rect class=\"used\" x=\"0\" y=\"6\" width=\"\(x(min(used, 1)))\" height=\"16\"/>"
        if used > 1 {
            drawing += "<rect class=\"excess\" x=\"\(x(1))\" y=\"6\" width=\"\(x(used - 1))\" height=\"16\"/>"
        }
        if let bounds {
            drawing += """
                <line class="whisker" x1="\(x(bounds.0))" x2="\(x(bounds.1))" y1="14" y2="14"/>\
                <line class="whisker" x1="\(x(bounds.0))" x2="\(x(bounds.0))" y1="10" y2="18"/>\
                <line class="whisker" x1="\(x(bounds.1))" x2="\(x(bounds.1))" y1="10" y2="18"/>
                """
        }
        drawing += """
            <line class="halo" x1="\(x(1))" x2="\(x(1))" y1="1" y2="27"/>\
            <line class="full" x1="\(x(1))" x2="\(x(1))" y1="1" y2="27"/>\
            <text x="\(x(1))" y="40" text-anchor="\(end < 1.3 ? "end" : end > 10 ? "start" : "middle")">100%</text>
            """
        return """
            <svg class="meter" width="100%" height="44" role="img" \
            aria-label="\(HTMLText.escape(label + ": " + summary))">\(drawing)</svg>
            """
    }

    private func share(_ value: Double) -> Double { ChartValues.isUsable(value) ? max(value, 0) : 0 }
}
