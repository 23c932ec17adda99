private import Foundation
public import UsageModel

extension Figure {
    /// A value with its unit: `180 M requests`, `34.5 GB`, `14 ms`, `128/s`, `83%`.
    public static func text(_ value: Double, _ unit: StatisticUnit) -> String {
        guard value.isFinite else { return missing }
        switch unit {
        case .operations, .requests, .queries, .records:
            return compact(value) + space + (value == 1 ? singular(unit.rawValue) : unit.rawValue)
        case .bytes: return bytes(value)
        case .megabytes: return bytes(value * 1e6)
        case .milliseconds: return abs(value) < 1000 ? scaled(value, ["ms"]) : duration(value / 1000)
        case .seconds: return duration(value)
        case .percent: return percent(value / 100)
        case .queriesPerSecond: return compact(value) + "/s"
        case .severity, .unknown: return compact(value)
        }
    }

    /// Like ``text(_:_:)``, without a word for the unit: `180 M`, `34.5 GB`.
    public static func symbolic(_ value: Double, _ unit: StatisticUnit) -> String {
        switch unit {
        case .operations, .requests, .queries, .records: compact(value)
        default: text(value, unit)
        }
    }

    /// Bytes with decimal prefixes: `34.5 GB` are 34.5 × 10⁹.
    public static func bytes(_ value: Double) -> String {
        scaled(value, ["B", "kB", "MB", "GB", "TB", "PB"])
    }

    /// The labels of an axis: all with one prefix and as many decimals as `step` needs, and the word for their unit,
    /// which is empty where a symbol says it.
    /// - Parameters:
    ///   - ticks: ascending, in `unit`, each a multiple of `step`.
    static func labels(ticks: [Double], step: Double, unit: StatisticUnit) -> (texts: [String], word: String) {
        let largest = ticks.map(abs).max() ?? 0
        let scale = AxisScale(largest: largest, unit: unit)
        let shownStep = step / scale.divisor
        let decimals =
            (0..<9).first { count in
                let digits = shownStep * pow(10, Double(count))
                return abs(digits.rounded() - digits) < digits * 1e-6
            } ?? 9
        let texts = ticks.enumerated().map { index, tick in
            let number = sign(tick / scale.divisor) { plain($0, decimals: decimals) }
            return tick != 0 || index == ticks.count - 1 ? suffixed(number, scale.symbol) : number
        }
        return (texts, scale.word)
    }

    private static func singular(_ word: String) -> String {
        if word.hasSuffix("/s") { return word }
        return word.hasSuffix("ies") ? word.dropLast(3) + "y" : String(word.dropLast())
    }

    private static func duration(_ seconds: Double) -> String {
        switch abs(seconds) {
        case ..<120: scaled(seconds, ["s"])
        case ..<7200: scaled(seconds / 60, ["min"])
        case ..<172_800: scaled(seconds / 3600, ["h"])
        default: scaled(seconds / 86_400, ["d"])
        }
    }
}

/// The prefix that all labels of one axis share.
private struct AxisScale {
    var divisor = 1.0
    var symbol = ""
    /// Written above the axis; empty where the symbol says it all.
    var word = ""

    init(largest: Double, unit: StatisticUnit) {
        func prefix(_ value: Double, _ symbols: [String]) {
            var index = 0
            while index + 1 < symbols.count, value / divisor >= 1000 {
                divisor *= 1000
                index += 1
            }
            symbol = symbols[index]
        }
        let counts = ["", "k", "M", "B", "T"]
        let bytes = ["B", "kB", "MB", "GB", "TB", "PB"]
        switch unit {
        case .operations, .requests, .queries, .records:
            prefix(largest, counts)
            word = unit.rawValue
        case .bytes: prefix(largest, bytes)
        case .megabytes: prefix(largest, Array(bytes[2...]))
        case .milliseconds: prefix(largest, ["ms", "s"])
        case .seconds: symbol = "s"
        case .percent: symbol = "%"
        case .queriesPerSecond:
            prefix(largest, counts)
            word = "queries/s"
        case .severity, .unknown: prefix(largest, counts)
        }
    }
}
