import AlgoliaClient
import AsyncHTTPClient
import Collector
import CoreMetrics
import Exposition
import History
import Logging
import Output
import RemoteStorage
import Settings
import Transport
import UsageModel

/// The parts of a running exporter, wired together.
struct Assembly {
    let clock = SystemClock()
    let history: History
    let registry: MetricsRegistry
    let http: HTTPClient
    let collector: Collector
    let remoteWriter: RemoteWriter
    private let horizon: RepairHorizon
    private let clients: ClientPool
    private let shard: Shard?
    private let gauges: ConfigurationGauges

    init(_ settings: Settings, shard: Shard?, logger: Logger) throws {
        self.shard = shard
        let destinations = try RemoteWriter.prepare(settings.remoteWrite)
        history = try History(path: settings.storage.path, collects: true, logger: logger)
        registry = MetricsRegistry(help: Self.help)
        gauges = ConfigurationGauges(metrics: registry)
        LogWriter.standardError.count(with: Counter(label: LogMetric.dropped, dimensions: [], factory: registry))
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .algolia)
        clients = ClientPool(transport: AsyncHTTPTransport(http), clock: clock, metrics: registry)
        do {
            collector = Collector(
                try Self.applications(settings, shard, clients), history: history, clock: clock, metrics: registry,
                logger: logger)
        } catch {
            try? http.syncShutdown()
            throw error
        }
        horizon = RepairHorizon(hourly: settings.collection.horizon)
        remoteWriter = RemoteWriter(
            destinations, history: history, repairedSince: horizon.start, clock: clock, metrics: registry,
            logger: logger, userAgent: "algolia-exporter/\(AlgoliaExporter.version)")
        gauges.show(settings, shard: shard)
    }

    /// Goes on with other settings.
    /// - Throws: what is wrong with them; nothing has changed then.
    func apply(_ settings: Settings) async throws {
        let destinations = try RemoteWriter.prepare(settings.remoteWrite)
        await collector.apply(try Self.applications(settings, shard, clients))
        gauges.show(settings, shard: shard)
        horizon.change(hourly: settings.collection.horizon)
        await remoteWriter.apply(destinations)
    }

    /// Closes what is open. The history is complete without it, only its log is longer.
    func shutdown() async {
        try? history.close()
        try? await http.shutdown()
    }

    private static func applications(
        _ settings: Settings, _ shard: Shard?, _ clients: ClientPool
    ) throws -> [CollectedApplication] {
        try settings.applications.map { application in
            CollectedApplication(
                settings: settings.collection(of: application, shard: shard),
                client: try clients.client(application, settings.requests(shard: shard)))
        }
    }

    private static let help = [
        RequestMetrics.requests: "Requests sent to Algolia, by API and HTTP status code or error type.",
        RequestMetrics.duration: "Time from sending a request to its decoded response, in seconds.",
        RequestMetrics.ignored: "Unreadable parts of responses that were ignored, by API.",
        CollectorMetric.isUp: "Whether the last request to this API succeeded.",
        CollectorMetric.lastSuccess: "Unix time of the last successful request to this API.",
        CollectorMetric.pointsStored: "New and revised points stored since the start.",
        CollectorMetric.clockOffset:
            "Seconds by which this machine's clock is ahead of Algolia's, from the Date of the last response.",
        CollectorMetric.databaseState:
            "State of the database file: 1 for the current state. Data is written only in the state good.",
        CollectorMetric.pointsOutside: "Points dropped because they were outside the requested range.",
        CollectorMetric.setAsideRanges:
            "Ranges of single statistics that Algolia rejected or sent unreadably; retried once a day.",
        CollectorMetric.vendorHorizon: "How far back Algolia serves data, where that is less than requested.",
        CollectorMetric.storageIsUp: "Whether the last write to the history database succeeded.",
        CollectorMetric.backfillRemaining:
            "Seconds of history still to be fetched, summed over the application and its indices.",
        ConfigurationMetric.contract:
            "Contract limit from the configuration: search requests per month, records, queries per second.",
        ConfigurationMetric.quota: "Configured limit of requests per minute that this process sends to Algolia.",
        RemoteWriteMetric.samples: "Samples accepted by a remote write receiver.",
        RemoteWriteMetric.dropped:
            "Samples that a remote write receiver will not receive, by the status code of the rejection or the "
            + "reason for not sending them.",
        RemoteWriteMetric.requests: "Remote write requests, by HTTP status code or error type.",
        RemoteWriteMetric.lag:
            "Age of the oldest settled sample that waits for a remote write receiver, in seconds; 0 when none waits.",
        LogMetric.dropped: "Log lines dropped because standard error was blocked.",
        ReloadMetric.isSuccessful: "Whether the last attempt to load the configuration succeeded.",
        ReloadMetric.lastSuccess: "Unix time of the last successful load of the configuration.",
    ]
}

extension ClientPool {
    /// A client of an application as it is configured.
    func client(_ application: ApplicationSettings, _ options: RequestOptions) throws(InvalidKey) -> AlgoliaClient {
        try client(
            application.id, usageKey: application.usageKey, monitoringKey: application.monitoringKey,
            searchKey: application.searchKey, options: options)
    }
}
