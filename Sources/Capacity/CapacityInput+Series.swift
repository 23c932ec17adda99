internal import Forecast
internal import UsageModel

/// What the series of one statistic have in common: everything but the server, region or cluster.
struct SeriesGroup: Sendable, Hashable {
    var api: API
    var statistic: StatisticName
    var index: IndexName
}

extension CapacityInput {
    /// The days of a series of the application itself or of an index.
    /// - Parameter statistic: a name of the catalogue, which knows the API.
    func days(_ statistic: StatisticName, index: IndexName = "", key: ServerName = "") -> DailySeries? {
        group(statistic, index).first { series[$0].key.key == key }.map { series[$0].days }
    }

    /// The days of every server, region or cluster of the application, in the order of ``series``.
    func byKey(_ statistic: StatisticName) -> [(key: ServerName, days: DailySeries)] {
        group(statistic, "").map { (series[$0].key.key, series[$0].days) }
    }

    /// How many days of `range` were fetched.
    func fetched(_ range: Range<Int64>, index: IndexName = "") -> Int {
        covered[index]?.days(in: range.clamped(to: days)) ?? 0
    }

    /// The share of the report's days that were fetched, in 0 ... 1; zero when there are none.
    func coverage(of index: IndexName) -> Double {
        days.isEmpty ? 0 : Double(fetched(days, index: index)) / Double(days.count)
    }

    /// The newest days of the report and what was before, `length` of them; they may begin before the report does.
    /// - Parameter back: how many days before the report's end they end.
    func newest(_ length: Int, back: Int = 0) -> Range<Int64> {
        let end = days.upperBound - Int64(back)
        return end - Int64(length)..<end
    }

    static func positions(of series: [Series]) -> [SeriesGroup: [Int]] {
        Dictionary(grouping: series.indices) { position in
            let key = series[position].key
            return SeriesGroup(api: key.api, statistic: key.statistic, index: key.index)
        }
    }

    private func group(_ statistic: StatisticName, _ index: IndexName) -> [Int] {
        let api = StatisticCatalogue.describe(statistic).api
        return positions[SeriesGroup(api: api, statistic: statistic, index: index)] ?? []
    }
}
