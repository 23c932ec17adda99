import AlgoliaClient
import AsyncHTTPClient
import Collector
import CoreMetrics
import History
import Logging
import Prometheus
import Settings
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
    private let clients: ClientFactory
    private let shard: Shard?
    private let gauges: ConfigurationGauges

    init(_ settings: Settings, shard: Shard?, logger: Logger) throws {
        self.shard = shard
        let destinations = try RemoteWriter.prepare(settings.remoteWrite.map { RemoteWriteDestination($0) })
        history = try History(path: settings.storage.path, collects: true, logger: logger)
        registry = MetricsRegistry(help: Self.help)
        gauges = ConfigurationGauges(metrics: registry)
        LogWriter.standardError.count(with: Counter(label: LogMetric.dropped, dimensions: [], factory: registry))
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AsyncHTTPTransport.configuration)
        clients = ClientFactory(http: http, clock: clock, registry: registry)
        do {
            collector = Collector(
                try Self.applications(settings, shard, clients), history: history, clock: clock, metrics: registry,
                logger: logger)
        } catch {
            try? http.syncShutdown()
            throw error
        }
        horizon = RepairHorizon(hourly: settings.backfillHorizon)
        remoteWriter = RemoteWriter(
            destinations, history: history, repairedSince: horizon.start, clock: clock, metrics: registry,
            logger: logger, userAgent: "algolia-exporter/\(AlgoliaExporter.version)")
        gauges.show(settings, shards: shard?.count ?? 1)
    }

    /// Goes on with other settings.
    /// - Throws: what is wrong with them; nothing has changed then.
    func apply(_ settings: Settings) async throws {
        let destinations = try RemoteWriter.prepare(settings.remoteWrite.map { RemoteWriteDestination($0) })
        await collector.apply(try Self.applications(settings, shard, clients))
        gauges.show(settings, shards: shard?.count ?? 1)
        horizon.change(hourly: settings.backfillHorizon)
        await remoteWriter.apply(destinations)
    }

    /// Closes what is open. The history is complete without it, only its log is longer.
    func shutdown() async {
        try? history.close()
        try? await http.shutdown()
    }

    private static func applications(
        _ settings: Settings, _ shard: Shard?, _ clients: ClientFactory
    ) throws -> [CollectedApplication] {
        try settings.applications.map { application in
            CollectedApplication(
                settings: collection(application, settings, shard),
                client: try clients.client(application, settings, shards: shard?.count ?? 1))
        }
    }

    private static func collection(
        _ application: ApplicationSettings, _ settings: Settings, _ shard: Shard?
    ) -> CollectionSettings {
        var collection = CollectionSettings()
        collection.interval = settings.polling.interval
        collection.indexInterval = settings.polling.indexInterval
        collection.settleDelay = settings.polling.settleDelay
        collection.horizon = settings.backfillHorizon
        collection.indices = IndexFilter(application.indices)
        collection.shard = shard
        collection.monitoringInterval = CollectionSettings.monitoringInterval(
            requestsPerMinute: ClientFactory.quota(settings, shards: shard?.count ?? 1))
        return collection
    }

    private static let help = [
        RequestMetrics.requests: "Requests sent to Algolia, by API and HTTP status or kind of failure.",
        RequestMetrics.duration: "Seconds from sending a request to its decoded answer.",
        RequestMetrics.ignored: "Parts of answers that were ignored because they cannot be read, by API.",
        CollectorMetric.isUp: "Whether the newest request to this API succeeded.",
        CollectorMetric.lastSuccess: "When the newest request to this API succeeded, in seconds since 1970.",
        CollectorMetric.pointsStored: "Points that were stored new or revised since the start.",
        CollectorMetric.clockOffset:
            "Seconds that this machine's clock is ahead of Algolia's, by the Date of the newest answer.",
        CollectorMetric.databaseState:
            "State of the database file: 1 for the present one. Nothing is written unless it is good.",
        CollectorMetric.pointsOutside:
            "Points that were dropped because Algolia sent them for times that were not asked for.",
        CollectorMetric.setAsideRanges:
            "Ranges of single statistics that Algolia did not give readably, or refused, and that are asked for once a day.",
        CollectorMetric.vendorHorizon: "How far back Algolia serves ranges, where that is less than is wanted.",
        CollectorMetric.storageIsUp: "Whether the newest attempt to write the history succeeded.",
        CollectorMetric.backfillRemaining:
            "Seconds of history still to be fetched, over the application and its indices.",
        ConfigurationMetric.contract:
            "What was agreed with Algolia, as configured: search requests per month, records, queries per second.",
        ConfigurationMetric.quota: "Requests a minute that this process may send to Algolia, as configured.",
        RemoteWriteMetric.samples: "Samples that a receiver of remote write has accepted.",
        RemoteWriteMetric.dropped:
            "Samples that a receiver of remote write will never have, by the status with which it refused them, or "
            + "the reason why they were not sent.",
        RemoteWriteMetric.requests: "Requests of remote write, by HTTP status or kind of failure.",
        RemoteWriteMetric.lag:
            "Age of the oldest settled sample that waits for a receiver of remote write; 0 when none waits.",
        LogMetric.dropped: "Lines of the log that were dropped because standard error did not take them.",
        ReloadMetric.isSuccessful: "Whether the newest attempt to load the configuration succeeded.",
        ReloadMetric.lastSuccess: "When the configuration was last loaded, in seconds since 1970.",
    ]
}
