public import Collector
public import History
public import Prometheus
public import UsageModel

/// What the HTTP interface shows: the history, and the state of those who fill it.
public struct Exporter: Sendable {
    public let history: History
    public let staleness: UsageFamilies.Staleness
    public let registry: MetricsRegistry
    public let process: ProcessMetrics
    public let clock: any WallClock
    public let version: String
    /// What each application's collector is doing.
    public let status: @Sendable () async -> [ApplicationStatus]

    public init(
        history: History, staleness: UsageFamilies.Staleness, registry: MetricsRegistry, process: ProcessMetrics,
        clock: any WallClock, version: String, status: @escaping @Sendable () async -> [ApplicationStatus]
    ) {
        self.history = history
        self.staleness = staleness
        self.registry = registry
        self.process = process
        self.clock = clock
        self.version = version
        self.status = status
    }
}
