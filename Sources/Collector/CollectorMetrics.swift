internal import CoreMetrics
internal import History
internal import UsageModel

/// The metrics that the collector keeps about one application.
struct CollectorMetrics {
    private let application: ApplicationID
    private let factory: any MetricsFactory

    init(application: ApplicationID, factory: any MetricsFactory) {
        self.application = application
        self.factory = factory
        stored(0)
        outside(0)
    }

    private func gauge(_ name: String, _ dimensions: [(String, String)], _ value: Double) {
        Gauge(label: name, dimensions: [("application", application.text)] + dimensions, factory: factory).record(value)
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
            gauges.append((CollectorMetric.storageIsUp, []))
            gauges += [Granularity.hourly, .daily].flatMap { granularity in
                [CollectorMetric.setAsideRanges, CollectorMetric.vendorHorizon].map {
                    ($0, [("granularity", granularity.rawValue)])
                }
            }
            gauges += [Granularity.hourly, .daily].map {
                (CollectorMetric.backfillRemaining, [("granularity", $0.rawValue)])
            }
        }
        for (name, dimensions) in gauges {
            Gauge(label: name, dimensions: [("application", application.text)] + dimensions, factory: factory).destroy()
        }
    }

    func stored(_ points: Int) {
        Counter(label: CollectorMetric.pointsStored, dimensions: [], factory: factory).increment(by: Int64(points))
    }

    func outside(_ points: Int) {
        Counter(
            label: CollectorMetric.pointsOutside, dimensions: [("application", application.text)], factory: factory
        ).increment(by: Int64(points))
    }

    func storage(isUp: Bool) { gauge(CollectorMetric.storageIsUp, [], isUp ? 1 : 0) }

    func remaining(_ planner: Planner, now: UnixTime) {
        for granularity in [Granularity.hourly, .daily] {
            let labels = [("granularity", granularity.rawValue)]
            let setAside = planner.tracks.lazy.filter { $0.granularity == granularity }.map(\.setAside.count)
            gauge(CollectorMetric.setAsideRanges, labels, Double(setAside.reduce(0, +)))
            if let horizon = planner.reaches.horizon(ReachKey(.application, granularity)) {
                gauge(CollectorMetric.vendorHorizon, labels, Double(horizon.age))
            } else {
                Gauge(
                    label: CollectorMetric.vendorHorizon, dimensions: [("application", application.text)] + labels,
                    factory: factory
                ).destroy()
            }
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
    public static let pointsOutside = "algolia_exporter_points_outside_range_total"
    public static let setAsideRanges = "algolia_exporter_set_aside_ranges"
    public static let vendorHorizon = "algolia_exporter_vendor_horizon_seconds"
    public static let storageIsUp = "algolia_exporter_storage_up"
    public static let backfillRemaining = "algolia_exporter_backfill_remaining_seconds"
}
