internal import Capacity
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    static func indices(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        let indices = report.indices
        guard !indices.usage.isEmpty else {
            return Self(
                id: "indices", title: "Indices", blocks: [.paragraph("Not enough data: no index was collected.")])
        }
        guard report.hasUsage else { return Self(id: "indices", title: "Indices", blocks: [growthAlone(indices)]) }
        var blocks: [ReportDocument.Block] = [.table(top(indices, charts, rest))]
        if indices.unfetched > 0 { blocks.append(.paragraph(indices.unfetchedWords)) }
        if indices.usage.contains(where: { $0.share != nil }) { blocks.append(.paragraph(indices.attributionWords)) }
        if !indices.growing.isEmpty { blocks.append(.table(growing(indices))) }
        if !indices.growingRecords.isEmpty { blocks.append(.table(growingRecords(indices))) }
        if !indices.unsearched.isEmpty { blocks.append(.table(unsearched(indices, rest))) }
        return Self(id: "indices", title: "Indices", blocks: blocks)
    }

    /// What there is to say without searches.
    private static func growthAlone(_ indices: IndexReport) -> ReportDocument.Block {
        if !indices.growingRecords.isEmpty { return .table(growingRecords(indices)) }
        let isKnown = indices.usage.contains { $0.recordsBefore != nil }
        return .paragraph(
            isKnown
                ? "No index has more records than \(IndexReport.span) days ago."
                : "Not enough data: growth needs lists of \(IndexReport.span) days.")
    }

    private static func top(
        _ indices: IndexReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> ReportDocument.Table {
        let partial = indices.usage.contains { $0.coverage < 1 && $0.searches != nil }
        return ReportDocument.Table(
            "Most searched indices in the last \(IndexReport.span) days"
                + (partial ? " (≥: a lower bound, because some days were not fetched)" : ""),
            [
                .text("Index"), .number("Searches"), .number("Share"), .number("Vs. previous \(IndexReport.span) days"),
                .number("Vs. previous year"), .number("Records"), .text("Last 26 weeks"),
            ], of: indices.usage, rest: rest
        ) { usage in
            [
                .name(usage.index.text), .text(atLeast(usage)),
                .text(indices.share(of: usage)),
                .text(usage.coverage < 1 ? Figure.missing : Phrase.change(usage.searches, from: usage.searchesBefore)),
                .text(usage.coverage < 1 ? Figure.missing : Phrase.change(usage.searches, from: usage.searchesYearAgo)),
                .text(usage.records.map(Figure.compact) ?? Figure.missing), .sparkline(charts.sparkline(usage)),
            ]
        }
    }

    private static func growing(_ indices: IndexReport) -> ReportDocument.Table {
        let rows = indices.growing.prefix(10).map { usage -> [ReportDocument.Cell] in
            [
                .name(usage.index.text), .text(usage.searchesBefore.map(Figure.compact) ?? Figure.missing),
                .text(atLeast(usage)), .text(usage.searchesGrowth.map(Figure.compact) ?? Figure.missing),
                .text(usage.coverage < 1 ? Figure.missing : Phrase.change(usage.searches, from: usage.searchesBefore)),
            ]
        }
        return ReportDocument.Table(
            caption: "Fastest-growing indices by searches",
            columns: [
                .text("Index"), .number("Previous \(IndexReport.span) days"), .number("Last \(IndexReport.span) days"),
                .number("Growth per day"), .number("Change"),
            ], rows: rows)
    }

    private static func growingRecords(_ indices: IndexReport) -> ReportDocument.Table {
        let rows = indices.growingRecords.prefix(10).map { usage -> [ReportDocument.Cell] in
            [
                .name(usage.index.text), .text(usage.recordsBefore.map(Figure.compact) ?? Figure.missing),
                .text(usage.records.map(Figure.compact) ?? Figure.missing),
                .text(Phrase.change(usage.records, from: usage.recordsBefore)),
            ]
        }
        return ReportDocument.Table(
            caption: "Fastest-growing indices by records",
            columns: [.text("Index"), .number("\(IndexReport.span) days ago"), .number("Now"), .number("Change")],
            rows: rows)
    }

    private static func unsearched(
        _ indices: IndexReport, _ rest: ReportDocument.RestPlace
    ) -> ReportDocument.Table {
        ReportDocument.Table(
            "Indices with records and no searches in the last \(IndexReport.span) days",
            [.text("Index"), .number("Records"), .text("Last searched")], of: indices.unsearched, rest: rest
        ) { usage in
            [
                .name(usage.index.text), .text(usage.records.map(Figure.compact) ?? Figure.missing),
                .text(usage.lastSearched.map(Phrase.cell) ?? "not in this report"),
            ]
        }
    }

    private static func atLeast(_ usage: IndexUsage) -> String {
        guard let searches = usage.searches else { return Figure.missing }
        return (usage.coverage < 1 ? "≥ " : "") + Figure.compact(searches)
    }
}
