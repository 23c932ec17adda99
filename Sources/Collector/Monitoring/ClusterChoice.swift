internal import AlgoliaClient
internal import UsageModel

/// Where the names of an application's clusters come from.
public enum ClusterSource: String, Sendable, Hashable {
    /// `applications[].clusters`.
    case configuration
    case inventory
    /// The servers that `max_qps` names, each after its cluster: `c4-fr-1` is a server of `c4-fr`.
    case servers
}

/// The clusters that an application's questions are about.
///
/// 1. Configured names, also none at all, replace all others.
/// 2. The newest inventory replaces the names of servers.
/// 3. A cluster that the vendor does not know for one question is left out of that question for a day, and the others
///    are asked about.
struct ClusterChoice {
    /// Seconds after which the names of servers are looked through again: while they tell no cluster, and afterwards.
    private static let (firstSearches, laterSearches) = (10.0, 3600.0)

    private var configured: [ServerName]?
    private var inventory: [ServerName]?
    private var servers: [ServerName] = []
    /// When the names of servers are looked through next.
    private var searchDue = 0.0
    /// When each cluster was found to be unknown.
    private var unknown: [MonitoringJob: [ServerName: UnixTime]] = [:]

    init(configured: [ServerName]?) { configure(configured) }

    /// Ascending, each once.
    var names: [ServerName] { configured ?? inventory ?? servers }

    /// Nil while there are no names.
    var source: ClusterSource? {
        guard !names.isEmpty else { return nil }
        return configured != nil ? .configuration : inventory != nil ? .inventory : .servers
    }

    /// When the names of servers are to be looked through next; nil where they do not count.
    var nextSearch: Double? { configured == nil && inventory == nil ? searchDue : nil }

    /// The clusters that the vendor does not know for some question, ascending.
    var unknownNames: [ServerName] { Set(unknown.values.flatMap(\.keys)).intersection(names).sorted() }

    mutating func configure(_ names: [ServerName]?) {
        configured = names.map { Set($0).sorted() }
        searchAgain()
    }

    /// Takes the clusters of an inventory; nil when there is none any more.
    mutating func noteInventory(_ servers: [InventoryServer]?) {
        inventory = servers.map { Set($0.map(\.cluster)).subtracting([""]).sorted() }
        searchAgain()
    }

    /// Takes the names of servers, which are looked through again soon while they tell no cluster.
    mutating func noteServers(_ names: [ServerName], now: Double) {
        servers = Set(names.compactMap(Self.cluster)).sorted()
        searchDue = now + (servers.isEmpty ? Self.firstSearches : Self.laterSearches)
    }

    mutating func searchAgain() { searchDue = 0 }

    /// The clusters that `job` is about.
    func names(for job: MonitoringJob, now: UnixTime) -> [ServerName] {
        guard let unknown = unknown[job] else { return names }
        return names.filter { name in unknown[name].map { now - $0 >= CollectionSettings.refusalMemory } ?? true }
    }

    /// Leaves a cluster out of a question that the vendor does not know it for.
    mutating func setAside(_ name: ServerName, for job: MonitoringJob, now: UnixTime) {
        unknown[job, default: [:]][name] = now
    }

    /// Notes that the vendor has answered about these.
    mutating func noteKnown(_ names: [ServerName], for job: MonitoringJob) {
        for name in names { unknown[job]?[name] = nil }
    }

    /// The cluster that a server is named after: all but the number at its end. Nil for a name that is not made so.
    static func cluster(ofServer name: ServerName) -> ServerName? {
        guard let dash = name.text.utf8.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        let number = name.text[dash...].utf8.dropFirst()
        let cluster = name.text[..<dash]
        guard !number.isEmpty, number.allSatisfy({ (0x30...0x39).contains($0) }),
            cluster.split(separator: "-", omittingEmptySubsequences: false).count > 1,
            !cluster.hasPrefix("-"), !cluster.hasSuffix("-")
        else { return nil }
        return ServerName(String(cluster))
    }
}
