internal import Capacity
internal import UsageModel

extension CapacityDocument {
    /// The list of indices, as of `fetched`.
    struct Inventory: Encodable {
        var fetched: String
        /// Whether the list had every index.
        var whole: Bool
        var indices: Int
        var agreed: JSONNumber
        var utilization: JSONNumber
        var standardReplicas: Int
        var virtualReplicas: Int
        var records: JSONNumber
        var replicaRecords: JSONNumber
        var families: [Family]
        var untouched: [ListedIndexDocument]
        var appeared: [ListedIndexDocument]
        var gone: [ListedIndexDocument]

        init(_ report: InventoryReport) {
            fetched = RFC3339.string(report.fetched)
            whole = report.isWhole
            indices = report.indices
            agreed = JSONNumber(report.agreed)
            utilization = JSONNumber(report.utilization)
            standardReplicas = report.standardReplicas
            virtualReplicas = report.virtualReplicas
            records = JSONNumber(report.records)
            replicaRecords = JSONNumber(report.replicaRecords)
            families = report.families.map(Family.init)
            untouched = report.untouched.map(ListedIndexDocument.init)
            appeared = report.appeared.map(ListedIndexDocument.init)
            gone = report.gone.map(ListedIndexDocument.init)
        }
    }

    /// An index and its replicas.
    struct Family: Encodable {
        var primary: IndexName
        var standard: Int
        var virtual: Int
        var records: JSONNumber

        init(_ family: ReplicaFamily) {
            primary = family.primary
            standard = family.standard
            virtual = family.virtual
            records = JSONNumber(family.records)
        }
    }

    struct ListedIndexDocument: Encodable {
        var index: IndexName
        var time: String
        var records: JSONNumber

        init(_ state: ListedState) {
            index = state.index
            time = RFC3339.string(state.time)
            records = JSONNumber(state.records)
        }
    }
}
