internal import Capacity
internal import Presentation
internal import Reports
internal import UsageModel

/// One page of the indices that match, in their order.
struct IndicesResult: ViewModel {
    let application: ApplicationID
    var hasRows: Bool
    /// Whether some may be hidden by the search, or lie on other pages.
    var isFiltered: Bool
    var table: IndexTable
    var hasMore: Bool
    /// The pages that there are, 1 at least.
    var pages: Int
    /// Nil on the first page, and on the last.
    var previous: String?
    var next: String?

    /// - Parameter root: the prefix of links.
    init(
        _ report: CapacityReport, _ given: QueryParameters, order: IndicesPage.Order, page: Int, root: String
    ) {
        application = report.application
        let search = (given["search"] ?? "").lowercased()
        var usage = report.indices.usage
        isFiltered = !usage.isEmpty
        if !search.isEmpty { usage.removeAll { !$0.index.text.lowercased().contains(search) } }
        // Growth is that of the month, as soon as its days are known.
        let month =
            order == .growth && usage.contains { $0.monthGrowth != nil }
            ? IndexTable.Month(report.indices) : nil
        usage = Self.sorted(usage, order, byMonth: month != nil)
        let first = (page - 1) * IndicesPage.pageSize
        let shown = usage.dropFirst(first).prefix(IndicesPage.pageSize)
        hasRows = !shown.isEmpty
        pages = max((usage.count + IndicesPage.pageSize - 1) / IndicesPage.pageSize, 1)
        let count = Figure.count(usage.count, "index", "indices")
        table = IndexTable(
            Array(shown), of: report, root: root, label: "Indices",
            summary: usage.count > IndicesPage.pageSize && hasRows
                ? "\(count), \(Figure.exact(first + 1)) to \(Figure.exact(first + shown.count)) shown" : count,
            isWhole: usage.count == shown.count, isChoice: true, month: month)
        func link(_ page: Int) -> String {
            let kept = ["application", "search", "sort"].flatMap { name in
                (given.all(name) ?? []).map { (name: name, value: $0) }
            }
            return "\(PageName.indices.path)?\(PercentEncoding.query(kept + [("page", String(page))]))"
        }
        previous = page > 1 ? link(page - 1) : nil
        next = first + shown.count < usage.count && hasRows ? link(page + 1) : nil
        hasMore = previous != nil || next != nil
    }

    /// The report's order is that of searches.
    private static func sorted(
        _ usage: [IndexUsage], _ order: IndicesPage.Order, byMonth: Bool
    ) -> [IndexUsage] {
        switch order {
        case .searches: usage
        case .growth: IndexReport.sorted(usage, by: byMonth ? \.monthGrowth : \.searchesGrowth)
        case .records: IndexReport.sorted(usage, by: \.records)
        case .name: usage.sorted { $0.index < $1.index }
        }
    }
}
