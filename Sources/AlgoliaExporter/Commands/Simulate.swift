import ArgumentParser
import Logging
import ServiceLifecycle
import Simulator
import UsageModel
import Web

struct Simulate: AsyncParsableCommand, StoppableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a simulator of Algolia's APIs for tests.",
        discussion: FaultArgument.kinds)

    @OptionGroup var logging: LoggingOptions

    @Option(
        name: .customLong("web.listen-address"), help: "Address to listen on, as host:port.",
        transform: ArgumentRule.listenAddress)
    var listenAddress = ListenAddress.tcp(host: "127.0.0.1", port: 9915)

    @Option(
        help: "Requests per minute allowed for each application.", transform: ArgumentRule.wholeNumber(1...1_000_000))
    var requestsPerMinute = 60

    @Option(
        help: "Number of indices; names beyond the first 25 are generic.",
        transform: ArgumentRule.wholeNumber(0...10_000))
    var indices = 25

    @Option(
        help: "Number of applications: DEMOAPP, DEMOAPP2 and so on, with the same keys.",
        transform: ArgumentRule.wholeNumber(1...1000))
    var applications = 1

    @Flag(name: .customLong("awkward-names"), help: "Give indices names that need care in URLs, labels and JSON.")
    var hasAwkwardNames = false

    @OptionGroup(title: "Vendor behaviour") var switches: VendorSwitches

    func validate() throws {
        guard case .tcp = listenAddress else {
            throw ValidationError("--web.listen-address: the simulator needs host:port, such as 127.0.0.1:9915")
        }
    }

    func run() async throws {
        try await logging.run { logger in
            let configuration = simulated
            let application = configuration.applications[0]
            guard case .tcp(let host, let port) = listenAddress else { return }
            let running: RunningSimulator
            do {
                running = try await RunningSimulator(
                    Simulator(configuration: configuration, clock: SystemClock()),
                    host: host.isEmpty ? "0.0.0.0" : host, port: port)
            } catch {
                throw ListenError(listenAddress, error)
            }
            logger.info(
                "simulating all three APIs",
                metadata: [
                    "url": "\(running.url)", "application": "\(application.id)", "usage_key": "\(application.usageKey)",
                    "search_key": "\(application.searchKey ?? "")",
                    "monitoring_key": "\(application.monitoringKey ?? "")",
                ])
            var quiet = logger
            quiet.logLevel = max(logger.logLevel, .warning)
            let group = ServiceGroup(configuration: .init(services: [running], logger: quiet))
            ProcessControl.shared.onStop { Task { await group.triggerGracefulShutdown() } }
            try await group.run()
        }
    }

    private var simulated: SimulatorConfiguration {
        var configuration = SimulatorConfiguration.demo
        configuration.requestsPerMinute = requestsPerMinute
        let names = hasAwkwardNames ? SimulatorConfiguration.awkwardIndices : SimulatorConfiguration.shopIndices
        configuration.applications[0].indices =
            names.prefix(indices) + (names.count..<max(indices, names.count)).compactMap { IndexName("index_\($0)") }
        configuration.applications += (2..<applications + 1).map { number in
            var another = configuration.applications[0]
            another.id = ApplicationID("\(another.id)\(number)") ?? another.id
            return another
        }
        switches.apply(to: &configuration)
        return configuration
    }
}
