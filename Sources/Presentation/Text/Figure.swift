private import Foundation
private import UsageModel

/// Numbers for people: few digits, a prefix, and nothing that a line break could tear apart.
///
/// Independent of locale. A value that is not finite is ``missing``. Negative numbers have a minus sign (U+2212).
public enum Figure {
    /// Between a number and a prefix or symbol: U+202F, narrow and without a line break.
    public static let thinSpace = "\u{202F}"
    /// Between a number and a word: U+00A0, without a line break.
    public static let space = "\u{A0}"
    /// The text in place of a missing number.
    public static let missing = "—"

    /// Three digits and a prefix: `950`, `12.3 k`, `1.23 M`, `4 B` (10⁹), `5 T` (10¹²).
    public static func compact(_ value: Double) -> String {
        scaled(value, ["", "k", "M", "B", "T"])
    }

    /// An integer with all its digits, in groups: `1,234,567`.
    public static func exact(_ value: some BinaryInteger) -> String {
        (value < 0 ? "−" : "") + CountText.grouped(value.magnitude)
    }

    /// A number with all digits before the point, in groups, and up to three after it: `1,234.5`.
    public static func exact(_ value: Double) -> String {
        guard value.isFinite else { return missing }
        return sign(value) { plain($0, decimals: 3) }
    }

    /// A number with all digits before the point, in groups, and as many after it as make three: `246,606`, `41.8`,
    /// `0.0123`.
    public static func rounded(_ value: Double) -> String {
        guard value.isFinite else { return missing }
        return sign(value) { magnitude in
            guard magnitude == 0 || magnitude >= 1e-6 else { return "<0.000001" }
            return plain(magnitude, decimals: decimals(of: magnitude))
        }
    }

    /// A number of things: `1 day`, `1,234 days`.
    public static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        exact(number) + space + (number == 1 ? singular : plural ?? singular + "s")
    }

    /// Three digits and one of `prefixes`, each of which is 1,000 of the one before.
    static func scaled(_ value: Double, _ prefixes: [String]) -> String {
        guard value.isFinite else { return missing }
        return sign(value) { magnitude in
            // Rounded first: 999,999 is 1 M and not 1000 k.
            let rounded = threeDigits(magnitude)
            var unit = rounded
            var prefix = 0
            while unit >= 1000, prefix + 1 < prefixes.count {
                unit /= 1000
                prefix += 1
            }
            guard unit < 1e6 else { return String(format: "%.2e", magnitude) }
            guard magnitude == 0 || magnitude >= 1e-6 else { return "<0.000001" }
            return suffixed(plain(unit, decimals: decimals(of: unit)), prefixes[prefix])
        }
    }

    /// `number` and a prefix or symbol; just the number when that is empty. In English a percent sign has no space.
    static func suffixed(_ number: String, _ symbol: String) -> String {
        symbol.isEmpty ? number : number + (symbol == "%" ? "" : thinSpace) + symbol
    }

    /// `format` of the magnitude, with a minus sign where the result is not zero.
    static func sign(_ value: Double, _ format: (Double) -> String) -> String {
        let text = format(abs(value))
        guard value < 0, text.contains(where: { ("1"..."9").contains($0) }) else { return text }
        return "−" + text
    }

    /// A magnitude in groups of three digits, with at most so many decimals and no zeros at their end.
    static func plain(_ magnitude: Double, decimals: Int) -> String {
        exactly(magnitude, decimals: decimals) ?? printed(magnitude, decimals: decimals)
    }

    /// The same by whole numbers, in 0.1 µs and not 3, of which a page of charts needs thousands; nil for a
    /// number that is too large for it, or so near to the middle of two texts that a double cannot tell which is nearer.
    private static func exactly(_ magnitude: Double, decimals: Int) -> String? {
        guard powersOfTen.indices.contains(decimals) else { return nil }
        let scale = powersOfTen[decimals]
        let scaled = magnitude * Double(scale)
        guard scaled < 1e12 else { return nil }
        let rounded = scaled.rounded()
        guard abs(abs(scaled - rounded) - 0.5) > 1e-3 else { return nil }
        let (whole, fraction) = UInt64(rounded).quotientAndRemainder(dividingBy: scale)
        guard fraction > 0 else { return CountText.grouped(whole) }
        var (digits, left) = (fraction, decimals)
        while digits.isMultiple(of: 10) { (digits, left) = (digits / 10, left - 1) }
        let text = String(digits)
        return "\(CountText.grouped(whole)).\(String(repeating: "0", count: left - text.utf8.count))\(text)"
    }

    /// 1 to 10⁹.
    private static let powersOfTen: [UInt64] = (0..<10).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    private static func printed(_ magnitude: Double, decimals: Int) -> String {
        let parts = String(format: "%.\(decimals)f", magnitude).split(separator: ".")
        let whole = CountText.grouped(String(parts[0]))
        guard parts.count > 1 else { return whole }
        let fraction = String(parts[1].reversed().drop { $0 == "0" }.reversed())
        return fraction.isEmpty ? whole : whole + "." + fraction
    }

    private static func threeDigits(_ magnitude: Double) -> Double {
        // Integers below 1,000 and zero are what they are; a smaller scale would end in denormals.
        guard magnitude >= 1e-6 else { return magnitude }
        let power = pow(10, (log10(magnitude)).rounded(.down) - 2)
        return (magnitude / power).rounded() * power
    }

    /// Returns the number of decimals that show three digits.
    private static func decimals(of magnitude: Double) -> Int {
        guard magnitude > 0 else { return 0 }
        return min(max(2 - Int(log10(magnitude).rounded(.down)), 0), 8)
    }
}
