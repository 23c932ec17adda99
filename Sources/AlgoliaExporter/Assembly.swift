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
    let settings: Settings
    let clock = SystemClock()
    let history: History
    let registry: MetricsRegistry
    let http: HTTPClient
    let collector: Collector

    init(_ settings: Settings, logger: Logger) throws {
        self.settings = settings
        history = try History(path: settings.storage.path)
        registry = MetricsRegistry(help: Self.help)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AsyncHTTPTransport.configuration)
        var collectors: [ApplicationCollector] = []
        for application in settings.applications {
            if application.monitoringKey != nil {
                logger.notice(
                    "this version does not read the Monitoring API; its key is not used",
                    metadata: ["application": "\(application.id)"])
            }
            let client: AlgoliaClient
            do {
                client = try Self.client(application, settings, http: http, clock: clock, registry: registry)
            } catch {
                try? http.syncShutdown()
                throw error
            }
            collectors.append(
                ApplicationCollector(
                    settings: Self.collection(application, settings), client: client, history: history, clock: clock,
                    metrics: registry, logger: logger))
        }
        collector = Collector(collectors)
    }

    /// Closes what is open. The history is complete without it, only its log is longer.
    func shutdown() async {
        try? history.close()
        try? await http.shutdown()
    }

    static func client(
        _ application: ApplicationSettings, _ settings: Settings, http: HTTPClient, clock: any WallClock,
        registry: MetricsRegistry
    ) throws -> AlgoliaClient {
        var endpoints = AlgoliaClient.Endpoints()
        endpoints.usage = settings.endpoints.usage
        endpoints.monitoring = settings.endpoints.monitoring
        endpoints.search = settings.endpoints.search
        return AlgoliaClient(
            application: application.id, endpoints: endpoints,
            usageKey: try keySource(application.usageKey, "usage", application),
            searchKey: try application.searchKey.map { try keySource($0, "search", application) },
            timeout: settings.polling.timeout, transport: AsyncHTTPTransport(http),
            quota: TokenBucket(requestsPerMinute: settings.polling.requestsPerMinute, clock: clock), clock: clock,
            metrics: registry)
    }

    private static func keySource(
        _ key: KeySetting, _ api: String, _ application: ApplicationSettings
    ) throws -> KeySource {
        switch key {
        case .file(let path): return KeySource(path: path)
        case .value(let text):
            guard let key = APIKey(text) else {
                throw CommandError(
                    "the \(api) API key of application \(application.id) has characters that no key has; "
                        + "expected letters, digits and punctuation without spaces")
            }
            return KeySource(key)
        }
    }

    private static func collection(_ application: ApplicationSettings, _ settings: Settings) -> CollectionSettings {
        var collection = CollectionSettings()
        collection.interval = settings.polling.interval
        collection.indexInterval = settings.polling.indexInterval
        collection.settleDelay = settings.polling.settleDelay
        collection.horizon = settings.backfillHorizon
        collection.indices = IndexFilter(include: application.indices.include, exclude: application.indices.exclude)
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
    ]
}
