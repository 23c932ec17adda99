public import AlgoliaClient
public import UsageModel

/// The newest answers of the Monitoring API about one application.
public struct InfrastructureStatus: Sendable, Hashable {
    /// Whether a key is configured; servers need one, the state of clusters does not.
    public var hasKey = false
    /// Whether everything that was asked last was answered.
    public var isUp = false
    /// Whether the key or the plan has no access to servers.
    public var isRefused = false
    public var lastError: String?
    public var servers: [InventoryServer] = []
    /// Nil before the first inventory, or without a key: nothing is known of servers then.
    public var serversFetched: UnixTime?
    /// The application's own clusters, ascending.
    public var clusters: [ServerName] = []
    /// Nil while there are no ``clusters``.
    public var clusterSource: ClusterSource?
    /// The part of ``clusters`` that Algolia does not know; the others are asked about.
    public var unknownClusters: [ServerName] = []
    /// By cluster and probe, whether the probe reaches the cluster.
    public var reachability: [ServerName: [ServerName: Bool]] = [:]
    public var reachabilityFetched: UnixTime?
    /// The newest incident of each cluster.
    public var incidents: [ClusterIncident] = []

    /// Whether there is anything to ask for: a key, or a cluster.
    public var isAsked: Bool { hasKey || !clusters.isEmpty }

    /// Makes it the state of the clusters that are chosen now.
    mutating func note(_ choice: ClusterChoice) {
        clusters = choice.names
        clusterSource = choice.source
        unknownClusters = choice.unknownNames
        let names = Set(clusters)
        reachability = reachability.filter { names.contains($0.key) }
        incidents = incidents.filter { names.contains($0.cluster) }
    }
}
