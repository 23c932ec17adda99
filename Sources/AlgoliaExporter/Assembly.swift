import AlgoliaClient
import AsyncHTTPClient
import Collector
import CoreMetrics
import History
import Logging
import Prometheus
import Settings
import UsageModel
import Web

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
        registry = MetricsRegistry(
            RequestMetrics.all + CollectorMetric.all + RemoteWriteMetric.all + ExporterMetric.all)
        gauges = ConfigurationGauges(metrics: registry)
        LogWriter.standardError.count(
            with: Counter(label: ExporterMetric.logLinesDropped.name, dimensions: [], factory: registry))
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
}
