internal import AlgoliaClient

/// One of the questions that the Monitoring API is asked again and again.
enum MonitoringJob: Hashable, CaseIterable {
    case inventory, infrastructure, status, latency, indexing, reachability, incidents

    /// How often, as a multiple of ``CollectionSettings/monitoringInterval``.
    var pace: Int64 {
        switch self {
        case .infrastructure, .status: 1
        // The vendor probes every ten minutes.
        case .latency, .indexing, .reachability, .incidents: 5
        case .inventory: 60
        }
    }

    /// Whether it is answered to the right key alone; the others anybody may ask.
    var needsKey: Bool { self == .inventory || self == .infrastructure }

    /// Whether it is about clusters, which the inventory names.
    var needsClusters: Bool {
        switch self {
        case .inventory, .infrastructure: false
        case .status, .latency, .indexing, .reachability, .incidents: true
        }
    }
}

/// When a job is due, and what became of it.
struct MonitoringJobState {
    var due = 0.0
    var failures = 0
    /// Whether it was ever answered with the present key: a refusal is then the key's, not the plan's.
    var isProven = false
    var isRefused = false
}
