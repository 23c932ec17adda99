public import AlgoliaClient
public import CoreMetrics
public import History
public import Logging
public import ServiceLifecycle
private import Synchronization
public import Transport
public import UsageModel

/// One application to collect.
public struct CollectedApplication: Sendable {
    public var settings: CollectionSettings
    /// With a monitoring key, servers are collected, too; the state of clusters needs none.
    public var client: AlgoliaClient

    public init(settings: CollectionSettings, client: AlgoliaClient) {
        self.settings = settings
        self.client = client
    }
}

/// Collects many applications, each by itself: one in trouble leaves the others alone.
///
/// Applications come, change and go while it runs (``apply(_:)``); a request that is under way
/// is neither dropped nor repeated by that.
public final class Collector: Service {
    /// The collectors of one application.
    private struct Member {
        let usage: ApplicationCollector
        var monitoring: MonitoringCollector?
        var billing: BillingCollector?
    }

    private struct State {
        var order: [ApplicationID] = []
        var members: [ApplicationID: Member] = [:]
    }

    private let history: History
    private let clock: any WallClock
    private let metrics: any MetricsFactory
    private let logger: Logger
    private let compaction: Compaction
    private let state = Mutex(State())
    /// The services to run from now on.
    private let started: AsyncStream<@Sendable () async -> Void>
    private let start: AsyncStream<@Sendable () async -> Void>.Continuation

    public init(
        _ applications: [CollectedApplication], history: History, clock: any WallClock, metrics: any MetricsFactory,
        logger: Logger
    ) {
        self.history = history
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        compaction = Compaction(history: history, logger: logger)
        (started, start) = AsyncStream.makeStream()
        for application in applications { add(application) }
    }

    /// Runs until cancelled or shut down; a request in flight is dropped, and asked again after the next start.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [started] in
            await withTaskGroup(of: Void.self) { group in
                for await body in started { group.addTask(operation: body) }
            }
        }
    }

    /// Collects these applications from now on, and no others.
    public func apply(_ applications: [CollectedApplication]) async {
        let ids = applications.map(\.client.application)
        let gone = state.withLock { state in
            let gone = state.members.filter { !ids.contains($0.key) }
            for id in gone.keys { state.members[id] = nil }
            state.order = ids
            return gone
        }
        for (id, member) in gone {
            logger.info(
                "application removed; no longer collecting it, keeping its history", metadata: ["application": "\(id)"])
            await member.usage.stop()
            await member.monitoring?.stop()
            await member.billing?.stop()
        }
        for application in applications {
            guard let member = member(application.client.application) else {
                logger.info(
                    "application added; collecting it", metadata: ["application": "\(application.client.application)"])
                add(application)
                continue
            }
            await member.usage.reconfigure(application.settings, client: application.client)
            if Self.monitors(application) {
                if let monitoring = member.monitoring {
                    await monitoring.reconfigure(application.settings, client: application.client)
                } else {
                    addMonitoring(application, beside: member.usage)
                }
            } else if let monitoring = member.monitoring {
                await monitoring.stop()
                state.withLock { $0.members[application.client.application]?.monitoring = nil }
            }
            if Self.collectsBilling(application) {
                if let billing = member.billing {
                    await billing.reconfigure(application.settings, client: application.client)
                } else {
                    addBilling(application, beside: member.usage)
                }
            } else if let billing = member.billing {
                await billing.stop()
                state.withLock { $0.members[application.client.application]?.billing = nil }
            }
        }
    }

    /// Whose the application as a whole is, has its servers too.
    private static func monitors(_ application: CollectedApplication) -> Bool {
        application.client.canAskStatus && application.settings.owns(Scope(application: application.client.application))
    }

    /// The shard that has the application as a whole has its billing metrics too.
    private static func collectsBilling(_ application: CollectedApplication) -> Bool {
        application.settings.collectsBilling && application.client.key(.usage) != nil
            && application.settings.owns(Scope(application: application.client.application))
    }

    private func add(_ application: CollectedApplication) {
        let id = application.client.application
        let usage = ApplicationCollector(
            settings: application.settings, client: application.client, history: history, clock: clock,
            metrics: metrics, logger: logger, compaction: compaction)
        state.withLock { state in
            state.members[id] = Member(usage: usage)
            if !state.order.contains(id) { state.order.append(id) }
        }
        start.yield { await usage.run() }
        if Self.monitors(application) { addMonitoring(application, beside: usage) }
        if Self.collectsBilling(application) { addBilling(application, beside: usage) }
    }

    private func addBilling(_ application: CollectedApplication, beside usage: ApplicationCollector) {
        let billing = BillingCollector(
            settings: application.settings, client: application.client, history: history, clock: clock,
            metrics: metrics, logger: logger)
        state.withLock { $0.members[application.client.application]?.billing = billing }
        start.yield { [start] in await usage.after(.firstAnswer) { start.yield { await billing.run() } } }
    }

    private func addMonitoring(_ application: CollectedApplication, beside usage: ApplicationCollector) {
        let monitoring = MonitoringCollector(
            settings: application.settings, client: application.client, history: history, clock: clock,
            metrics: metrics, logger: logger)
        state.withLock { $0.members[application.client.application]?.monitoring = monitoring }
        start.yield { [start] in await usage.after(.opening) { start.yield { await monitoring.run() } } }
    }

    private func member(_ id: ApplicationID) -> Member? { state.withLock { $0.members[id] } }

    /// The collectors of all applications, in the order in which they were given.
    public var applications: [ApplicationCollector] {
        state.withLock { state in state.order.compactMap { state.members[$0]?.usage } }
    }

    /// Collects an application's billing metrics until none is missing, once its own history is complete
    /// (``BillingCollector/runUntilComplete()``).
    /// - Returns: why anything is missing.
    public func completeBilling(of application: ApplicationID) async -> [String] {
        guard let member = member(application), let billing = member.billing, await member.usage.hasAnswered else {
            return []
        }
        return await billing.runUntilComplete()
    }

    /// The usage key of an application as it is now; nil for one that is not collected or has none.
    public func usageKey(of application: ApplicationID) async -> SecretText? {
        await member(application)?.usage.usageKey
    }

    /// Fetches what is missing of a range (``ApplicationCollector/readThrough(_:_:_:_:)``); nothing for an
    /// application that is not collected.
    /// - Returns: whether everything that is settled is there now.
    public func readThrough(
        _ scope: Scope, _ granularity: Granularity, _ range: TimeRange, _ statistics: StatisticSelection
    ) async throws(AlgoliaError) -> Bool {
        guard let member = member(scope.application) else { return false }
        return try await member.usage.readThrough(scope, granularity, range, statistics)
    }

    /// The state of each application's collector.
    public func status() async -> [ApplicationStatus] {
        var all: [ApplicationStatus] = []
        for member in state.withLock({ state in state.order.compactMap { state.members[$0] } }) {
            var status = await member.usage.status()
            if let infrastructure = await member.monitoring?.snapshot(), infrastructure.isAsked {
                status.infrastructure = infrastructure
            }
            status.billing = await member.billing?.snapshot()
            all.append(status)
        }
        return all
    }
}
