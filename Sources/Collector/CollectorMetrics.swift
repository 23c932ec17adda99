internal import CoreMetrics
internal import History
internal import UsageModel

/// The metrics that the collector keeps about one application.
struct CollectorMetrics {
    private let application: ApplicationID
    /// The API that is collected.
    let api: API
    private let factory: any MetricsFactory

    init(application: ApplicationID, api: API = .usage, factory: any MetricsFactory) {
        self.application = application
        self.api = api
        self.factory = factory
        stored(0)
        outside(0)
    }

    /// The application's gauge with these values of the other labels.
    private func gauge(_ metric: MetricDeclaration, _ labels: [String]) -> Gauge {
        Gauge(label: metric.name, dimensions: metric.dimensions([application.text] + labels), factory: factory)
    }

    private func gauge(_ metric: MetricDeclaration, _ labels: [String], _ value: Double) {
        gauge(metric, labels).record(value)
    }

    func succeeded(_ api: API, now: UnixTime) {
        gauge(CollectorMetric.isUp, [api.rawValue], 1)
        gauge(CollectorMetric.lastSuccess, [api.rawValue], Double(now))
    }

    /// The machine's clock against the vendor's.
    func clockOffset(_ seconds: Double, _ api: API) {
        gauge(CollectorMetric.clockOffset, [api.rawValue], (seconds * 10).rounded() / 10)
    }

    func failed(_ api: API) {
        gauge(CollectorMetric.isUp, [api.rawValue], 0)
    }

    /// Ends the gauges of an application that is no longer collected: they would stay as they are for ever.
    func forget(_ apis: [API]) {
        var gauges = apis.flatMap { api in
            [CollectorMetric.isUp, CollectorMetric.lastSuccess, CollectorMetric.clockOffset].map {
                ($0, [api.rawValue])
            }
        }
        if apis.contains(.usage) {
            gauges.append((CollectorMetric.storageIsUp, []))
            gauges += [Granularity.hourly, .daily].flatMap { granularity in
                [CollectorMetric.setAsideRanges, CollectorMetric.vendorHorizon].map {
                    ($0, [granularity.rawValue])
                }
            }
            gauges += [Granularity.hourly, .daily].map {
                (CollectorMetric.backfillRemaining, [$0.rawValue])
            }
        }
        for (metric, labels) in gauges { gauge(metric, labels).destroy() }
    }

    func stored(_ points: Int) {
        Counter(label: CollectorMetric.pointsStored.name, dimensions: [], factory: factory)
            .increment(by: Int64(points))
    }

    func outside(_ points: Int) {
        let metric = CollectorMetric.pointsOutside
        Counter(label: metric.name, dimensions: metric.dimensions([application.text]), factory: factory)
            .increment(by: Int64(points))
    }

    func storage(isUp: Bool) { gauge(CollectorMetric.storageIsUp, [], isUp ? 1 : 0) }

    func remaining(_ planner: Planner, now: UnixTime) {
        // The gauges are about the application and its indices; `/api/v1/status` says the same of billing metrics.
        guard api == .usage else { return }
        for granularity in [Granularity.hourly, .daily] {
            let labels = [granularity.rawValue]
            gauge(CollectorMetric.setAsideRanges, labels, Double(planner.setAsideCount(granularity)))
            if let horizon = planner.reaches.horizon(ReachKey(.application, granularity)) {
                gauge(CollectorMetric.vendorHorizon, labels, Double(horizon.age))
            } else {
                gauge(CollectorMetric.vendorHorizon, labels).destroy()
            }
            gauge(
                CollectorMetric.backfillRemaining, [granularity.rawValue],
                Double(planner.remaining(granularity, now: now)))
        }
    }
}
