import ArgumentParser
import Collector
import Foundation
import Logging
import Prometheus
import ServiceLifecycle
import UnixSignals
import Settings
import UsageModel
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect, and serve the history over HTTP. The default command.")

    @OptionGroup var common: CommonOptions

    @Option(
        name: .customLong("web.listen-address"), help: "Address to listen on, as host:port.",
        transform: ListenAddress.init(argument:))
    var listenAddress = ListenAddress(host: "127.0.0.1", port: 9914)

    @Flag(name: .customLong("demo"), help: "Collect from a built-in simulator instead of Algolia.")
    var isDemo = false

    func run() async throws {
        let logger = common.logging.start()
        try await Failures.reported(logger) {
            limitMemoryArenas()
            var settings = try common.settings(requireApplication: !isDemo)
            let demo = isDemo ? try await Demo(logger: logger) : nil
            if let demo { demo.redirect(&settings, keepsPath: common.storagePath != nil) }
            try await serve(settings, demo, logger)
        }
    }

    private func serve(_ settings: Settings, _ demo: Demo?, _ logger: Logger) async throws {
        let assembly = try Assembly(settings, logger: logger)
        let staleness = settings.metrics.staleness
        let exporter = Exporter(
            history: assembly.history,
            staleness: UsageFamilies.Staleness(hourly: staleness.hourly, daily: staleness.daily),
            registry: assembly.registry, process: ProcessMetrics(started: assembly.clock.seconds),
            clock: assembly.clock, version: AlgoliaExporter.version, status: assembly.collector.status)
        let address = listenAddress
        // What the server says of itself at its start is said better below.
        var serverLogger = logger
        serverLogger.logLevel = max(logger.logLevel, .warning)
        let web = WebServer(exporter, host: address.host, port: address.port, logger: serverLogger) { port in
            let url = "http://\(address.urlHost):\(port)"
            logger.info(
                "listening on \(url)/, metrics on \(url)/metrics", metadata: ["version": "\(AlgoliaExporter.version)"])
        }
        // Stopped in reverse order: first no more requests, then no more polling.
        var group = ServiceGroupConfiguration(
            services: (demo.map { [$0.server] } ?? []) + [assembly.collector, web],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: serverLogger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        group.maximumCancellationDuration = .seconds(3)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await assembly.shutdown()
            throw ListenAddress.explain(error, address)
        }
        await assembly.shutdown()
        logger.info("stopped; the history is complete up to the last answer")
    }
}
