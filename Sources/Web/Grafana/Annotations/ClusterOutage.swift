internal import History
internal import UsageModel

/// An incident of one cluster from its first message to the one that ends it.
struct ClusterOutage: Sendable {
    /// The messages, oldest first; never empty.
    var messages: [StoredIncident]
    /// Nil while it continues.
    var end: UnixTime?

    var start: UnixTime { messages[0].time }

    /// The outages that `incidents` tell of, oldest first. A message that ends an outage whose
    /// beginning is not stored is one by itself.
    /// - Parameter incidents: oldest first.
    static func outages(_ incidents: [StoredIncident]) -> [ClusterOutage] {
        struct Cluster: Hashable {
            var application: ApplicationID
            var name: ServerName
        }
        var open: [Cluster: ClusterOutage] = [:]
        var outages: [ClusterOutage] = []
        for incident in incidents {
            let cluster = Cluster(application: incident.application, name: incident.cluster)
            var outage = open.removeValue(forKey: cluster) ?? ClusterOutage(messages: [])
            outage.messages.append(incident)
            if incident.status == ClusterStatus.operational.name {
                outage.end = incident.time
                outages.append(outage)
            } else {
                open[cluster] = outage
            }
        }
        return (outages + open.values).sorted {
            ($0.start, $0.messages[0].application, $0.messages[0].cluster)
                < ($1.start, $1.messages[0].application, $1.messages[0].cluster)
        }
    }
}
