internal import Capacity
public import Collector
public import History
public import Logging
public import Prometheus
public import UsageModel

/// What the HTTP interface shows: the history, and the state of those who fill it.
public struct Exporter: Sendable {
    public let history: History
    /// What `/metrics` shows, as configured now.
    public let options: @Sendable () -> MetricsOptions
    public let registry: MetricsRegistry
    public let process: ProcessMetrics
    public let clock: any WallClock
    public let version: String
    public let logger: Logger
    /// Who may use the usage proxy, and who fetches what it lacks.
    public let usage: UsageGateway
    /// Loads the configuration again; nil where that is not allowed over HTTP.
    public let reload: (@Sendable () async throws -> Void)?
    /// What follows from the history for each application's contract.
    public let capacity: CapacityCache
    /// What each application's collector is doing.
    public let status: @Sendable () async -> [ApplicationStatus]

    public init(
        history: History, options: @escaping @Sendable () -> MetricsOptions, registry: MetricsRegistry,
        process: ProcessMetrics, clock: any WallClock, version: String, logger: Logger,
        usage: UsageGateway = UsageGateway(), reload: (@Sendable () async throws -> Void)? = nil,
        planning: CapacityCache.Planning = CapacityCache.Planning(),
        status: @escaping @Sendable () async -> [ApplicationStatus]
    ) {
        self.history = history
        self.options = options
        self.registry = registry
        self.process = process
        self.clock = clock
        self.version = version
        self.logger = logger
        self.usage = usage
        self.reload = reload
        capacity = CapacityCache(history, planning, clock: clock)
        self.status = status
    }
}
