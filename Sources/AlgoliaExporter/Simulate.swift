import ArgumentParser
import Logging
import ServiceLifecycle
import Simulator
import UsageModel

struct Simulate: AsyncParsableCommand, StoppableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve an imitation of Algolia's APIs, for trying things out.",
        discussion: """
            Faults are given as --fault KIND or --fault KIND:PROBABILITY, several if wanted. KIND is one of
            401, 403, 429, 429-date, 429-bare, 500, 503, hang, slow, cut, truncated, garbage.
            --monitoring-fault is the same for requests of the Monitoring API alone.
            """)

    @OptionGroup var logging: LoggingOptions

    @Option(
        name: .customLong("web.listen-address"), help: "Address to listen on, as host:port.",
        transform: ListenAddress.init(argument:))
    var listenAddress = ListenAddress(host: "127.0.0.1", port: 9915)

    @Option(help: "Requests that an application may send in a minute.")
    var requestsPerMinute = 60

    @Option(help: "How many indices the application has; those beyond 25 have plain names.")
    var indices = 25

    @Option(help: "How many applications there are: DEMOAPP, DEMOAPP2 and so on, with the same keys.")
    var applications = 1

    @Option(name: .customLong("fault"), help: "A fault to inject.")
    var faults: [FaultArgument] = []

    @Option(name: .customLong("monitoring-fault"), help: "A fault of the Monitoring API.")
    var monitoringFaults: [FaultArgument] = []

    @Flag(help: "Write the times of infrastructure in seconds.")
    var monitoringSeconds = false

    @Flag(help: "Refuse the wildcard.")
    var refuseWildcard = false

    @Option(name: .customLong("refuse-statistic"), help: "A statistic to refuse.")
    var refusedStatistics: [String] = []

    @Option(name: .customLong("fail-index"), help: "An index that answers 500.")
    var failingIndices: [String] = []

    @Flag(help: "Add statistics that no catalogue knows.")
    var unknownStatistics = false

    @Flag(help: "Write JSON with odd order, white space and numbers.")
    var untidy = false

    func validate() throws {
        guard (1...1_000_000).contains(requestsPerMinute) else {
            throw ValidationError("--requests-per-minute must be between 1 and 1000000, not \(requestsPerMinute)")
        }
        guard (0...10_000).contains(indices) else {
            throw ValidationError("--indices must be between 0 and 10000, not \(indices)")
        }
        guard (1...1000).contains(applications) else {
            throw ValidationError("--applications must be between 1 and 1000, not \(applications)")
        }
        for name in refusedStatistics where StatisticCatalogue.statistic(named: name) == nil {
            throw ValidationError("--refuse-statistic: there is no statistic \"\(name)\"")
        }
    }

    func run() async throws {
        let logger = logging.start()
        try await Failures.reported(logger) {
            var configuration = SimulatorConfiguration.demo
            configuration.requestsPerMinute = requestsPerMinute
            let names = SimulatorConfiguration.awkwardIndices
            configuration.applications[0].indices =
                names.prefix(indices) + (names.count..<max(indices, names.count)).map { "index_\($0)" }
            configuration.applications += (2..<applications + 1).map { number in
                var another = configuration.applications[0]
                another.id += "\(number)"
                return another
            }
            configuration.faults.injected = faults.map(\.fault)
            configuration.faults.injected += monitoringFaults.map { argument in
                var fault = argument.fault
                fault.target.api = .monitoring
                return fault
            }
            configuration.faults.monitoringSeconds = monitoringSeconds
            configuration.faults.refusedWildcardStatus = refuseWildcard ? 422 : nil
            configuration.faults.refusedStatistics = Set(refusedStatistics)
            configuration.faults.failingIndices = Set(failingIndices)
            configuration.faults.unknownStatistics = unknownStatistics
            configuration.faults.untidyJSON = untidy
            let application = configuration.applications[0]
            let running: RunningSimulator
            do {
                running = try await RunningSimulator(
                    Simulator(configuration: configuration, clock: SystemClock()), host: listenAddress.host,
                    port: listenAddress.port)
            } catch {
                throw ListenAddress.explain(error, listenAddress)
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
}

/// `KIND` or `KIND:PROBABILITY`.
struct FaultArgument: ExpressibleByArgument {
    let fault: Fault

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard let kind = parts.first, let effect = Self.effects[String(kind)] else { return nil }
        let probability = parts.count > 1 ? Double(parts[1]) : 1
        guard let probability, (0...1).contains(probability) else { return nil }
        fault = Fault(effect, probability: probability)
    }

    private static let effects: [String: Fault.Effect] = [
        "401": .status(401), "403": .status(403), "429": .tooManyRequests(.seconds(5)),
        "429-date": .tooManyRequests(.date(in: 5)),
        "429-bare": .tooManyRequests(.absent), "500": .status(500), "503": .status(503), "hang": .hang,
        "slow": .slowBody(chunkBytes: 4096, delay: .milliseconds(50)), "cut": .cutConnection(),
        "truncated": .truncatedJSON,
        "garbage": .garbage,
    ]
}
