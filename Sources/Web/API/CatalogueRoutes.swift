internal import History
internal import Hummingbird
internal import PrometheusModel
internal import UsageModel

/// The catalogue: statistics, applications, series and their newest values.
enum CatalogueRoutes {
    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        let json = "application/json"
        return [
            Endpoint(
                path: "/api/v1/statistics", summary: "The statistics, known and stored, with unit, kind and meaning.",
                contents: [.init(type: json, summary: "Every statistic.")]
            ) { _, _ in try .json(["statistics": await statistics(exporter)]) },
            Endpoint(
                path: "/api/v1/applications", summary: "The applications and their indices.",
                contents: [.init(type: json, summary: "Every application that was ever collected.")]
            ) { _, _ in
                try .json(["applications": await exporter.history.applications().map(ApplicationDocument.init)])
            },
            Endpoint(
                path: "/api/v1/series", summary: "The stored series with their first and last point.",
                parameters: SeriesFilter.parameters + [SeriesFilter.granularity],
                contents: [.init(type: json, summary: "Every series that matches.")],
                failures: [404: "The application, index or statistic is unknown."]
            ) { _, parameters in
                let filter = try await SeriesFilter(parameters, exporter)
                let series = try await exporter.history.series(
                    statistics: filter.statistics, applications: filter.applications, indices: filter.indices,
                    granularity: parameters.option("granularity", of: SeriesFilter.granularities, default: .hourly))
                return try await .parts(
                    ListBody(#"{"series":["#, series) { SeriesJSON.extent($0, to: &$1) }, type: json, exporter.logger)
            },
            Endpoint(
                path: "/api/v1/latest",
                summary: "The value of every series in its newest complete hour and day, in Algolia's units.",
                parameters: SeriesFilter.parameters,
                contents: [.init(type: json, summary: "Every series that matches and has a newest value.")],
                failures: [404: "The application, index or statistic is unknown."]
            ) { _, parameters in
                let filter = try await SeriesFilter(parameters, exporter)
                let latest = try await exporter.history.latest().series.filter { filter.selects($0.key) }
                return try await .parts(
                    ListBody(#"{"series":["#, latest) { SeriesJSON.latest($0, to: &$1) }, type: json, exporter.logger)
            },
        ]
    }

    private static func statistics(_ exporter: Exporter) async throws -> [StatisticDocument] {
        let stored = try await exporter.statisticNames.stored()
        let unknown = stored.filter { StatisticCatalogue.statistic(named: $0) == nil }.sorted()
        let servers = unknown.isEmpty ? [] : try await monitored(exporter)
        let billing = unknown.contains(where: \.isBilling) ? try await exporter.history.billingMetrics() : [:]
        let described = unknown.map { name in
            name.isBilling
                ? Statistic.billing(name, billing[name])
                : .unknown(name, api: servers.contains(name) ? .monitoring : .usage)
        }
        return (StatisticCatalogue.every + described).map {
            StatisticDocument($0, isStored: stored.contains($0.name))
        }
    }

    /// Names of what the Monitoring API reports now.
    private static func monitored(_ exporter: Exporter) async throws -> Set<StatisticName> {
        Set(try await exporter.history.latest().series.map(\.key).filter { $0.api == .monitoring }.map(\.statistic))
    }
}

private struct StatisticDocument: Encodable {
    var statistic: StatisticName
    var api: String
    @OrNull var group: String?
    var kind: String
    var unit: String
    var shape: String
    var perIndex: Bool
    var meaning: String
    var aggregate: String
    /// The formula of what the exporter computes itself.
    @OrNull var derived: String?
    var known: Bool
    var stored: Bool
    var metrics: [String]

    init(_ statistic: Statistic, isStored: Bool) {
        self.statistic = statistic.name
        api = statistic.api.rawValue
        group = statistic.group.isEmpty ? nil : statistic.group
        kind = statistic.kind.rawValue
        unit = statistic.unit.rawValue
        shape = statistic.shape.rawValue
        perIndex = statistic.perIndex
        meaning = statistic.meaning
        aggregate = statistic.defaultAggregate.rawValue
        derived = statistic.derivation?.description
        known = statistic.isKnown
        stored = isStored
        metrics = (statistic.perIndex ? [false, true] : [false]).flatMap { perIndex in
            MetricName(statistic, perIndex: perIndex).families
        }
    }
}

private struct ApplicationDocument: Encodable {
    var application: ApplicationID
    var firstSeen: String
    var indices: [IndexName]

    init(_ application: StoredApplication) {
        self.application = application.id
        firstSeen = RFC3339.string(application.firstSeen)
        indices = application.indices
    }
}
