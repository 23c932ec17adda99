public import AlgoliaClient
public import History
public import UsageModel

/// The state of one application's collector, for people.
public struct ApplicationStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        /// Something is missing and being fetched.
        case backfilling
        /// Complete; the live tail is kept fresh.
        case current
        /// Told to wait, or failing.
        case paused
        /// The key is refused or missing.
        case unauthorized
    }

    public var application: ApplicationID
    public var state: State
    /// Until when it pauses; nil also while what failed is tried again.
    public var pausedUntil: UnixTime?
    public var lastSuccess: UnixTime?
    public var lastError: String?
    public var lastErrorTime: UnixTime?
    public var indices: Int
    /// Whether it is known that there is no usage to collect: everything belongs to other shards.
    public var hasNothing: Bool
    /// Seconds of history that are still to be fetched, over all scopes.
    public var remaining: [Granularity: Int64]
    /// Seconds of history that are wanted, over all scopes.
    public var desired: [Granularity: Int64]
    /// Requests until nothing is missing, as far as none fails; nil until the indices are known.
    public var requestsLeft: Int?
    /// Whether no index is known, and their list has not been answered yet: what is missing of them is not counted.
    public var awaitsIndices = false
    /// Statistics (or `*`) that the plan refuses, by endpoint.
    public var refused: [String: [StatisticName]]
    /// Ranges that were answered unreadably or refused; neither stored nor counted as ``remaining``.
    public var setAside: [SetAside] = []
    /// How far back the vendor serves, where that is less than is wanted; what is older does not count as ``remaining``.
    public var horizons: [VendorHorizon] = []
    /// Since when the history cannot be read or written; nil when it can.
    public var storageFailingSince: UnixTime?
    /// Indices (`""` for the application itself) that failed the last time they were asked for.
    public var failing: [IndexName]
    /// The API that a key is configured for.
    public var keys: Set<API>
    /// How much of the application's quota is used.
    public var quota: TokenBucket.Use
    /// Servers and clusters; nil where nothing is asked for: there is no monitoring key, and no cluster is known.
    public var infrastructure: InfrastructureStatus?
    /// Billing metrics; nil where they are not collected, and before their registry was asked for.
    public var billing: BillingStatus?
}

extension ApplicationCollector {
    /// The state of the collection, for people.
    ///
    /// Computing it counts every track, and every page, scrape and probe calls this. The result is reused within a second
    /// until something changes.
    public func status() -> ApplicationStatus {
        let now = clock.now
        var status =
            known.flatMap { $0.time == now ? $0.status : nil }
            ?? ApplicationStatus(state, client, isLoaded: isLoaded, clock)
        status.quota = client.quotaUse
        known = (now, status)
        return status
    }
}

extension ApplicationStatus {
    /// - Parameter isLoaded: whether the history has been read.
    init(_ state: CollectionState, _ client: AlgoliaClient, isLoaded: Bool, _ clock: CollectionClock) {
        let (planner, health, now) = (state.planner, state.health, clock.now)
        var remaining: [Granularity: Int64] = [:]
        var desired: [Granularity: Int64] = [:]
        for granularity in [Granularity.hourly, .daily] {
            remaining[granularity] = planner.remaining(granularity, now: now)
            let tracks = planner.tracks.filter { $0.granularity == granularity }
            desired[granularity] = tracks.reduce(0) { $0 + planner.desired($1, now: now).seconds }
        }
        // Without a usage key the list of indices is all that is asked for.
        let list = state.collectsUsage ? nil : state.discovery
        // The application as a whole failed when it was last asked for, and nothing was answered since.
        let failing = planner.tracks.filter { !$0.scope.isIndex && $0.failures > 0 }
        let isFailing = !failing.isEmpty && health.hasFailedSinceSuccess
        let retry = isFailing ? failing.map(\.notBefore).min() : list?.pausedUntil
        let pausedUntil =
            health.pausedUntil(now: clock.seconds) ?? retry.flatMap { $0 > clock.seconds ? $0 : nil }
        let awaitsIndices = state.discovery.isAwaited && planner.tracks.allSatisfy { !$0.scope.isIndex }
        // Before the history has been read nothing is known to be there.
        let isMissing =
            !isLoaded || remaining.values.contains { $0 > 0 } || awaitsIndices || list.map { !$0.hasSucceeded } ?? false
        let summary: State =
            if list?.isUnauthorized ?? health.isUnauthorized {
                .unauthorized
            } else if pausedUntil != nil || isFailing {
                .paused
            } else {
                isMissing ? .backfilling : .current
            }
        let lastSuccess = list?.lastSuccess ?? health.lastSuccess.map { UnixTime($0) }
        let awaited = awaitsIndices ? state.discovery.lastError : nil
        let listError = awaited.map { (message: "listing indices failed: \($0.message)", time: $0.time) }
        let lastError = [health.lastError, list.map(\.lastError) ?? listError].compactMap(\.self)
            .max { $0.time < $1.time }
        self.init(
            application: client.application, state: summary,
            pausedUntil: pausedUntil.map { UnixTime($0.rounded(.up)) },
            lastSuccess: lastSuccess, lastError: lastError?.message,
            lastErrorTime: lastError?.time, indices: state.indices.count,
            hasNothing: state.collectsUsage && isLoaded && state.discovery.isSettled && planner.tracks.isEmpty,
            remaining: remaining,
            desired: desired,
            requestsLeft: isLoaded && state.discovery.isSettled ? planner.requestsLeft(now: now) : nil,
            awaitsIndices: awaitsIndices,
            refused: Dictionary(
                planner.offers.map { ($0.key.rawValue, $0.value.refused.keys.sorted()) }
            ) { first, _ in first },
            setAside: planner.tracks.flatMap(\.setAside),
            horizons: planner.reaches.horizons.values.sorted {
                ($0.level.rawValue, $0.granularity.rawValue) < ($1.level.rawValue, $1.granularity.rawValue)
            }, storageFailingSince: health.storageFailingSince,
            failing: Set(planner.tracks.filter { $0.failures > 0 }.map(\.scope.index)).sorted(),
            keys: Set(API.allCases.filter { $0 != .usageV2 && client.key($0) != nil }), quota: client.quotaUse)
    }
}
