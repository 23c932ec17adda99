internal import CoreMetrics
public import UsageModel

/// The metrics about remote write.
public enum RemoteWriteMetric {
    public static let samples = MetricDeclaration(
        "algolia_exporter_remote_write_samples_total", .counter, labels: ["remote"],
        help: "Samples accepted by a remote write receiver.",
        meaning: "samples that the receiver has accepted")
    public static let dropped = MetricDeclaration(
        "algolia_exporter_remote_write_samples_dropped_total", .counter, labels: ["remote", "reason"],
        help:
            """
            Samples that a remote write receiver will not receive, by the status code of the rejection or the reason \
            for not sending them.
            """,
        meaning:
            """
            samples that the receiver will not get; `reason` is the status with which it refused them, `partial` \
            when it accepted a request but wrote fewer samples than it had, or `too_old` for those beyond \
            `sample_age_limit`
            """)
    public static let requests = MetricDeclaration(
        "algolia_exporter_remote_write_requests_total", .counter, labels: ["remote", "code"],
        help: "Remote write requests, by HTTP status code or error type.",
        meaning: "requests sent; `code` is the HTTP status, or `timeout`, `connection_error`")
    public static let lag = MetricDeclaration(
        "algolia_exporter_remote_write_lag_seconds", .gauge, labels: ["remote"],
        help:
            "Age of the oldest settled sample that waits for a remote write receiver, in seconds; 0 when none waits.",
        meaning:
            """
            age of the oldest settled sample that waits to be accepted; 0 when none waits. A settled hour is some \
            hours old when it is sent, a day more than one
            """)

    /// All of them.
    public static let all = [samples, dropped, requests, lag]
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

    private func count(_ metric: MetricDeclaration, _ labels: [String], _ amount: Int) {
        Counter(label: metric.name, dimensions: metric.dimensions([remote] + labels), factory: factory)
            .increment(by: Int64(amount))
    }

    func accepted(_ samples: Int) { count(RemoteWriteMetric.samples, [], samples) }

    func dropped(_ samples: Int, _ reason: Reason) { dropped(samples, reason.rawValue) }

    func dropped(_ samples: Int, _ reason: String) {
        count(RemoteWriteMetric.dropped, [reason], samples)
    }

    /// - Parameter code: a status, or a word when there was none.
    func requests(_ code: String, _ amount: Int = 1) { count(RemoteWriteMetric.requests, [code], amount) }

    private var lagGauge: Gauge {
        let metric = RemoteWriteMetric.lag
        return Gauge(label: metric.name, dimensions: metric.dimensions([remote]), factory: factory)
    }

    /// - Parameter seconds: the age of the oldest sample that waits.
    func lag(_ seconds: Double) { lagGauge.record(seconds) }

    /// Ends the gauge of a destination that is gone.
    func forget() { lagGauge.destroy() }
}
