/// The state of a cluster, in the vendor's words. The raw value is the severity.
public enum ClusterStatus: Int64, Sendable, Hashable, CaseIterable {
    case operational, degradedPerformance, partialOutage, majorOutage

    /// As the Monitoring API spells it.
    public var name: String {
        switch self {
        case .operational: "operational"
        case .degradedPerformance: "degraded_performance"
        case .partialOutage: "partial_outage"
        case .majorOutage: "major_outage"
        }
    }

    /// Nil for a status that this version does not know.
    public init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }
}
