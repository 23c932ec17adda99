public import History
public import UsageModel

/// The part of `/metrics` that comes from the history, kept within a number of series.
public struct StatisticFamilies: Sendable {
    package static let seriesDropped = MetricDeclaration(
        "algolia_exporter_series_dropped", .gauge,
        help: "Series of the least active indices left out because the page would exceed metrics.max_series.",
        meaning: "series that `metrics.max_series` left out; 0 when the page is complete")

    private let latest: Latest
    private let usage: UsageFamilies
    private let billing: BillingFamilies
    private let infrastructure: InfrastructureFamilies
    private let compatibility: CompatibilityFamilies?
    private let maxSeries: Int

    /// - Parameter recent: what ``CompatibilityFamilies/recent(_:_:now:)`` has read.
    public init(
        _ latest: Latest, recent: [Granularity: [RangeSeries]] = [:], options: MetricsOptions, now: UnixTime
    ) {
        let latest = latest.collected(options.applications)
        self.latest = latest
        usage = UsageFamilies(latest, staleness: options.staleness, now: now)
        billing = BillingFamilies(latest, staleness: options.staleness, now: now)
        infrastructure = InfrastructureFamilies(latest, staleness: options.staleness, now: now)
        compatibility = options.compatibility.map { _ in
            CompatibilityFamilies(latest, recent: recent, options: options, now: now)
        }
        maxSeries = options.maxSeries
    }

    /// When the first of the shown values becomes stale; what was written before is wrong from then on.
    public var validUntil: UnixTime {
        min(usage.validUntil, billing.validUntil, infrastructure.validUntil, compatibility?.validUntil ?? .max)
    }

    /// Writes every family.
    /// - Parameters:
    ///   - writer: an empty one.
    ///   - reserved: samples that the rest of the page has.
    /// - Returns: what was left out, so that the page does not have more than ``MetricsOptions/maxSeries``.
    public func write(to writer: inout ExpositionWriter, reserved: Int) -> DroppedSeries {
        // Nearly always everything fits, and is written once.
        let empty = writer
        write(to: &writer, dropping: .none)
        let excess = writer.samples + reserved - maxSeries
        guard excess > 0 else { return .none }
        let samples = usage.samplesByIndex(in: empty)
            .merging(compatibility?.samplesByIndex(in: empty) ?? [:], uniquingKeysWith: +)
        let dropped = DroppedSeries(excess: excess, samples: samples, activity: latest.activityByIndex)
        guard dropped.series > 0 else { return .none }
        writer = empty
        write(to: &writer, dropping: dropped)
        return dropped
    }

    private func write(to writer: inout ExpositionWriter, dropping dropped: DroppedSeries) {
        usage.write(to: &writer, dropping: dropped.indices)
        billing.write(to: &writer)
        infrastructure.write(to: &writer)
        compatibility?.write(to: &writer, dropping: dropped.indices)
        writer.family(Self.seriesDropped)
        writer.sample(.init(), .integer(Int64(dropped.series)))
    }
}

extension Latest {
    /// The series that are collected now. An application or index that is no longer configured, or a scope of which
    /// only the past was ever asked for (through the usage proxy), would stand still for ever.
    fileprivate func collected(_ applications: [ApplicationID: IndexFilter]?) -> Latest {
        var isCollected: [Scope: Bool] = [:]
        for tail in freshness where tail.granularity != .minutely {
            isCollected[tail.scope] = isCollected[tail.scope] == true || tail.isLive
        }
        func isConfigured(_ application: ApplicationID) -> Bool { applications.map { $0[application] != nil } ?? true }
        if let applications {
            for scope in isCollected.keys where scope.isIndex {
                if applications[scope.application]?.selects(scope.index) != true { isCollected[scope] = false }
            }
        }
        func isShown(_ key: SeriesKey) -> Bool {
            switch key.api {
            case .usage: isCollected[key.scope] != false
            case .search: applications?[key.application]?.selects(key.index) != false
            case .monitoring, .usageV2: true
            }
        }
        var collected = self
        collected.series = series.filter { isConfigured($0.key.application) && isShown($0.key) }
        collected.billingFreshness = billingFreshness.filter { isConfigured($0.scope.application) }
        collected.freshness = freshness.filter {
            isConfigured($0.scope.application) && ($0.granularity == .minutely || isCollected[$0.scope] != false)
        }
        return collected
    }

    /// Operations that together tell how much an index is used.
    private static let activities: Set<StatisticName> = [
        "total_search_requests", "total_indexing_operations", "total_records_operations",
    ]

    /// Searches, indexing and record operations of each index in its newest day, failing that in its newest hour.
    var activityByIndex: [Scope: Double] {
        var daily: [Scope: Double] = [:]
        var hourly: [Scope: Double] = [:]
        for one in series where one.key.api == .usage && Self.activities.contains(one.key.statistic) {
            if let day = one.daily { daily[one.key.scope, default: 0] += day.value.double }
            if let hour = one.hourly { hourly[one.key.scope, default: 0] += hour.value.double }
        }
        return daily.merging(hourly) { day, _ in day }
    }
}
