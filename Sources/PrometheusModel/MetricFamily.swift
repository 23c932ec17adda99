internal import UsageModel

/// A family of `/metrics` that has a past: what all its series have in common, made once for them.
final class MetricFamily: Sendable {
    /// The statistic and level that the family shows.
    struct Source: Hashable {
        var api: API
        var statistic: StatisticName
        var perIndex: Bool
        var granularity: Granularity
    }

    let granularity: Granularity
    /// As samples carry it.
    let metric: String
    let name: MetricName
    let unit: BaseUnit

    /// Nil for what `/metrics` does not have.
    init?(_ source: Source) {
        granularity = source.granularity
        name = MetricName(
            StatisticCatalogue.describe(source.statistic, api: source.api), perIndex: source.perIndex)
        unit = name.baseUnit
        guard let metric = Self.metric(name, granularity), metric != MetricName.serverInformation.name else {
            return nil
        }
        self.metric = metric
    }

    private static func metric(_ name: MetricName, _ granularity: Granularity) -> String? {
        guard !name.families.isEmpty else { return nil }
        let isCount = name.statistic.kind == .count
        switch (name.statistic.api, granularity) {
        case (.monitoring, .minutely): return name.gauge
        case (.usage, .hourly): return isCount ? name.hourly : name.gauge
        case (.usage, .daily): return isCount ? name.daily : nil
        case (.search, .hourly): return name.gauge
        case (.usageV2, .hourly): return name.hourly
        case (.usageV2, .daily): return name.daily
        default: return nil
        }
    }

    var help: String {
        switch granularity {
        case .minutely: name.help("Minute")
        case .hourly: name.help("Hour")
        case .daily: name.help("Day")
        }
    }

    /// The states of a state set, which has a series for each; one nil for a plain value.
    var states: [ClusterStatus?] { name.statistic.unit == .severity ? ClusterStatus.allCases : [nil] }
}
