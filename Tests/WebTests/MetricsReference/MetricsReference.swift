import AlgoliaClient
import Collector
import Exposition
import Output
import PrometheusModel
import RemoteStorage
import Settings
import UsageModel

@testable import Web

/// `docs/metrics.md`: every metric with its unit, labels and meaning, derived
/// from the catalogue and ``MetricName``, so that the page cannot say anything
/// else than `/metrics` does.
enum MetricsReference {
    /// The whole page.
    static func markdown() -> String {
        [
            introduction, statistics, billing, listed, infrastructure, servers, counters, leftOut, unknown, own,
            compatibility,
        ].joined(separator: "\n")
    }

    /// The inventory of servers and clusters.
    static let inventoryMetrics: [MetricDeclaration] = [MetricName.serverInformation, ServerFamilies.probeReachable]
    /// The metrics about the page and the history behind it.
    static let pageMetrics: [MetricDeclaration] = [UsageFamilies.newestBucket, StatisticFamilies.seriesDropped]
    /// The metrics that the exporter keeps about itself.
    static let exporterMetrics: [MetricDeclaration] = [
        ExporterMetric.build, CollectorMetric.isUp, CollectorMetric.lastSuccess, RequestMetrics.requests,
        RequestMetrics.duration, RequestMetrics.ignored, CollectorMetric.backfillRemaining,
        CollectorMetric.setAsideRanges, CollectorMetric.vendorHorizon, CollectorMetric.pointsOutside,
        CollectorMetric.storageIsUp, ConfigurationMetric.requestsPerMinuteLimit, CollectorMetric.pointsStored,
        ExporterMetric.databaseSize, CollectorMetric.databaseState, CollectorMetric.clockOffset,
        RemoteWriteMetric.samples, RemoteWriteMetric.dropped, RemoteWriteMetric.requests, RemoteWriteMetric.lag,
        HTTPMetric.requests, HTTPMetric.duration, HTTPMetric.rejections, LogMetric.dropped,
        ConfigurationMetric.isReloadSuccessful,
        ConfigurationMetric.lastReload,
    ]
    /// The limits of the contract and their use.
    static let contractMetrics: [MetricDeclaration] = [ConfigurationMetric.contractLimit] + CapacityFamilies.all
    /// Those of the Python exporter.
    static let compatibilityMetrics: [MetricDeclaration] = CompatibilityFamilies.all + [RefreshFamily.lastRefresh]
    /// The names of the process's metrics, as code.
    static let processMetrics = ProcessMetrics.all.map { "`\($0.name)`" }

    /// A table of declared metrics.
    static func table(_ metrics: [MetricDeclaration]) -> String {
        let rows = metrics.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return
                "| `\(metric.name)` | \(metric.type) | \(labels)\(labels.isEmpty ? "" : " ")| \(metric.meaning ?? "") |"
        }
        return (["| metric | type | labels | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    /// The vendor's groups in the catalogue's order, with a title for people.
    private static let titles = [
        "search": "Search", "acl": "API keys", "indexing": "Indexing", "record": "Record operations",
        "synonym": "Synonyms", "rule": "Rules", "insights": "Insights", "total": "Totals",
        "query_suggestions": "Query Suggestions", "processing_time": "Processing time", "indices": "Size",
        "max_qps": "Maximum queries per second", "search_capacity": "Search capacity",
        "degraded_queries": "Degraded queries", "derived": "Computed from others",
        "infrastructure": "Servers", "cluster": "Clusters",
    ]

    private static var statistics: String {
        groups(of: StatisticCatalogue.all + StatisticCatalogue.derived) { group, rows in
            """
            ### \(group)

            | statistic | application level | per index | kind | unit | labels | meaning |
            |---|---|---|---|---|---|---|
            \(rows)

            """
        }
    }

    private static var listed: String {
        """
        \(indices)
        | statistic | metric | kind | unit | labels | meaning |
        |---|---|---|---|---|---|
        \(StatisticCatalogue.search.map(row).joined(separator: "\n"))

        """
    }

    private static var infrastructure: String {
        let shown = StatisticCatalogue.monitoring.filter { !MetricName($0, perIndex: false).families.isEmpty }
        return monitoring + "\n"
            + groups(of: shown) { group, rows in
                """
                ### \(group)

                | statistic | metric | kind | unit | labels | meaning |
                |---|---|---|---|---|---|
                \(rows)

                """
            }
    }

    /// A section for each group of statistics.
    private static func groups(
        of statistics: [Statistic], section: (_ title: String, _ rows: String) -> String
    ) -> String {
        var groups: [String] = []
        for statistic in statistics where !groups.contains(statistic.group) { groups.append(statistic.group) }
        return groups.map { group in
            let rows = statistics.filter { $0.group == group }.map(row)
            return section(titles[group] ?? group, rows.joined(separator: "\n"))
        }.joined(separator: "\n")
    }

    private static func row(_ statistic: Statistic) -> String {
        let isListed = statistic.api == .search
        var labels = ["application", isListed ? "index" : statistic.shape.label].compactMap(\.self)
        if statistic.unit == .severity { labels.append("status") }
        var cells = ["`\(statistic.name)`", names(MetricName(statistic, perIndex: isListed))]
        if statistic.api == .usage {
            cells.append(statistic.perIndex ? names(MetricName(statistic, perIndex: true)) : "not served")
        }
        let formula = statistic.derivation.map { " (`\($0)`)" } ?? ""
        cells += [
            statistic.kind.rawValue, unit(statistic), labels.map { "`\($0)`" }.joined(separator: ", "),
            statistic.meaning + formula,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    /// The names of the families; all but the first by their endings alone.
    private static func names(_ name: MetricName) -> String {
        guard name.statistic.kind == .count else { return "`\(name.gauge)`" }
        let stem = name.hourly.dropLast("_hourly".count)
        return "`\(name.hourly)`, `…\(name.daily.dropFirst(stem.count))`, `…\(name.total.dropFirst(stem.count))`"
    }

    /// The unit on `/metrics`, and the vendor's where it is another.
    private static func unit(_ statistic: Statistic) -> String {
        let vendors = statistic.unit.rawValue.replacing("_", with: " ")
        switch statistic.unit {
        case .milliseconds: return "seconds (vendor: \(vendors))"
        case .percent: return "ratio, 0 to 1 (vendor: \(vendors))"
        case .megabytes: return "bytes (vendor: \(vendors) of 10⁶ bytes)"
        case .severity: return "state set"
        default: return vendors
        }
    }
}
