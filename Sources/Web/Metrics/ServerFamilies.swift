internal import AlgoliaClient
internal import Collector
internal import Prometheus
internal import UsageModel

/// What is known of servers and clusters beside their series, as metric families.
enum ServerFamilies {
    typealias Infrastructure = (
        application: ApplicationID, servers: [InventoryServer], reachability: [ServerName: [ServerName: Bool]]
    )

    /// Of the applications that have a Monitoring API, as far as it is not stale. Servers are asked for
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

    static func write(_ infrastructure: [Infrastructure], to writer: inout ExpositionWriter) {
        if infrastructure.contains(where: { !$0.servers.isEmpty }) {
            writer.family(
                "algolia_infrastructure_server_info", .gauge,
                help: "A server of the application with its inventory data as labels; the value is always 1.")
            for (application, servers, _) in infrastructure {
                // A name that comes twice would be two samples of one series.
                var names = Set<ServerName>()
                for server in servers where names.insert(server.name).inserted {
                    writer.sample(
                        .init([
                            "application": application.text, "server": server.name.text, "region": server.region.text,
                            "cluster": server.cluster.text, "type": server.type, "status": server.status,
                        ]), .integer(1))
                }
            }
        }
        if infrastructure.contains(where: { $0.reachability.values.contains { !$0.isEmpty } }) {
            writer.family(
                "algolia_cluster_probe_reachable", .gauge,
                help: "Whether Algolia's probe reaches the cluster: 1 for yes, 0 for no.")
            for (application, _, reachability) in infrastructure {
                for (cluster, probes) in reachability.sorted(by: { $0.key < $1.key }) {
                    for (probe, isReached) in probes.sorted(by: { $0.key < $1.key }) {
                        writer.sample(
                            .init(["application": application.text, "cluster": cluster.text, "probe": probe.text]),
                            .integer(isReached ? 1 : 0))
                    }
                }
            }
        }
    }
}
