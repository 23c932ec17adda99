/// Coordinates as SVG writes them.
enum SVGNumber {
    /// The largest coordinate: renderers calculate wrongly beyond it, and nothing that can be seen is there.
    private static let largest = 100_000.0

    /// With at most one decimal: a tenth of a pixel cannot be seen.
    static func string(_ value: Double) -> String { decimal(value, 10) }

    /// A share of the width, `12.34%`: two decimals are a tenth of a pixel of a thousand.
    static func percent(_ share: Double) -> String { decimal(share * 100, 100) + "%" }

    private static func decimal(_ value: Double, _ scale: Double) -> String {
        guard value.isFinite else { return "0" }
        let parts = Int((min(max(value, -largest), largest) * scale).rounded())
        let (whole, fraction) = parts.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
        let sign = parts < 0 ? "-" : ""
        guard fraction > 0 else { return "\(sign)\(whole)" }
        if scale == 100, fraction < 10 { return "\(sign)\(whole).0\(fraction)" }
        return "\(sign)\(whole).\(scale == 100 && fraction % 10 == 0 ? fraction / 10 : fraction)"
    }
}
