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
import Synchronization
import Transport
import UsageModel
import Web

/// The parts of a running exporter, wired together.
struct Assembly {
    let clock = SystemClock()
    let history: History
    let registry: MetricsRegistry
    let collector: Collector
    let remoteWriter: RemoteWriter
    private let horizon: RepairHorizon
    private let labels: CurrentLabels
    private let clients: ClientPool
    private let transport: AsyncHTTPTransport
    private let authorities: CertificateAuthorities
    private let shard: Shard?
    private let gauges: ConfigurationGauges

    init(_ settings: Settings, shard: Shard?, logger: Logger) throws {
        self.shard = shard
        let destinations = try RemoteWriter.prepare(settings.remoteWrite)
        authorities = try CertificateAuthorities(file: settings.requests.endpoints.certificateAuthorityFile)
        history = try History(path: settings.storage.path, collects: true, logger: logger)
        registry = MetricsRegistry(
            RequestMetrics.all + CollectorMetric.all + RemoteWriteMetric.all + ExporterMetric.all
                + ConfigurationMetric.all + LogMetric.all + HTTPMetric.all)
        gauges = ConfigurationGauges(metrics: registry)
        LogWriter.standardError.count(with: Counter(label: LogMetric.dropped.name, dimensions: [], factory: registry))
        transport = AsyncHTTPTransport(.algolia, proxies: settings.proxies, authorities: authorities)
        clients = ClientPool(transport: transport, clock: clock, metrics: registry)
        do {
            collector = Collector(
                try Self.applications(settings, shard, clients), history: history, clock: clock, metrics: registry,
                logger: logger)
        } catch {
            transport.close()
            throw error
        }
        horizon = RepairHorizon(hourly: settings.collection.horizon)
        let labels = CurrentLabels(settings.applicationLabels)
        self.labels = labels
        remoteWriter = RemoteWriter(
            destinations, history: history, repairedSince: horizon.start, clock: clock, metrics: registry,
            logger: logger, userAgent: "algolia-exporter/\(AlgoliaExporter.version)", labels: { labels.value },
            connect: { [proxies = settings.proxies] destination, tls in
                AsyncHTTPTransport(tls: tls, proxies: destination.proxies(otherwise: proxies))
            })
        if let proxy = settings.proxies.proxy(for: settings.requests.endpoints.usage) {
            logger.info("sending requests to the Usage API through proxy \(proxy)")
        }
        gauges.show(settings, shard: shard)
    }

    /// Goes on with other settings.
    /// - Throws: what is wrong with them; nothing has changed then.
    func apply(_ settings: Settings) async throws {
        let destinations = try RemoteWriter.prepare(settings.remoteWrite)
        let applications = try Self.applications(settings, shard, clients)
        try authorities.change(file: settings.requests.endpoints.certificateAuthorityFile)
        await collector.apply(applications)
        gauges.show(settings, shard: shard)
        horizon.change(hourly: settings.collection.horizon)
        labels.value = settings.applicationLabels
        await remoteWriter.apply(destinations)
    }

    /// Closes what is open. The history is complete without it, only its log is longer.
    func shutdown() async {
        try? history.close()
        await transport.closed()
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

}

/// The labels that are added to each application's metrics, as configured now.
private final class CurrentLabels: Sendable {
    private let current: Mutex<ApplicationLabels>

    init(_ labels: ApplicationLabels) { current = Mutex(labels) }

    var value: ApplicationLabels {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

extension ClientPool {
    /// A client of an application as it is configured.
    func client(_ application: ApplicationSettings, _ options: RequestOptions) throws(InvalidKey) -> AlgoliaClient {
        try client(
            application.id, usageKey: application.usageKey, monitoringKey: application.monitoringKey,
            searchKey: application.searchKey, options: options)
    }
}
