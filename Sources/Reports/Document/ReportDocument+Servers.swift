internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    static func searchCapacity(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        var blocks: [ReportDocument.Block] = []
        if let chart = charts.searchCapacity { blocks.append(.chart(id: "chart-search-capacity", chart)) }
        let capacity = report.searchCapacity
        if capacity.peaks != nil {
            blocks.append(
                .paragraph(
                    "Peaks of 80% or more: \(capacity.daysAbove80) of the last 28 days. Peaks of 100%: "
                        + "\(capacity.daysSaturated) of 28. A single saturated second is enough for 100%.")
            )
        }
        if capacity.degraded.isEmpty {
            blocks.append(.paragraph("No degraded queries were reported."))
        } else {
            blocks.append(.table(degraded(capacity, rest)))
        }
        return Self(id: "search-capacity", title: "Search capacity", blocks: blocks)
    }

    private static func degraded(
        _ capacity: SearchCapacityReport, _ rest: ReportDocument.RestPlace
    ) -> ReportDocument.Table {
        func peak(_ value: Double?) -> ReportDocument.Cell {
            .text(value.map { Figure.percent($0 / 100) } ?? Figure.missing)
        }
        return ReportDocument.Table(
            "Degraded queries by server and cause",
            [
                .text("Server"), .text("Cause"), .number("Days"), .number("In the last 28 days"),
                .number("Degraded on worst day"), .text("Worst day"),
                .number("Median peak, these days"), .number("Median peak, other days"),
            ], of: capacity.degraded, rest: rest
        ) { degraded in
            [
                .name(degraded.server.text), .text(degraded.cause.title), .text(Figure.exact(degraded.days)),
                .text(Figure.exact(degraded.recentDays)),
                .text(Figure.percent(degraded.worst.value / 100)), .text(Phrase.cell(degraded.worst.day)),
                peak(degraded.peakOnThoseDays), peak(degraded.peakOnOtherDays),
            ]
        }
    }

    static func servers(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        guard !report.servers.isEmpty else {
            return Self(
                id: "servers", title: "Servers",
                blocks: [
                    .paragraph("Not enough data: no server metrics were reported; they need a Monitoring API key.")
                ])
        }
        let drawings = ServerTrend.Resource.allCases.compactMap { resource in
            charts.servers(resource).map { (id: "chart-server-\(resource.identifier)", chart: $0) }
        }
        let trends = report.servers.flatMap { server in server.trends.map { (server: server.server, trend: $0) } }
        let table = ReportDocument.Table(
            "Server resources and their trends",
            [
                .text("Server"), .text("Resource"), .number("Last 7 days"), .number("Change in 30 days"),
                .number("Highest day"), .text("Date"),
            ], of: trends, rest: rest, most: mostTrends
        ) { server, trend in
            let unit = trend.resource.unit
            return [
                .name(server.text), .text(trend.resource.title),
                .text(trend.recent.map { Figure.text($0, unit) } ?? Figure.missing),
                .text(trend.changePer30Days.map { Phrase.signed($0, unit) } ?? Figure.missing),
                .text(Figure.text(trend.highest.value, unit)), .text(Phrase.cell(trend.highest.day)),
            ]
        }
        return Self(
            id: "servers", title: "Servers", blocks: (drawings.isEmpty ? [] : [.charts(drawings)]) + [.table(table)])
    }

    /// Rows of the table of trends: the resources of a cluster's three servers.
    private static let mostTrends = 12

    /// A year and the running month.
    private static let latencyMonths = 13

    static func latency(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        guard !report.latency.months.allSatisfy({ $0.percentile99 == nil && $0.average == nil }) else {
            return Self(
                id: "latency", title: "Processing time",
                blocks: [.paragraph("Not enough data: no processing times were reported.")])
        }
        func time(_ value: Double?) -> ReportDocument.Cell {
            .text(value.map { Figure.text($0, .milliseconds) } ?? Figure.missing)
        }
        let table = ReportDocument.Table(
            "Processing time by month (median of daily values)",
            [
                .text("Month"), .number("Mean"), .number("90th percentile"), .number("99th percentile"),
                .number("Worst 99th percentile"), .text("Date"), .number("Queries of 1 s or more"),
            ], of: report.latency.months.reversed(), rest: rest, most: latencyMonths
        ) { month in
            [
                .text(Phrase.month(month.month.days) + (month.month.isRunning ? " so far" : "")), time(month.average),
                time(month.percentile90), time(month.percentile99), time(month.worst?.value),
                .text(month.worst.map { Phrase.cell($0.day) } ?? Figure.missing),
                .text(month.slowQueries.map { Figure.exact($0.rounded()) } ?? Figure.missing),
            ]
        }
        let chart = charts.latency.map { ReportDocument.Block.chart(id: "chart-latency", $0) }
        return Self(
            id: "latency", title: "Processing time", blocks: [chart, .table(table)].compactMap(\.self))
    }
}

extension ServerTrend.Resource {
    /// Within a page.
    var identifier: String { rawValue.replacing("_", with: "-") }
}
