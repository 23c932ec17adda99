public import CoreMetrics
private import Synchronization
public import UsageModel

/// The configuration as gauges: rules compare what happens with what was agreed without
/// saying it a second time.
public final class ConfigurationGauges: Sendable {
    private struct Identity: Hashable {
        var metric: MetricDeclaration
        var application: ApplicationID
        var limit: String?

        var dimensions: [(String, String)] {
            metric.dimensions([application.text] + [limit].compactMap(\.self))
        }
    }

    private let metrics: any MetricsFactory
    private let gauges = Mutex<[Identity: Gauge]>([:])

    public init(metrics: any MetricsFactory) {
        self.metrics = metrics
    }

    /// Shows these settings, and nothing of those before.
    /// - Parameter shard: which of the processes this is that share each application's quota.
    public func show(_ settings: Settings, shard: Shard?) {
        let values = Self.values(settings, shard: shard)
        gauges.withLock { gauges in
            for (identity, gauge) in gauges where values[identity] == nil {
                gauge.destroy()
                gauges[identity] = nil
            }
            for (identity, value) in values {
                let gauge =
                    gauges[identity]
                    ?? Gauge(label: identity.metric.name, dimensions: identity.dimensions, factory: metrics)
                gauge.record(value)
                gauges[identity] = gauge
            }
        }
    }

    private static func values(_ settings: Settings, shard: Shard?) -> [Identity: Double] {
        var values: [Identity: Double] = [:]
        for application in settings.applications {
            for limit in ContractLimit.allCases {
                guard let value = application.contract[limit] else { continue }
                let identity = Identity(
                    metric: ConfigurationMetric.contractLimit, application: application.id, limit: limit.rawValue)
                values[identity] = value
            }
            let indices = Identity(
                metric: ConfigurationMetric.contractLimit, application: application.id, limit: "indices")
            values[indices] = application.contract.indices
            values[Identity(metric: ConfigurationMetric.requestsPerMinuteLimit, application: application.id)] =
                Double(settings.requests(shard: shard).requestsPerMinute)
        }
        return values
    }
}

/// The metrics that repeat the configuration, and those about its reload, as Prometheus' own are called.
public enum ConfigurationMetric {
    public static let contractLimit = MetricDeclaration(
        "algolia_contract_limit", .gauge, labels: ["application", "limit"],
        help:
            """
            Contract limit from the configuration: requests per billing period or year, records, queries per second.
            """,
        meaning:
            """
            the contract limit; `limit` is `search_requests_per_month`, `records`, `max_qps`, `indices`, \
            `recommend_requests_per_month`, `search_requests_per_year` or `records_per_year`
            """)
    public static let requestsPerMinuteLimit = MetricDeclaration(
        "algolia_exporter_requests_per_minute_limit", .gauge, labels: ["application"],
        help: "Configured limit of requests per minute that this process sends to Algolia.",
        meaning: "requests a minute that this process may send, as configured")
    public static let isReloadSuccessful = MetricDeclaration(
        "algolia_exporter_config_last_reload_successful", .gauge,
        help: "Whether the last attempt to load the configuration succeeded.",
        meaning: "1 when the last attempt to load the configuration succeeded, otherwise 0")
    public static let lastReload = MetricDeclaration(
        "algolia_exporter_config_last_reload_success_timestamp_seconds", .gauge,
        help: "Unix time of the last successful load of the configuration.",
        meaning: "when the configuration was last loaded")

    /// All of them.
    public static let all = [contractLimit, requestsPerMinuteLimit, isReloadSuccessful, lastReload]
}
