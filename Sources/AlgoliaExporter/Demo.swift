import Transport
import Logging
import ServiceLifecycle
import Settings
import Simulator
import UsageModel

/// The simulator as the vendor of a demonstration.
struct Demo: Sendable {
    /// Where a demonstration's history is by default.
    static let path = "data/demo.db"

    /// About what the simulated shop uses, so that alerts, dashboards and reports have something to say.
    static let contract = {
        var contract = Contract()
        contract.searchRequestsPerMonth = 180_000_000
        contract.records = 12_000_000
        contract.maxQPS = 400
        return contract
    }()

    let server: any Service
    private let running: RunningSimulator
    private let application: SimulatedApplication

    /// - Parameters:
    ///   - hasAwkwardNames: whether its indices have names that need care, and not those of a shop.
    ///   - servesUsageV2: whether it has Usage API v2.
    init(logger: Logger, hasAwkwardNames: Bool = false, servesUsageV2: Bool = true) async throws {
        var configuration = SimulatorConfiguration.demo
        configuration.servesUsageV2 = servesUsageV2
        if hasAwkwardNames { configuration.applications[0].indices = SimulatorConfiguration.awkwardIndices }
        application = configuration.applications[0]
        running = try await RunningSimulator(Simulator(configuration: configuration, clock: SystemClock()))
        server = running
        logger.info("demo: using the built-in simulator instead of Algolia", metadata: ["url": "\(running.url)"])
    }

    /// Points `settings` at the simulator. A demonstration uses a separate database.
    func redirect(_ settings: inout Settings, keepsPath: Bool) {
        var demo = ApplicationSettings(id: application.id, usageKey: .value(application.usageKey))
        demo.monitoringKey = application.monitoringKey.map { .value($0) }
        demo.searchKey = application.searchKey.map { .value($0) }
        demo.contract = Self.contract
        settings.applications = [demo]
        settings.requests.endpoints.usage = running.url
        settings.requests.endpoints.monitoring = running.url
        settings.requests.endpoints.search = running.url
        // Nobody wants to wait for a demonstration; the simulator allows twice as many.
        settings.requests.requestsPerMinute = 3000
        if !keepsPath { settings.storage.path = Self.path }
    }
}
