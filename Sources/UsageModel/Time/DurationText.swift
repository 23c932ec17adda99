/// Durations as people write them: `30s`, `5m`, `1h30m`, `90d`, `2w`.
public enum DurationText {
    private static let units: [(letter: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Seconds; nil unless `text` is one or more numbers with units, the larger units first, or a bare `0`.
    public static func parse(_ text: some StringProtocol) -> Int64? {
        if text == "0" { return 0 }
        var rest = text[...]
        var total: Int64 = 0
        var smallest = Int64.max
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int64(digits), let letter = rest.first,
                let unit = units.first(where: { $0.letter == letter }), unit.seconds < smallest
            else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.seconds)
            guard !overflow, product < Int64.max / 8 else { return nil }
            total += product
            smallest = unit.seconds
            rest = rest.dropFirst()
        } while !rest.isEmpty
        return total
    }

    /// The same where milliseconds matter (`30ms`, `1s500ms`), in milliseconds.
    public static func parseMilliseconds(_ text: String) -> Int64? {
        var whole = text[...]
        var milliseconds: Int64 = 0
        if text.hasSuffix("ms") {
            whole = text.dropLast(2)
            let digits = whole.reversed().prefix { $0.isASCII && $0.isNumber }
            guard let number = Int64(String(digits.reversed())) else { return nil }
            milliseconds = number
            whole = whole.dropLast(digits.count)
            if whole.isEmpty { return milliseconds }
        }
        guard let seconds = parse(whole) else { return nil }
        let (product, productOverflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, sumOverflow) = product.addingReportingOverflow(milliseconds)
        return productOverflow || sumOverflow ? nil : sum
    }

    /// The shortest such text, without weeks: `90d`, `1h30m`, `0s`.
    public static func string(_ seconds: Int64) -> String {
        guard seconds > 0 else { return "0s" }
        var rest = seconds
        var text = ""
        for (letter, unit) in units.dropFirst() where rest >= unit {
            text += "\(rest / unit)\(letter)"
            rest %= unit
        }
        return text
    }
}
