public import UsageModel

/// One series of the application itself, by calendar month: every month of the report.
public struct StatisticUsage: Sendable {
    public var key: SeriesKey
    public var statistic: Statistic
    /// Combined by the statistic's default aggregate, oldest first.
    public var months: [PeriodUsage]
}

extension StatisticUsage {
    /// Every series of the application itself: in the catalogue's order, statistics that it does not know last and by
    /// name; then by server, region or cluster.
    static func all(_ input: CapacityInput) -> [StatisticUsage] {
        let series = input.series.filter { $0.key.index.isEmpty }.map { series in
            (rank: rank[series.key.statistic] ?? rank.count, series: series)
        }
        let ordered = series.sorted {
            ($0.rank, $0.series.key.statistic, $0.series.key.key)
                < ($1.rank, $1.series.key.statistic, $1.series.key.key)
        }
        let months = PeriodUsage.periods(of: .month, in: input)
        return ordered.map { _, series in
            let statistic = StatisticCatalogue.describe(series.key.statistic)
            let aggregate = statistic.defaultAggregate
            return StatisticUsage(
                key: series.key, statistic: statistic,
                months: months.map { $0.filled(with: series.days, aggregate, in: input) })
        }
    }

    /// The places of statistics in the catalogue.
    private static let rank = Dictionary(
        StatisticCatalogue.every.enumerated().map { ($1.name, $0) }, uniquingKeysWith: min)
}
