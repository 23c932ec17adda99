public import CoreMetrics
private import Synchronization
public import UsageModel

/// What is configured, as gauges: rules compare what happens with what was agreed without
/// saying it a second time.
public final class ConfigurationGauges: Sendable {
    private struct Identity: Hashable {
        var name: String
        var application: ApplicationID
        var limit: String?

        var dimensions: [(String, String)] {
            [("application", application.text)] + (limit.map { [("limit", $0)] } ?? [])
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
                    ?? Gauge(label: identity.name, dimensions: identity.dimensions, factory: metrics)
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
                values[
                    Identity(name: ConfigurationMetric.contract, application: application.id, limit: limit.rawValue)] =
                    value
            }
            values[Identity(name: ConfigurationMetric.quota, application: application.id)] =
                Double(settings.requests(shard: shard).requestsPerMinute)
        }
        return values
    }
}

/// Names of the metrics that repeat the configuration.
public enum ConfigurationMetric {
    public static let contract = "algolia_contract_limit"
    public static let quota = "algolia_exporter_requests_per_minute_limit"
}
