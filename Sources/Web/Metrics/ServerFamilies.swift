internal import AlgoliaClient
internal import Collector
internal import Exposition
internal import PrometheusModel
internal import UsageModel

/// Facts about servers and clusters beside their series, as metric families.
enum ServerFamilies {
    typealias Infrastructure = (
        application: ApplicationID, servers: [InventoryServer], reachability: [ServerName: [ServerName: Bool]]
    )

    /// The servers and reachability of the applications that have a Monitoring API, as far as it is not stale. Servers
    /// are asked for
    /// every hour, so that they are as an hourly value; reachability is probed in minutes.
    static func infrastructure(
        _ statuses: [ApplicationStatus], staleness: MetricsOptions.Staleness, now: UnixTime
    ) -> [Infrastructure] {
        func isFresh(_ fetched: UnixTime?, _ limit: Int64) -> Bool { fetched.map { now - $0 <= limit } ?? false }
        return statuses.compactMap { status in
            status.infrastructure.map { infrastructure in
                (
                    status.application,
                    isFresh(infrastructure.serversFetched, staleness.hourly) ? infrastructure.servers : [],
                    isFresh(infrastructure.reachabilityFetched, staleness.minutely + 300)
                        ? infrastructure.reachability : [:]
                )
            }
        }
    }

    static let probeReachable = MetricDeclaration(
        "algolia_cluster_probe_reachable", .gauge, labels: ["application", "cluster", "probe"],
        help: "Whether Algolia's probe reaches the cluster: 1 for yes, 0 for no.",
        meaning: "1 when this Algolia probe reaches the cluster, otherwise 0")

    static func write(_ infrastructure: [Infrastructure], to writer: inout ExpositionWriter) {
        if infrastructure.contains(where: { !$0.servers.isEmpty }) {
            writer.family(MetricName.serverInformation)
            for (application, servers, _) in infrastructure {
                // A name that comes twice would be two samples of one series.
                var names = Set<ServerName>()
                for server in servers where names.insert(server.name).inserted {
                    writer.sample(
                        .init(
                            MetricName.serverInformation, application.text, server.name.text, server.region.text,
                            server.cluster.text, server.type, server.status), .integer(1))
                }
            }
        }
        if infrastructure.contains(where: { $0.reachability.values.contains { !$0.isEmpty } }) {
            writer.family(probeReachable)
            for (application, _, reachability) in infrastructure {
                for (cluster, probes) in reachability.sorted(by: { $0.key < $1.key }) {
                    for (probe, isReached) in probes.sorted(by: { $0.key < $1.key }) {
                        writer.sample(
                            .init(probeReachable, application.text, cluster.text, probe.text),
                            .integer(isReached ? 1 : 0))
                    }
                }
            }
        }
    }
}
