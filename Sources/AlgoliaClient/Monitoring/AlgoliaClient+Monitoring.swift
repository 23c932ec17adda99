internal import Transport
public import UsageModel

/// The Monitoring API: servers and clusters.
///
/// Infrastructure and the inventory throw ``AlgoliaError/noKey(_:)`` when no monitoring key is configured. The vendor
/// tells the state of clusters to everybody, and refuses it to a wrong key: it is asked for without any.
extension AlgoliaClient {
    /// Every infrastructure metric of every server of the application, as the vendor sent it.
    /// - Returns: a series for each metric, which is its statistic, and server, which is its key.
    ///   Times are as dense as `period` says, and not aligned.
    public func infrastructure(_ period: InfrastructurePeriod) async throws(AlgoliaError) -> [SeriesPoints] {
        try await monitoring("infrastructure/*/period/\(period.rawValue)", key: required, MonitoringDecoder.metrics)
    }

    /// The application's servers.
    public func inventory() async throws(AlgoliaError) -> [InventoryServer] {
        try await monitoring("inventory/servers", key: required, MonitoringDecoder.inventory)
    }

    /// The status of each cluster, in the vendor's words (``ClusterStatus``).
    /// - Parameter clusters: none asks for all that the vendor tells.
    /// - Throws: for one that the vendor does not know, an error that says so (``AlgoliaError/isUnknownCluster``).
    public func clusterStatus(_ clusters: [ServerName]) async throws(AlgoliaError) -> [ServerName: String] {
        try await monitoring("status" + Self.optional(clusters), MonitoringDecoder.status)
    }

    /// Returns the recent incidents of the clusters.
    /// - Parameter clusters: none asks for all that the vendor tells.
    public func incidents(_ clusters: [ServerName]) async throws(AlgoliaError) -> [ClusterIncident] {
        try await monitoring("incidents" + Self.optional(clusters), MonitoringDecoder.incidents)
    }

    /// Returns the latencies that the vendor's probes measured of each cluster, in milliseconds.
    /// - Parameter clusters: none is not asked for.
    /// - Returns: a series for each cluster, which is its key; the statistic is the probe's name.
    public func probe(_ probe: ClusterProbe, clusters: [ServerName]) async throws(AlgoliaError) -> [SeriesPoints] {
        guard !clusters.isEmpty else { return [] }
        let series = try await monitoring("\(probe.rawValue)/\(Self.list(clusters))", MonitoringDecoder.metrics)
        let asked = series.filter { $0.statistic == probe.statistic && clusters.contains($0.key) }
        // Something else than what was asked for does not say that there is nothing.
        guard series.isEmpty || !asked.isEmpty else { throw .broken(UsageDecodingError(.notAnAnswer, at: 0)) }
        return asked
    }

    /// Whether each of the vendor's probes reaches each cluster: by cluster, then by probe.
    /// - Parameter clusters: none is not asked for.
    public func reachability(_ clusters: [ServerName]) async throws(AlgoliaError) -> [ServerName: [ServerName: Bool]] {
        guard !clusters.isEmpty else { return [:] }
        return try await monitoring("reachability/\(Self.list(clusters))/probes", MonitoringDecoder.reachability)
            .filter { clusters.contains($0.key) }
    }

    private var required: Secret {
        get throws(AlgoliaError) {
            guard let monitoringKey else { throw .noKey("no monitoring key is configured") }
            return monitoringKey
        }
    }

    /// - Parameter key: nil for what anybody may ask.
    private func monitoring<Answer: Sendable>(
        _ path: String, key: Secret? = nil,
        _ decode: (UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<Answer>
    ) async throws(AlgoliaError) -> Answer {
        let read = try await get(
            .monitoring, url: endpoints.url(endpoints.monitoring, application: application, target: "/1/" + path),
            key: key
        ) { body throws(AlgoliaError) in try decoding(body, decode) }
        noteIgnored(read.ignored, .monitoring)
        return read.answer
    }

    /// Names as one path segment.
    private static func list(_ clusters: [ServerName]) -> String {
        clusters.map(PercentEncoding.pathSegment).joined(separator: ",")
    }

    private static func optional(_ clusters: [ServerName]) -> String {
        clusters.isEmpty ? "" : "/" + list(clusters)
    }
}
