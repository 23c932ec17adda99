internal import History
internal import UsageModel

/// Series that one target selects and that are read alike.
struct TargetSeries: Sendable {
    var series: [StoredSeries]
    var granularity: Granularity
    /// Nil for each statistic's own.
    var aggregate: Aggregate?

    /// The series that `target` selects, in the order of application, index, statistic, key within each granularity.
    static func select(
        _ target: GrafanaTarget, _ filters: [AdHocFilter], _ catalogue: GrafanaCatalogue, _ history: History
    ) async throws -> [TargetSeries] {
        let payload = target.payload
        // Looked at first: a wrong word is a mistake even when nothing is selected.
        let granularities = try payload.granularity.options(
            "payload.granularity", of: SeriesFilter.granularities)
        let aggregates = try payload.aggregate.options("payload.aggregate", of: Aggregate.allCases)
        let statistics = try catalogue.statistics(target.target, field: "target")
        let stored = try await catalogue.series(of: statistics)
        let series = try filtered(catalogue.narrow(stored, payload), payload, filters, catalogue)
        guard !series.isEmpty else { return [] }
        let groups =
            if let granularities {
                granularities.map { ($0, series) }
            } else {
                try await grouped(series, history)
            }
        // Nil stands for each statistic's own.
        let combined: [Aggregate?] = aggregates ?? [nil]
        return groups.flatMap { granularity, series in
            combined.map { TargetSeries(series: series, granularity: granularity, aggregate: $0) }
        }
    }

    /// Without an index in the payload a target is about applications; a filter by index makes it about indices.
    private static func filtered(
        _ series: [StoredSeries], _ payload: GrafanaPayload, _ filters: [AdHocFilter], _ catalogue: GrafanaCatalogue
    ) throws -> [StoredSeries] {
        var series = series
        if payload.index.isEmpty {
            let byIndex = filters.filter { $0.attribute == .index }
            if byIndex.isEmpty {
                series.removeAll { !$0.key.index.isEmpty }
            } else if !byIndex.contains(where: \.isPositive) {
                series.removeAll(where: \.key.index.isEmpty)
            }
        }
        return try filters.reduce(series) { try $1.filter($0, catalogue) }
    }

    /// `series` by the granularity that is read by default: hours, where they are stored.
    private static func grouped(
        _ series: [StoredSeries], _ history: History
    ) async throws -> [(Granularity, [StoredSeries])] {
        let names = Array(Set(series.map(\.key.statistic)))
        let outlines = Dictionary(grouping: try await history.statisticOutlines(statistics: names), by: \.name)
        let groups = Dictionary(grouping: series) { one in
            defaultGranularity(of: outlines[one.key.statistic]?.flatMap(\.granularities) ?? [])
        }
        return [Granularity.hourly, .minutely, .daily].compactMap { granularity in
            groups[granularity].map { (granularity, $0) }
        }
    }

    /// Hours where there are any, else the finest that there is.
    static func defaultGranularity(of stored: [Granularity]) -> Granularity {
        stored.contains(.hourly) ? .hourly : stored.first ?? .hourly
    }
}
