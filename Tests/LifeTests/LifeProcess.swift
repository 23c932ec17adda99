import AlgoliaClient
import CoreMetrics
import Logging
import TestSupport
import Transport
import UsageModel

@testable import Collector
@testable import History
@testable import RemoteStorage

/// One process of the exporter: the parts that `serve` assembles, each stepped when it is due, so that a seed always
/// does the same.
struct LifeProcess {
    /// The parts that act by themselves.
    enum Part: CaseIterable {
        case usage, billing, monitoring, retention, sender
    }

    /// Seconds between two looks at the outbox.
    private static let outboxInterval = 900.0

    let history: History
    private let usage: ApplicationCollector
    private let billing: BillingCollector?
    private let monitoring: MonitoringCollector?
    private let retention: RetentionKeeper
    private var sender: RemoteWriteSender
    private let clients: ClientPool
    private let clock: VirtualClock
    private let logger: Logger
    /// When each part is due, on the monotonic clock.
    private(set) var due: [Part: Double] = [:]
    private(set) var settings: CollectionSettings
    /// Steps in a row that asked to be woken in the past.
    private var spins = 0

    init(
        _ history: History, _ plan: LifePlan, vendor: LifeVendor, receiver: LifeReceiver, clock: VirtualClock,
        settings: CollectionSettings, logger: Logger, seed: UInt64
    ) throws {
        self.history = history
        self.clock = clock
        self.settings = settings
        self.logger = logger
        let metrics = NOOPMetricsHandler.instance
        clients = ClientPool(transport: vendor, clock: clock, metrics: metrics)
        let client = try Self.client(clients, monitors: plan.monitors)
        usage = ApplicationCollector(
            settings: settings, client: client, history: history, clock: clock, metrics: metrics, logger: logger,
            generator: SeededGenerator(seed))
        billing =
            settings.collectsBilling
            ? BillingCollector(
                settings: settings, client: client, history: history, clock: clock, metrics: metrics, logger: logger,
                generator: SeededGenerator(seed + 1)) : nil
        monitoring =
            plan.monitors
            ? MonitoringCollector(
                settings: settings, client: client, history: history, clock: clock, metrics: metrics, logger: logger,
                generator: SeededGenerator(seed + 2)) : nil
        retention = RetentionKeeper(history: history, clock: clock, logger: logger) { [plan] in plan.retention }
        var destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/api/v1/write")
        destination.message = .version1
        let horizon = RepairHorizon(hourly: settings.horizon)
        sender = RemoteWriteSender(
            destination, history: history, repairedSince: horizon.start, transport: receiver, userAgent: "life",
            clock: clock, metrics: metrics, logger: logger, generator: SeededGenerator(seed + 3))
        let now = clock.monotonic
        due = [.usage: now, .retention: now + RetentionKeeper.interval, .sender: now]
        due[.monitoring] = plan.monitors ? now : nil
    }

    private static func client(_ clients: ClientPool, monitors: Bool) throws -> AlgoliaClient {
        var options = RequestOptions()
        options.requestsPerMinute = 6000
        return try clients.client(
            "APP", usageKey: .value("usage-key"), monitoringKey: monitors ? .value("monitoring-key") : nil,
            searchKey: .value("search-key"), options: options)
    }

    /// When any part is due.
    var nextDue: Double { due.values.min() ?? .infinity }

    /// Lets the part that is due the longest take a step.
    mutating func step() async throws {
        guard let part = Part.allCases.min(by: { due[$0] ?? .infinity < due[$1] ?? .infinity }) else { return }
        switch part {
        case .usage:
            note(part, await usage.step(), now: await usage.clock.seconds)
            if billing != nil, due[.billing] == nil, await usage.hasAnswered { due[.billing] = clock.monotonic }
        case .billing:
            guard let billing else { break }
            note(part, await billing.step(), now: await billing.clock.seconds)
        case .monitoring:
            guard let monitoring else { break }
            note(part, await monitoring.step(), now: await monitoring.clock.seconds)
        case .retention:
            await retention.pass()
            due[part] = clock.monotonic + RetentionKeeper.interval
        case .sender:
            // As its loop does: what cannot be read is tried again later.
            do { while try await sender.step() {} } catch is HistoryError {}
            due[part] = clock.monotonic + Self.outboxInterval
        }
        if spins > 200 { throw LifeError("the collector waits for a time that has come") }
    }

    private mutating func note(_ part: Part, _ step: ApplicationCollector.Step, now: Double) {
        guard case .idle(let wakeUp) = step else {
            due[part] = clock.monotonic
            return
        }
        spins = wakeUp <= now ? spins + 1 : 0
        due[part] = clock.monotonic + max(wakeUp - now, 0.05)
    }

    /// Has every collector look at once, as they do when the time was set or the configuration has changed.
    mutating func rouse() {
        for part in [Part.usage, .billing, .monitoring] where due[part] != nil { due[part] = clock.monotonic }
    }

    /// Goes on with other settings.
    mutating func reload(_ settings: CollectionSettings) async throws {
        self.settings = settings
        let client = try Self.client(clients, monitors: monitoring != nil)
        await usage.reconfigure(settings, client: client)
        await billing?.reconfigure(settings, client: client)
        await monitoring?.reconfigure(settings, client: client)
        rouse()
    }

    /// Sends everything that waits.
    mutating func drain() async throws {
        clock.advance(by: 5)
        while try await sender.step() {}
    }

    /// The state of the collection, for people.
    func status() async -> ApplicationStatus { await usage.status() }
}

/// What a life finds wrong.
struct LifeError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
