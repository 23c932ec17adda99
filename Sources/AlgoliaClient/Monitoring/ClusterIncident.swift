public import UsageModel

/// One entry of a cluster's history of incidents: something began, changed or ended.
public struct ClusterIncident: Sendable, Hashable {
    public var cluster: ServerName
    public var time: UnixTime
    /// In the vendor's words.
    public var title: String
    /// The cluster's status from then on, as ``ClusterStatus`` names it.
    public var status: String

    public init(cluster: ServerName, time: UnixTime, title: String, status: String) {
        self.cluster = cluster
        self.time = time
        self.title = title
        self.status = status
    }
}

/// The latencies of a cluster that the vendor measures from outside, in milliseconds.
/// The raw value is the statistic's name.
public enum ClusterProbe: String, Sendable, CaseIterable {
    case latency, indexing

    public var statistic: StatisticName {
        switch self {
        case .latency: "latency"
        case .indexing: "indexing"
        }
    }
}
