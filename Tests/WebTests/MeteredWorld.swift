import AlgoliaClient
import Collector
import Exposition
import History
import Logging
import Simulator
import TestSupport
import Transport
import UsageModel
import Web

/// A simulated vendor, collected with the exporter's own metrics.
struct MeteredWorld: Sendable {
    /// Names that need care in a label, a URL, JSON or CSV.
    static let indices: [IndexName] = [
        "products", "shop/eu", "the \"best\" ones", "back\\slash", "line\nbreak", "🛒 cart",
    ]

    let world: World
    let history: History
    let registry = MetricsRegistry()
    let collector: ApplicationCollector

    init(indices: [IndexName] = MeteredWorld.indices, faults: Faults = Faults()) throws {
        var settings = CollectionSettings()
        settings.horizon = 2 * 86_400
        world = World(indices: indices, settings: settings, faults: faults)
        history = try world.openHistory()
        guard let usage = SecretText(key: "usage-key"), let search = SecretText(key: "search-key") else {
            throw NoKey()
        }
        let client = AlgoliaClient(
            application: "APP", usageKey: Secret(usage), searchKey: Secret(search),
            transport: SimulatorTransport(world.simulator, clock: world.clock),
            quota: TokenBucket(requestsPerMinute: 6000, clock: world.clock), clock: world.clock, metrics: registry)
        collector = ApplicationCollector(
            settings: settings, client: client, history: history, clock: world.clock, metrics: registry,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, generator: SeededGenerator(1))
    }

    private struct NoKey: Error {}

    var exporter: Exporter {
        // Keeps the world, and so its folder, alive.
        .test(history, world.clock, registry: registry) { [self] in [await collector.status()] }
    }

    func settle() async throws -> Bool { try await world.settle(collector) }
}
