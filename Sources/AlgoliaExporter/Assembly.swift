import AlgoliaClient
import AsyncHTTPClient
import Collector
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
    private let clients: ClientFactory
    private let shard: Shard?

    init(_ settings: Settings, shard: Shard?, logger: Logger) throws {
        self.shard = shard
        history = try History(path: settings.storage.path)
        registry = MetricsRegistry(help: Self.help)
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
    }

    /// Goes on with other settings.
    func apply(_ settings: Settings) async throws {
        await collector.apply(try Self.applications(settings, shard, clients))
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
        collection.indices = IndexFilter(include: application.indices.include, exclude: application.indices.exclude)
        collection.shard = shard
        // Servers and clusters take some three requests a minute: never more than a quarter of the quota.
        let quota = ClientFactory.quota(settings, shards: shard?.count ?? 1)
        collection.monitoringInterval = 60 * Int64(max(1, (12 + quota - 1) / quota))
        return collection
    }

    private static let help = [
        RequestMetrics.requests: "Requests sent to Algolia, by API and HTTP status or kind of failure.",
        RequestMetrics.duration: "Seconds from sending a request to its decoded answer.",
        CollectorMetric.isUp: "Whether the newest request to this API succeeded.",
        CollectorMetric.lastSuccess: "When the newest request to this API succeeded, in seconds since 1970.",
        CollectorMetric.pointsStored: "Points that were stored new or revised since the start.",
        CollectorMetric.backfillRemaining:
            "Seconds of history still to be fetched, over the application and its indices.",
        ReloadMetric.isSuccessful: "Whether the newest attempt to load the configuration succeeded.",
        ReloadMetric.lastSuccess: "When the configuration was last loaded, in seconds since 1970.",
    ]
}
