public import AlgoliaClient
public import UsageModel

/// The newest answers of the Monitoring API about one application.
public struct InfrastructureStatus: Sendable, Hashable {
    /// Whether everything that was asked last was answered.
    public var isUp = false
    /// Whether the key or the plan has no access.
    public var isRefused = false
    public var lastError: String?
    public var servers: [InventoryServer] = []
    public var serversFetched: UnixTime?
    /// The application's own clusters, ascending.
    public var clusters: [ServerName] = []
    /// By cluster and probe, whether the probe reaches the cluster.
    public var reachability: [ServerName: [ServerName: Bool]] = [:]
    public var reachabilityFetched: UnixTime?
    /// The newest incident of each cluster.
    public var incidents: [ClusterIncident] = []
}
