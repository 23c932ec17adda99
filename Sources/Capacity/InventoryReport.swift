internal import History
public import UsageModel

/// The indices by Algolia's list of them: how many there are, what replicas hold, what is left alone, what has changed.
///
/// It is as of the newest list, whichever days the rest of a report looks at.
public struct InventoryReport: Sendable, Hashable {
    /// Seconds after which an index counts as not updated for long: 90 days.
    public static let untouched: Int64 = 90 * 86_400
    /// Seconds in which an appearance or a departure counts as recent: 30 days.
    public static let recent: Int64 = 30 * 86_400

    /// When the newest list was fetched.
    public var fetched: UnixTime
    /// Whether it had every index that the key may list. Numbers of one that is not whole are lower bounds.
    public var isWhole: Bool
    /// The limit of indices by the contract; nil where none was agreed.
    public var agreed: Double?
    public var indices: Int
    public var standardReplicas: Int
    public var virtualReplicas: Int
    /// Records of all indices but virtual replicas, which hold none; nil where an index does not say its own.
    public var records: Double?
    /// The part of ``records`` that standard replicas hold.
    public var replicaRecords: Double?
    /// Indices with replicas, those first whose replicas hold most records.
    public var families: [ReplicaFamily]
    /// Indices that were not updated for ``untouched`` seconds, the largest first.
    public var untouched: [ListedState]
    /// Indices that appeared in the last ``recent`` seconds, the newest first, whether they are still there or not.
    public var appeared: [ListedState]
    /// Indices that went in the last ``recent`` seconds, the newest first.
    public var gone: [ListedState]

    /// ``indices`` as a share of what was agreed.
    public var utilization: Double? { agreed.map { Double(indices) / $0 } }
}

/// An index and its replicas.
public struct ReplicaFamily: Sendable, Hashable {
    public var primary: IndexName
    public var standard: Int
    public var virtual: Int
    /// Records of the standard replicas together; nil where one does not say its own.
    public var records: Double?
}

/// An index and the time at which something happened to it.
public struct ListedState: Sendable, Hashable {
    public var index: IndexName
    public var time: UnixTime
    /// By the newest list that had it; nil where it did not say, and 0 for a virtual replica.
    public var records: Double?
}

extension InventoryReport {
    init(_ inventory: IndexInventory, agreed: Double?) {
        let listed = inventory.indices.filter { $0.gone == nil }
        let replicas = listed.filter { $0.primary != nil }
        fetched = inventory.fetched
        isWhole = inventory.isWhole
        self.agreed = agreed
        indices = listed.count
        standardReplicas = replicas.count { !$0.isVirtual }
        virtualReplicas = listed.count(where: \.isVirtual)
        records = Self.sum(listed)
        replicaRecords = Self.sum(replicas)
        families = Dictionary(grouping: replicas) { $0.primary ?? "" }.map { primary, replicas in
            ReplicaFamily(
                primary: primary, standard: replicas.count { !$0.isVirtual },
                virtual: replicas.count(where: \.isVirtual),
                records: Self.sum(replicas))
        }.sorted { ($1.records ?? -1, $0.primary) < ($0.records ?? -1, $1.primary) }
        let fetched = fetched
        untouched = listed.compactMap { index in
            guard let updated = index.updated, fetched - updated >= Self.untouched else { return nil }
            return ListedState(index, updated)
        }.sorted { ($1.records ?? -1, $0.index) < ($0.records ?? -1, $1.index) }
        appeared = Self.newest(
            inventory.indices.compactMap { index in
                index.appeared(since: inventory.firstFetched).map { ListedState(index, $0) }
            }, until: fetched)
        gone = Self.newest(
            inventory.indices.compactMap { index in index.gone.map { ListedState(index, $0) } }, until: fetched)
    }

    /// Records of all that hold any; nil where one does not say its own.
    private static func sum(_ indices: [InventoriedIndex]) -> Double? {
        var sum = 0.0
        for index in indices {
            guard let records = index.records else { return nil }
            sum += records
        }
        return sum
    }

    private static func newest(_ states: [ListedState], until end: UnixTime) -> [ListedState] {
        states.filter { end - $0.time <= recent }.sorted { ($1.time, $0.index) < ($0.time, $1.index) }
    }
}

extension ListedState {
    fileprivate init(_ index: InventoriedIndex, _ time: UnixTime) {
        self.init(index: index.name, time: time, records: index.records)
    }
}

extension InventoriedIndex {
    /// The records that it holds.
    fileprivate var records: Double? { isVirtual ? 0 : entries?.double }

    /// When it appeared; nil where that is not known. One that the first list had was there before, and only the vendor
    /// knows since when.
    fileprivate func appeared(since first: UnixTime) -> UnixTime? { firstSeen > first ? firstSeen : created }
}
