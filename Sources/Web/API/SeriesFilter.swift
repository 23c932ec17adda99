internal import History
internal import UsageModel

/// The parameters that select series, the same on every path; what they name must exist.
struct SeriesFilter: Sendable {
    /// Nil for every statistic.
    var statistics: [StatisticName]?
    /// Nil for every application.
    var applications: [ApplicationID]?
    /// Nil for the application level and every index.
    var indices: IndexSelection?

    static let statistic = Endpoint.Parameter(
        name: "statistic", summary: "One or more statistics, separated by commas.")
    /// Minutely is what the Monitoring API's statistics are collected as.
    static let granularities: [Granularity] = [.minutely, .hourly, .daily]
    static let granularity = Endpoint.Parameter(
        name: "granularity",
        summary: "The width of stored buckets; hourly by default, minutely for servers and clusters.",
        schema: .options(granularities.map(\.rawValue)))

    static let parameters: [Endpoint.Parameter] = [
        statistic,
        .init(name: "application", summary: "An application id; all applications by default.", repeats: true),
        .init(
            name: "index", summary: "An index name, or * for all indices; repeatable.", repeats: true),
    ]

    /// The same where statistics must be named, and no index means the application level.
    static let ofStatistics: [Endpoint.Parameter] = [
        .init(name: "statistic", summary: statistic.summary, isRequired: true),
        .init(name: "application", summary: "An application id; all applications by default.", repeats: true),
        .init(
            name: "index",
            summary:
                "An index name, or * for all indices; repeatable. Without it, the application as a whole.",
            repeats: true),
        .init(name: "key", summary: "A server, region or cluster; all by default.", repeats: true),
    ]

    /// - Throws: ``Problem`` 404 for an unknown statistic, application or index.
    init(_ parameters: QueryParameters, _ exporter: Exporter) async throws {
        for name in ["application", "index", "key"] {
            try Self.limit(parameters.all(name)?.count ?? 0, name, "values")
        }
        try Self.limit((try parameters.list("statistic") as [StatisticName]?)?.count ?? 0, "statistic", "names")
        statistics = try parameters.list("statistic")
        applications = try parameters.names("application")
        if let names: [IndexName] = try parameters.names("index") {
            indices = names.contains("*") ? .all : .names(names)
        }
        try await verify(exporter)
    }

    /// Names that one parameter may list.
    private static let listLimit = 500

    private static func limit(_ count: Int, _ name: String, _ what: String) throws {
        guard count > listLimit else { return }
        throw Problem.parameter(name, "\"\(name)\" has \(count) \(what)", accepted: "at most \(listLimit)")
    }

    private func verify(_ exporter: Exporter) async throws {
        let others = (statistics ?? []).filter { StatisticCatalogue.statistic(named: $0) == nil }
        if !others.isEmpty {
            let stored = try await exporter.statisticNames.stored()
            if let name = others.first(where: { !stored.contains($0) }) {
                throw Problem.unknown(
                    "statistic", "there is no statistic \"\(name)\"", accepted: "a name that /api/v1/statistics lists")
            }
        }
        guard applications != nil || indices != nil else { return }
        let names = if case .names(let names)? = indices { names } else { [IndexName]() }
        let (known, unknown) = try await exporter.history.knownNames(among: names, of: applications)
        for id in applications ?? [] where !known.contains(id) {
            throw Problem.unknown(
                "application", "there is no application \"\(id)\"",
                accepted: known.isEmpty ? "none is stored yet" : known.map(\.text).joined(separator: ", "))
        }
        if let name = unknown.first {
            throw Problem.unknown(
                "index", "there is no index \"\(name)\"", accepted: "a name that /api/v1/applications lists, or *")
        }
    }

    func selects(_ key: SeriesKey) -> Bool {
        if let statistics, !statistics.contains(key.statistic) { return false }
        if let applications, !applications.contains(key.application) { return false }
        switch indices {
        case nil: return true
        case .application?: return key.index.isEmpty
        case .all?: return !key.index.isEmpty
        case .names(let names)?: return names.contains(key.index)
        }
    }
}
