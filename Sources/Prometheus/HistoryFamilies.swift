public import History
public import UsageModel

/// The part of `/metrics` that comes from the history, kept within a number of series.
public struct HistoryFamilies: Sendable {
    package static let seriesDropped = MetricDeclaration(
        "algolia_exporter_series_dropped", .gauge,
        help: "Series of the least active indices left out because the page would exceed metrics.max_series.",
        meaning: "series that `metrics.max_series` left out; 0 when the page is complete")

    private let latest: Latest
    private let usage: UsageFamilies
    private let infrastructure: InfrastructureFamilies
    private let maxSeries: Int

    public init(_ latest: Latest, options: MetricsOptions, now: UnixTime) {
        let latest = latest.collected(options.applications)
        self.latest = latest
        usage = UsageFamilies(latest, staleness: options.staleness, now: now)
        infrastructure = InfrastructureFamilies(latest, staleness: options.staleness, now: now)
        maxSeries = options.maxSeries
    }

    /// When the first of the shown values becomes stale; what was written before is wrong from then on.
    public var validUntil: UnixTime { min(usage.validUntil, infrastructure.validUntil) }

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
        let dropped = DroppedSeries(
            excess: excess, samples: usage.samplesByIndex(in: empty), activity: latest.activityByIndex)
        guard dropped.series > 0 else { return .none }
        writer = empty
        write(to: &writer, dropping: dropped)
        return dropped
    }

    private func write(to writer: inout ExpositionWriter, dropping dropped: DroppedSeries) {
        usage.write(to: &writer, dropping: dropped.indices)
        infrastructure.write(to: &writer)
        writer.family(Self.seriesDropped)
        writer.sample(.init(), .integer(Int64(dropped.series)))
    }
}
