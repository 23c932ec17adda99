internal import CoreMetrics
internal import UsageModel

/// Names of the metrics about remote write.
public enum RemoteWriteMetric {
    public static let samples = "algolia_exporter_remote_write_samples_total"
    public static let dropped = "algolia_exporter_remote_write_samples_dropped_total"
    public static let requests = "algolia_exporter_remote_write_requests_total"
    public static let lag = "algolia_exporter_remote_write_lag_seconds"
}

/// The metrics of one destination.
struct RemoteWriteMetrics {
    /// Why samples were dropped, when it was not a status.
    enum Reason: String, CaseIterable {
        case tooOld = "too_old"
        case partial
    }

    private let remote: String
    private let factory: any MetricsFactory

    init(remote: String, factory: any MetricsFactory) {
        self.remote = remote
        self.factory = factory
        // They exist from the start, so that an increase is seen.
        accepted(0)
        for reason in Reason.allCases.map(\.rawValue) + ["400"] { dropped(0, reason) }
        requests("200", 0)
        lag(0)
    }

    private func count(_ name: String, _ dimensions: [(String, String)], _ amount: Int) {
        Counter(label: name, dimensions: [("remote", remote)] + dimensions, factory: factory)
            .increment(by: Int64(amount))
    }

    func accepted(_ samples: Int) { count(RemoteWriteMetric.samples, [], samples) }

    func dropped(_ samples: Int, _ reason: Reason) { dropped(samples, reason.rawValue) }

    func dropped(_ samples: Int, _ reason: String) {
        count(RemoteWriteMetric.dropped, [("reason", reason)], samples)
    }

    /// - Parameter code: a status, or a word when there was none.
    func requests(_ code: String, _ amount: Int = 1) { count(RemoteWriteMetric.requests, [("code", code)], amount) }

    /// - Parameter seconds: the age of the oldest sample that waits.
    func lag(_ seconds: Double) {
        Gauge(label: RemoteWriteMetric.lag, dimensions: [("remote", remote)], factory: factory).record(seconds)
    }

    /// Ends the gauge of a destination that is gone.
    func forget() {
        Gauge(label: RemoteWriteMetric.lag, dimensions: [("remote", remote)], factory: factory).destroy()
    }
}
