internal import Capacity
public import Collector
public import Exposition
public import History
public import Logging
public import UsageModel

/// Everything that the HTTP interface shows: the history, and the state of those who fill it.
public struct Exporter: Sendable {
    public let history: History
    /// The options of `/metrics`, as configured now.
    public let options: @Sendable () -> MetricsOptions
    public let registry: MetricsRegistry
    public let process: ProcessMetrics
    public let clock: any WallClock
    public let build: BuildInformation
    public let logger: Logger
    /// Where the HTTP interface is found.
    public let paths: WebPaths
    /// Keys for the usage proxy, and the function that fetches missing ranges.
    public let usage: UsageGateway
    /// Loads the configuration again; nil where that is not allowed over HTTP.
    public let reload: (@Sendable () async throws -> Void)?
    /// The capacity reports of the applications.
    public let capacity: CapacityCache
    /// The bytes of memory that the process may take, as configured now.
    let memoryLimit: @Sendable () -> Int
    let statisticNames: StatisticNames
    /// How the HTTP interface is protected now, as the server that shows this exporter says.
    var security: @Sendable () -> WebSecurity = { WebSecurity() }
    /// The state of each application's collector.
    public let status: @Sendable () async -> [ApplicationStatus]

    public init(
        history: History, options: @escaping @Sendable () -> MetricsOptions, registry: MetricsRegistry,
        process: ProcessMetrics, clock: any WallClock, build: BuildInformation, logger: Logger,
        paths: WebPaths = WebPaths(),
        usage: UsageGateway = UsageGateway(), reload: (@Sendable () async throws -> Void)? = nil,
        planning: CapacityCache.Planning = CapacityCache.Planning(),
        memoryLimit: @escaping @Sendable () -> Int = { .max },
        status: @escaping @Sendable () async -> [ApplicationStatus]
    ) {
        self.history = history
        self.options = options
        self.registry = registry
        self.process = process
        self.clock = clock
        self.build = build
        self.logger = logger
        self.paths = paths
        self.usage = usage
        self.reload = reload
        capacity = CapacityCache(history, planning, clock: clock)
        self.memoryLimit = memoryLimit
        statisticNames = StatisticNames(history)
        self.status = status
    }
}
