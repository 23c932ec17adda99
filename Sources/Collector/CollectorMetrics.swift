internal import CoreMetrics
internal import UsageModel

/// The metrics that the collector keeps about one application.
struct CollectorMetrics {
    private let application: String
    private let factory: any MetricsFactory

    init(application: String, factory: any MetricsFactory) {
        self.application = application
        self.factory = factory
        stored(0)
    }

    private func gauge(_ name: String, _ dimensions: [(String, String)], _ value: Double) {
        Gauge(label: name, dimensions: [("application", application)] + dimensions, factory: factory).record(value)
    }

    func succeeded(_ api: API, now: UnixTime) {
        gauge(CollectorMetric.isUp, [("api", api.rawValue)], 1)
        gauge(CollectorMetric.lastSuccess, [("api", api.rawValue)], Double(now))
    }

    /// The machine's clock against the vendor's.
    func clockOffset(_ seconds: Double, _ api: API) {
        gauge(CollectorMetric.clockOffset, [("api", api.rawValue)], (seconds * 10).rounded() / 10)
    }

    func failed(_ api: API) {
        gauge(CollectorMetric.isUp, [("api", api.rawValue)], 0)
    }

    /// Ends the gauges of an application that is no longer collected: they would stay as they are for ever.
    func forget(_ apis: [API]) {
        var gauges = apis.flatMap { api in
            [CollectorMetric.isUp, CollectorMetric.lastSuccess, CollectorMetric.clockOffset].map {
                ($0, [("api", api.rawValue)])
            }
        }
        if apis.contains(.usage) {
            gauges += [Granularity.hourly, .daily].map {
                (CollectorMetric.backfillRemaining, [("granularity", $0.rawValue)])
            }
        }
        for (name, dimensions) in gauges {
            Gauge(label: name, dimensions: [("application", application)] + dimensions, factory: factory).destroy()
        }
    }

    func stored(_ points: Int) {
        Counter(label: CollectorMetric.pointsStored, dimensions: [], factory: factory).increment(by: Int64(points))
    }

    func remaining(_ planner: Planner, now: UnixTime) {
        for granularity in [Granularity.hourly, .daily] {
            gauge(
                CollectorMetric.backfillRemaining, [("granularity", granularity.rawValue)],
                Double(planner.remaining(granularity, now: now)))
        }
    }
}

/// Names of the metrics that the collector keeps.
public enum CollectorMetric {
    public static let isUp = "algolia_exporter_up"
    public static let lastSuccess = "algolia_exporter_last_success_timestamp_seconds"
    public static let pointsStored = "algolia_exporter_points_stored_total"
    public static let clockOffset = "algolia_exporter_clock_offset_seconds"
    public static let databaseState = "algolia_exporter_database_state"
    public static let backfillRemaining = "algolia_exporter_backfill_remaining_seconds"
}
