internal import History
internal import Presentation
internal import UsageModel

/// The newest list of an application's indices on the collector's page.
struct ListedIndices: ViewModel {
    private static let rows = 100

    struct Row: ViewModel {
        var name: IndexName
        var kind: Markup
        var records: String
        /// With every digit, for the script that sorts tables; empty for none.
        var exactRecords: String
        var updated: Markup
        var since: Markup
    }

    var summary: Markup
    var cut: String
    var hasRows: Bool
    var rows: [Row]

    init(_ inventory: IndexInventory) {
        let listed = inventory.indices.filter { $0.gone == nil }
        let gone = inventory.indices.count - listed.count
        let missing: Markup = inventory.isWhole ? "" : "; some indices are missing from it"
        let former: Markup = gone > 0 ? "; \(Figure.exact(gone)) more were listed before" : ""
        summary =
            "\(Figure.count(listed.count, "index", "indices")) in Algolia's list of \(Markup.time(inventory.fetched))\(missing)\(former)."
        // The largest first.
        let sorted = listed.sorted {
            ($1.entries?.double ?? -1, $0.name) < ($0.entries?.double ?? -1, $1.name)
        }
        rows = sorted.prefix(Self.rows).map(Row.init)
        hasRows = !rows.isEmpty
        cut = listed.count > Self.rows ? "The \(Self.rows) largest of \(Figure.exact(listed.count)) indices." : ""
    }
}

extension ListedIndices.Row {
    init(_ index: InventoriedIndex) {
        name = index.name
        if let primary = index.primary {
            kind = "\(index.isVirtual ? "virtual replica" : "replica") of <bdi>\(primary.text)</bdi>"
        } else {
            kind = index.replicas.isEmpty ? "index" : "index with \(Figure.count(index.replicas.count, "replica"))"
        }
        // Whatever the list says of a virtual replica: it holds none.
        records = index.isVirtual ? "none" : index.entries.map { Figure.compact($0.double) } ?? Figure.missing
        exactRecords = index.isVirtual ? "" : index.entries?.description ?? ""
        updated = index.updated.map(Markup.time) ?? Markup(text: Figure.missing)
        since = Markup.time(index.firstSeen)
    }
}
