internal import Capacity
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    /// The list of indices; nil where it was never fetched.
    static func inventory(_ report: CapacityReport, _ rest: ReportDocument.RestPlace) -> Self? {
        guard let inventory = report.inventory else { return nil }
        let bound = inventory.isWhole ? "" : " Some indices are missing from it: numbers are lower bounds."
        var blocks: [ReportDocument.Block] = [
            .paragraph("Algolia's list of \(RFC3339.string(inventory.fetched)).\(bound)"), .table(summary(inventory)),
        ]
        if inventory.records != nil {
            blocks.append(
                .paragraph(
                    "These are the records at that time. Billed are those of the period's fourth-highest day."))
        }
        blocks += table(
            inventory.families, "Replicas by primary index",
            [.text("Primary"), .number("Standard"), .number("Virtual"), .number("Records of replicas")], rest
        ) { family in
            [
                .name(family.primary.text), .text(Figure.exact(family.standard)), .text(Figure.exact(family.virtual)),
                .text(family.records.map(Figure.compact) ?? Figure.missing),
            ]
        }
        blocks += states(inventory.untouched, "Indices not updated for 90 days", "Updated", rest)
        blocks += states(inventory.appeared, "Indices added in the last 30 days", "Added", rest)
        blocks += states(inventory.gone, "Indices removed in the last 30 days", "Missing since", rest)
        return Self(id: "inventory", title: "List of indices", blocks: blocks)
    }

    private static func summary(_ inventory: InventoryReport) -> ReportDocument.Table {
        func row(_ title: String, _ number: Int, _ records: Double?) -> [ReportDocument.Cell] {
            [.text(title), .text(Figure.exact(number)), .text(records.map(Figure.compact) ?? Figure.missing)]
        }
        let others = inventory.records.flatMap { all in inventory.replicaRecords.map { all - $0 } }
        let replicas = inventory.standardReplicas + inventory.virtualReplicas
        var rows = [
            row("Primary indices", inventory.indices - replicas, others),
            row("Standard replicas", inventory.standardReplicas, inventory.replicaRecords),
            row("Virtual replicas", inventory.virtualReplicas, inventory.virtualReplicas > 0 ? 0 : nil),
            row("All", inventory.indices, inventory.records),
        ]
        if let agreed = inventory.agreed {
            rows.append([.text("Limit"), .text(Figure.exact(agreed)), .none])
        }
        return ReportDocument.Table(
            caption: "Indices and the records that they hold",
            columns: [.text("Kind"), .number("Indices"), .number("Records")], rows: rows)
    }

    private static func states(
        _ states: [ListedState], _ caption: String, _ time: String, _ rest: ReportDocument.RestPlace
    ) -> [ReportDocument.Block] {
        table(states, caption, [.text("Index"), .number("Records"), .text(time)], rest) { state in
            [
                .name(state.index.text), .text(state.records.map(Figure.compact) ?? Figure.missing),
                .text(Phrase.cell(CalendarText.day(of: state.time))),
            ]
        }
    }

    /// None without any item.
    private static func table<Item>(
        _ items: [Item], _ caption: String, _ columns: [ReportDocument.Column], _ rest: ReportDocument.RestPlace,
        _ row: (Item) -> [ReportDocument.Cell]
    ) -> [ReportDocument.Block] {
        items.isEmpty ? [] : [.table(ReportDocument.Table(caption, columns, of: items, rest: rest, row: row))]
    }
}
