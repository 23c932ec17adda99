public import History
public import UsageModel

/// The state of collecting one application's billing metrics, for people.
public struct BillingStatus: Sendable, Hashable {
    /// Whether the registry of Usage API v2 was answered the last time.
    public var isServed: Bool
    /// When it was last asked for.
    public var registryAsked: UnixTime
    /// The metrics that it lists.
    public var metrics: [BillingMetric]
    public var lastSuccess: UnixTime?
    /// Why the newest request failed; nil when it did not.
    public var lastError: String?
    /// Seconds of history that are still to be fetched.
    public var remaining: [Granularity: Int64]
    /// Where every metric that is listed and not refused is answered or set aside.
    public var coverage: [Granularity: TimeRangeSet]
    /// Metrics that are listed and refused, by the statistics under which they are stored.
    public var refused: [StatisticName]
    /// Ranges that were answered unreadably or refused.
    public var setAside: [SetAside]
    /// How far back they are served, where that is less than is wanted.
    public var horizons: [VendorHorizon]
}

extension BillingStatus {
    init(_ registry: BillingRegistry, _ state: CollectionState, lastError: String?, now: UnixTime) {
        let (planner, granularities) = (state.planner, [Granularity.hourly, .daily])
        let listed = registry.metrics.map(\.statistic)
        self.init(
            isServed: registry.isServed, registryAsked: registry.askedAt, metrics: registry.metrics,
            lastSuccess: state.health.lastSuccess.map { UnixTime($0) },
            lastError: Self.error(state.health) ?? lastError,
            remaining: Dictionary(uniqueKeysWithValues: granularities.map { ($0, planner.remaining($0, now: now)) }),
            coverage: Dictionary(
                planner.tracks.map { ($0.granularity, listed.isEmpty ? TimeRangeSet() : $0.covered) },
                uniquingKeysWith: { first, _ in first }),
            refused: (planner.offers[.application]?.refused.keys.sorted() ?? []).filter(listed.contains),
            setAside: planner.tracks.flatMap(\.setAside),
            horizons: planner.reaches.horizons.values.sorted { $0.granularity.rawValue < $1.granularity.rawValue })
    }

    /// The error of the newest request for points, if it failed.
    private static func error(_ health: ApplicationHealth) -> String? {
        guard let error = health.lastError, Double(error.time) >= health.lastSuccess ?? 0 else { return nil }
        return error.message
    }
}
