import ArgumentParser
import Capacity
import Collector
import Exposition
import Foundation
import History
import Logging
import ServiceLifecycle
import Settings
import UsageModel
import Web

struct Serve: AsyncParsableCommand, StoppableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect data and serve it over HTTP. The default command.")

    @OptionGroup var collection: CollectionOptions

    @OptionGroup var web: WebOptions

    func run() async throws {
        let descriptors = ProcessStart.descriptorLimit
        guard descriptors == 0 || descriptors >= ConnectionLimits.leastDescriptors else {
            throw CommandError(
                "the open file limit is \(descriptors), but serve needs \(ConnectionLimits.leastDescriptors); raise the limit (`ulimit -n`)"
            )
        }
        // Before any file is opened, which would take the number of a descriptor that is missing.
        let addresses = Result { try web.addresses(ProcessInfo.processInfo.environment) }
        try await collection.collect { settings, demo, logger in
            let addresses = try addresses.get()
            let security = try web.configFile.map { try WebSettingsLoader.load(file: $0) } ?? WebSecurity()
            SecretFiles.warn(of: (security.certificate.map { [$0.key] } ?? []), logger)
            try await serve(settings, addresses, security, demo, logger)
        }
    }

    private func serve(
        _ settings: Settings, _ addresses: [ListenAddress], _ security: WebSecurity, _ demo: Demo?, _ logger: Logger
    ) async throws {
        let assembly = try Assembly(settings, shard: collection.shard, logger: logger)
        Self.introduce(assembly.history, settings, source: demo == nil ? collection.common.configFile : "demo", logger)
        let options = collection
        let reloader = ConfigurationReloader(
            settings, load: { try options.settings(demo, logger) }, apply: assembly.apply,
            isReloading: { ServiceManager.shared?.send($0 ? .reloading : .ready) }, metrics: assembly.registry,
            clock: assembly.clock, logger: logger)
        ProcessControl.shared.onReload(reloader.requestReload)
        let retention = RetentionKeeper(history: assembly.history, clock: assembly.clock, logger: logger) {
            reloader.current.storage.retention.seconds
        }
        let watch = HistoryWatch(
            history: assembly.history, clock: assembly.clock, metrics: assembly.registry, logger: logger)
        let backfill = BackfillWatch(assembly.collector.status, clock: assembly.clock, logger: logger)
        let exporter = Exporter(
            history: assembly.history,
            options: { reloader.shownMetrics },
            registry: assembly.registry, process: ProcessMetrics(started: assembly.clock.seconds),
            clock: assembly.clock, build: Build.information, logger: logger, paths: try web.paths(),
            usage: UsageGateway(
                usageKey: assembly.collector.usageKey, settleDelay: { reloader.current.collection.settleDelay },
                readThrough: { reloader.current.readsThrough ? assembly.collector.readThrough : nil }),
            reload: web.enablesLifecycle ? reloader.reload : nil,
            planning: CapacityCache.Planning(
                contracts: { reloader.current.contracts }, timeZone: { reloader.current.timeZone },
                events: { reloader.current.events }),
            memoryLimit: { reloader.current.memoryLimit },
            status: assembly.collector.status)
        // The log line below replaces the server's own at its start.
        var serverLogger = logger
        serverLogger.logLevel = max(logger.logLevel, .warning)
        let scheme = security.certificate == nil ? "http" : "https"
        do {
            let server = try WebServer(
                exporter, addresses: addresses, security: security,
                securityFile: web.configFile.map { path in
                    WebSecurityFile(path: path) { try WebSettingsLoader.load(file: path) }
                },
                limits: ConnectionLimits(descriptorLimit: ProcessStart.descriptorLimit), logger: serverLogger,
                accessLog: web.logsAccess ? logger : nil
            ) { bound in
                for address in bound { Self.announce(address, scheme, exporter.paths, logger) }
                ServiceManager.shared?.send(.ready)
            }
            try await run(
                [
                    retention, reloader, CapacityKeeper(exporter), assembly.remoteWriter, assembly.collector, server,
                    watch, backfill, MemoryKeeper(),
                ] + WatchdogKeeper.needed,
                demo, serverLogger)
        } catch {
            await assembly.shutdown()
            throw error
        }
        let isFailing = await assembly.collector.status().contains { $0.storageFailingSince != nil }
        let isStored = !isFailing && assembly.history.look() == nil
        await assembly.shutdown()
        if isStored {
            logger.info("stopped; all received data is stored")
        } else {
            logger.warning(
                "stopped; the newest data is not stored, because the database cannot be written; it is fetched again after the next start"
            )
        }
    }

    /// Logs what runs, on which settings and which history.
    private static func introduce(_ history: History, _ settings: Settings, source: String?, _ logger: Logger) {
        logger.info(
            "algolia-exporter \(AlgoliaExporter.version) starting",
            metadata: [
                "configuration": "\(source ?? "environment")", "applications": "\(settings.applications.count)",
                "database": "\(history.path)", "database_size": "\(history.size) bytes",
            ])
    }

    private static func announce(_ address: ListenAddress, _ scheme: String, _ paths: WebPaths, _ logger: Logger) {
        var metadata: Logger.Metadata = ["version": "\(AlgoliaExporter.version)"]
        if let origin = paths.externalOrigin { metadata["external_url"] = "\(origin)\(paths.linkPrefix)/" }
        if case .tcp = address {
            let url = "\(scheme)://\(address)\(paths.routePrefix)"
            logger.info("listening on \(url)/, metrics on \(url)\(paths.telemetry)", metadata: metadata)
        } else {
            logger.info(
                "listening on \(address), metrics at \(paths.routePrefix)\(paths.telemetry)", metadata: metadata)
        }
    }

    /// Runs until SIGTERM or SIGINT.
    private func run(_ services: [any Service], _ demo: Demo?, _ logger: Logger) async throws {
        // Stopped in reverse order: first no more requests, then no more polling. Also when one fails: a server
        // that is cancelled while it accepts a connection ends the process.
        var configuration = ServiceGroupConfiguration(
            services: ((demo.map { [$0.server] } ?? []) + services).map { service in
                // With a name: the default one is a description of everything that the service holds, which takes 12 ms.
                .init(
                    service: GuardedService(service: service), successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: "\(type(of: service))")
            }, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(6)
        // No `maximumCancellationDuration`: the library would trap. ProcessControl limits the time.
        let group = ServiceGroup(configuration: configuration)
        ProcessControl.shared.onStop { Task { await group.triggerGracefulShutdown() } }
        try await group.run()
    }
}

/// A service whose unexpected end terminates the process within a limited time.
private struct GuardedService: Service {
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
            guard !ProcessControl.shared.isStopping else { return }
            throw CommandError("\(type(of: service)) stopped unexpectedly; restart the exporter")
        } catch {
            ProcessControl.shared.limitEnd(status: 1)
            throw error
        }
    }
}
