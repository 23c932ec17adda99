public import UsageModel

/// Names and units of the families that a statistic is shown as, derived from
/// the catalogue. Base units: milliseconds become seconds, percent a ratio.
public struct MetricName: Sendable, Hashable {
    public let statistic: Statistic
    private let stem: String
    private let perIndex: Bool

    /// - Parameter perIndex: of one index and not of the application: another family,
    ///   so that a `sum()` never counts a request twice. The Usage API's statistics have such.
    public init(_ statistic: Statistic, perIndex: Bool) {
        self.statistic = statistic
        self.perIndex = perIndex
        stem =
            switch (statistic.api, statistic.group) {
            // The group's name is already part of `cluster_status`.
            case (.monitoring, "cluster"):
                "algolia_cluster_\(Self.stem(statistic.name.text.trimmingPrefix("cluster_")))"
            case (.monitoring, _): "algolia_infrastructure_\(Self.stem(Self.honest(statistic.name).text))"
            // The names begin with `index_`.
            case (.search, _): "algolia_\(Self.stem(statistic.name.text))"
            case (.usageV2, _): "algolia_billing_\(Self.stem((statistic.name.billingName ?? statistic.name).text))"
            default: (perIndex ? "algolia_index_usage_" : "algolia_usage_") + Self.stem(statistic.name.text)
            }
    }

    /// A name that does not say the opposite of what it stands for.
    private static func honest(_ name: StatisticName) -> StatisticName {
        name == StatisticCatalogue.idleness ? "cpu_idle" : name
    }

    /// The inventory of servers; no statistic may have this name.
    package static let serverInformation = MetricDeclaration(
        "algolia_infrastructure_server_info", .gauge,
        labels: ["application", "server", "region", "cluster", "type", "status"],
        help: "A server of the application with its inventory data as labels; the value is always 1.",
        meaning:
            "constant 1 for each server of the inventory; join it to have a server's cluster or region as a label")

    /// Every family of the statistic on `/metrics`: three of a count, two of a billing metric, none of what only the history
    /// has (hourly extremes, the sums over the list of indices), and one of anything else.
    public var families: [String] {
        if statistic.isHourlyExtreme || statistic.api == .search && !perIndex { return [] }
        // Nobody knows whether it counts anything, so it has no total.
        if statistic.api == .usageV2 { return [hourly, daily] }
        return statistic.kind == .count ? [hourly, daily, total] : [gauge]
    }

    /// The gauge of the newest complete hour, of a count or a billing metric.
    public var hourly: String { "\(stem)_hourly" }
    /// The gauge of the newest complete day, of a count or a billing metric.
    public var daily: String { "\(stem)_daily" }
    /// A count's counter.
    public var total: String { "\(stem)_total" }
    /// The gauge of any other statistic: the newest complete hour, of servers and clusters the newest minute.
    public var gauge: String { unitSuffix.map { "\(stem)_\($0)" } ?? stem }

    /// The unit that a family's name ends in, without `_total`; empty when it ends in none.
    public static func unit(of family: String) -> String {
        ["seconds", "bytes", "ratio"].first { family.hasSuffix("_" + $0) } ?? ""
    }

    private var unitSuffix: String? {
        switch statistic.unit {
        case .milliseconds, .seconds: "seconds"
        case .percent: "ratio"
        case .bytes, .megabytes: stem.hasSuffix("_bytes") ? nil : "bytes"
        default: nil
        }
    }

    /// The base unit that a value is converted to.
    var baseUnit: BaseUnit { BaseUnit(statistic.unit) }

    /// `value` in the base unit.
    public func inBaseUnit(_ value: PointValue) -> PointValue { baseUnit.value(value) }

    /// The HELP text of a family of this statistic.
    public func help(_ what: String) -> String {
        let unit = statistic.unit == .unknown ? "unknown unit" : statistic.unit.rawValue.replacing("_", with: " ")
        if let derivation = statistic.derivation {
            return "\(what) of \(statistic.name): \(statistic.meaning) (derived: \(derivation); unit: \(unit))."
        }
        if statistic.api == .search { return "\(what) of \(statistic.name): \(statistic.meaning) (unit: \(unit))." }
        return "\(what) of Algolia's statistic \(statistic.name): \(statistic.meaning) (vendor's unit: \(unit))."
    }

    /// The statistic's part of the name. A leading number moves back
    /// (`90p_processing_time` → `processing_time_p90`), because it would read as
    /// part of the prefix; the abbreviation `ms` is spelled out, which
    /// `promtool check metrics` insists on; anything that a metric name cannot hold becomes `_`.
    static func stem(_ name: some StringProtocol) -> String {
        var name = String(name)
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, name.dropFirst(digits.count).hasPrefix("p_") {
            name = "\(name.dropFirst(digits.count + 2))_p\(digits)"
        }
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        name = words.map { $0 == "ms" ? "millisecond" : $0 }.joined(separator: "_")
        // Scalar by scalar: names that differ only in form stay apart where they can.
        return String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9") ~= $0) ? $0 : "_" }))
    }
}
