public import UsageModel

/// Names and units of the families that a statistic is shown as, derived from
/// the catalogue. Base units: milliseconds become seconds, percent a ratio.
public struct MetricName: Sendable, Hashable {
    public let statistic: Statistic
    /// `algolia_usage`, or `algolia_index_usage` for one index: another family,
    /// so that a `sum()` never counts a request twice.
    public let prefix: String

    public init(_ statistic: Statistic, perIndex: Bool) {
        self.statistic = statistic
        prefix = perIndex ? "algolia_index_usage" : "algolia_usage"
    }

    private var stem: String { "\(prefix)_\(Self.stem(statistic.name))" }

    /// A count's gauge of the newest complete hour.
    public var hourly: String { "\(stem)_hourly" }
    /// A count's gauge of the newest complete day.
    public var daily: String { "\(stem)_daily" }
    /// A count's counter.
    public var total: String { "\(stem)_total" }
    /// The gauge of any other statistic: the newest complete hour.
    public var gauge: String { unitSuffix.map { "\(stem)_\($0)" } ?? stem }

    private var unitSuffix: String? {
        switch statistic.unit {
        case .milliseconds: "seconds"
        case .percent: "ratio"
        case .bytes: stem.hasSuffix("_bytes") ? nil : "bytes"
        default: nil
        }
    }

    /// What a raw value is divided by to be in the base unit.
    public var divisor: Double {
        switch statistic.unit {
        case .milliseconds: 1000
        case .percent: 100
        default: 1
        }
    }

    /// `value` in the base unit.
    public func inBaseUnit(_ value: PointValue) -> PointValue {
        divisor == 1 ? value : PointValue(value.double / divisor)
    }

    /// The HELP text of a family of this statistic.
    public func help(_ what: String) -> String {
        let unit = statistic.unit == .unknown ? "unknown unit" : statistic.unit.rawValue.replacing("_", with: " ")
        return "\(what) of Algolia's statistic \(statistic.name): \(statistic.meaning) (vendor's unit: \(unit))."
    }

    /// The statistic's part of the name. A leading number moves back
    /// (`90p_processing_time` → `processing_time_p90`), because it would read as
    /// part of the prefix; the abbreviation `ms` is spelled out, which
    /// `promtool check metrics` insists on; anything that a metric name cannot hold becomes `_`.
    static func stem(_ name: String) -> String {
        var name = name
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, name.dropFirst(digits.count).hasPrefix("p_") {
            name = "\(name.dropFirst(digits.count + 2))_p\(digits)"
        }
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        name = words.map { $0 == "ms" ? "millisecond" : $0 }.joined(separator: "_")
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
