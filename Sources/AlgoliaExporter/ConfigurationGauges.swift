import CoreMetrics
import Settings
import Synchronization
import UsageModel
import Web

/// What is configured, as gauges: rules compare what happens with what was agreed without
/// saying it a second time.
final class ConfigurationGauges: Sendable {
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

    init(metrics: any MetricsFactory) {
        self.metrics = metrics
    }

    /// Shows these settings, and nothing of those before.
    /// - Parameter shards: processes that share each application's quota.
    func show(_ settings: Settings, shards: Int) {
        let values = Self.values(settings, shards: shards)
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

    private static func values(_ settings: Settings, shards: Int) -> [Identity: Double] {
        var values: [Identity: Double] = [:]
        for application in settings.applications {
            let contract = application.contract
            let limits = [
                "search_requests_per_month": contract.searchRequestsPerMonth, "records": contract.records,
                "max_qps": contract.maxQPS,
            ]
            for case (let limit, let value?) in limits {
                values[Identity(metric: ExporterMetric.contractLimit, application: application.id, limit: limit)] =
                    value
            }
            values[Identity(metric: ExporterMetric.requestsPerMinuteLimit, application: application.id)] =
                Double(ClientFactory.quota(settings, shards: shards))
        }
        return values
    }
}
