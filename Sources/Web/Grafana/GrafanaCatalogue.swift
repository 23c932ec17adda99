internal import History
internal import LinearRegex
internal import UsageModel

/// The names that exist while one request is answered, and the series behind them.
struct GrafanaCatalogue: Sendable {
    private let history: History
    /// Ids of every application that was ever collected, in their order.
    let applications: [ApplicationID]
    /// Every statistic that is stored, in the catalogue's order; those that it does not know come last.
    let statistics: [StatisticName]
    private let indices: Set<IndexName>
    /// Every regular expression of the request, compiled once.
    let patterns = RegexBudget()
    private let read = StoredSeriesCache()

    init(_ exporter: Exporter) async throws {
        history = exporter.history
        let stored = try await history.applications()
        applications = stored.map(\.id)
        indices = Set(stored.flatMap(\.indices))
        statistics = Self.ordered(try await exporter.statisticNames.stored())
    }

    /// In the catalogue's order.
    static func ordered(_ names: Set<StatisticName>) -> [StatisticName] {
        let known = StatisticCatalogue.every.map(\.name).filter(names.contains)
        return known + names.subtracting(known).sorted()
    }

    /// The stored statistics that are chosen.
    func statistics(_ choice: NameChoice, field: String) throws -> [StatisticName] {
        let stored = Set(statistics.map { AnyName($0) })
        let known = stored.union(StatisticCatalogue.every.map { AnyName($0.name) })
        let chosen = try NameMatcher(choice, known: known, field: field, patterns).select(from: stored)
        return statistics.filter { chosen.contains(AnyName($0)) }
    }

    /// The stored series of these statistics, or of every one.
    func series(of statistics: [StatisticName]?) async throws -> [StoredSeries] {
        try await read.series(of: statistics, history)
    }

    /// The names that exist of one attribute.
    /// - Parameter series: those in question, which are all that have keys.
    func known(_ attribute: AdHocFilter.Attribute, in series: [StoredSeries]) -> Set<AnyName> {
        let names = Set(series.map(attribute.name))
        return switch attribute {
        case .application: names.union(applications.map { AnyName($0) })
        case .index: names.union(indices.map { AnyName($0) })
        case .key: names
        case .statistic: names.union(statistics.map { AnyName($0) })
        }
    }

    /// The members of `series` that `choice` selects; all of them when nothing is chosen.
    func narrow(
        _ series: [StoredSeries], _ attribute: AdHocFilter.Attribute, _ choice: NameChoice
    ) throws -> [StoredSeries] {
        guard !choice.isEmpty else { return series }
        let matcher = try NameMatcher(
            choice, known: known(attribute, in: series), field: "payload.\(attribute.rawValue)", patterns)
        let selected = try matcher.select(from: Set(series.map(attribute.name)))
        return series.filter { selected.contains(attribute.name(of: $0)) }
    }

    /// The members of `series` that `payload` selects by application, index and key.
    func narrow(_ series: [StoredSeries], _ payload: GrafanaPayload) throws -> [StoredSeries] {
        // Keys last: names are known by what is in question, and a key is one only of what has it.
        var series = try narrow(series, .index, payload.index)
        series = try narrow(series, .application, payload.application)
        return try narrow(series, .key, payload.key)
    }
}
