internal import Collector
internal import Exposition
internal import UsageModel

/// The Python exporter's gauge about itself, beside ``CompatibilityFamilies``.
enum RefreshFamily {
    static let lastRefresh = MetricDeclaration(
        "algolia_exporter_last_refresh_success", .gauge,
        help: "Whether the newest requests to the Usage API succeeded for every application.",
        meaning:
            "1 when `algolia_exporter_up{api=\"usage\"}` is 1 for every application, else 0; absent before the first "
            + "request")

    /// Writes it, unless nothing was requested yet.
    static func write(_ registry: MetricsRegistry, _ options: MetricsOptions, to writer: inout ExpositionWriter) {
        let shown = options.applications.map { Set($0.keys.map(\.text)) }
        let states = registry.samples(of: CollectorMetric.isUp).filter { sample in
            guard sample.labels["api"] == API.usage.rawValue else { return false }
            return shown?.contains(sample.labels["application"] ?? "") ?? true
        }
        guard !states.isEmpty else { return }
        writer.family(lastRefresh)
        writer.sample(.init(), .integer(states.allSatisfy { $0.value == 1 } ? 1 : 0))
    }
}
