internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    static func searchCapacity(_ report: CapacityReport, _ charts: CapacityCharts) -> Self {
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
            blocks.append(.table(degraded(capacity)))
        }
        return Self(id: "search-capacity", title: "Search capacity", blocks: blocks)
    }

    private static func degraded(_ capacity: SearchCapacityReport) -> ReportDocument.Table {
        func peak(_ value: Double?) -> ReportDocument.Cell {
            .text(value.map { Figure.percent($0 / 100) } ?? Figure.missing)
        }
        let rows = capacity.degraded.map { degraded -> [ReportDocument.Cell] in
            [
                .name(degraded.server.text), .text(degraded.cause.title), .text(Figure.exact(degraded.days)),
                .text(Figure.exact(degraded.recentDays)),
                .text(Figure.percent(degraded.worst.value / 100)), .text(Phrase.cell(degraded.worst.day)),
                peak(degraded.peakOnThoseDays), peak(degraded.peakOnOtherDays),
            ]
        }
        return ReportDocument.Table(
            caption: "Degraded queries by server and cause",
            columns: [
                .text("Server"), .text("Cause"), .number("Days"), .number("In the last 28 days"),
                .number("Degraded on worst day"), .text("Worst day"),
                .number("Median peak, these days"), .number("Median peak, other days"),
            ], rows: rows)
    }

    static func servers(_ report: CapacityReport, _ charts: CapacityCharts) -> Self {
        guard !report.servers.isEmpty else {
            return Self(
                id: "servers", title: "Servers",
                blocks: [
                    .paragraph("Not enough data: no server metrics were reported; they need a Monitoring API key.")
                ])
        }
        let drawings = ServerTrend.Resource.allCases.compactMap { resource in
            charts.servers(resource).map {
                ReportDocument.Block.chart(id: "chart-server-\(resource.identifier)", $0)
            }
        }
        let rows = report.servers.flatMap { server in
            server.trends.map { trend -> [ReportDocument.Cell] in
                let unit = trend.resource.unit
                return [
                    .name(server.server.text), .text(trend.resource.title),
                    .text(trend.recent.map { Figure.text($0, unit) } ?? Figure.missing),
                    .text(trend.changePer30Days.map { Phrase.signed($0, unit) } ?? Figure.missing),
                    .text(Figure.text(trend.highest.value, unit)), .text(Phrase.cell(trend.highest.day)),
                ]
            }
        }
        let table = ReportDocument.Table(
            caption: "Server resources and their trends",
            columns: [
                .text("Server"), .text("Resource"), .number("Last 7 days"), .number("Change in 30 days"),
                .number("Highest day"), .text("Date"),
            ], rows: rows)
        return Self(id: "servers", title: "Servers", blocks: drawings + [.table(table)])
    }

    /// Two of each month of the year.
    private static let latencyMonths = 24

    static func latency(_ report: CapacityReport, _ charts: CapacityCharts) -> Self {
        guard !report.latency.months.allSatisfy({ $0.percentile99 == nil && $0.average == nil }) else {
            return Self(
                id: "latency", title: "Processing time",
                blocks: [.paragraph("Not enough data: no processing times were reported.")])
        }
        func time(_ value: Double?) -> ReportDocument.Cell {
            .text(value.map { Figure.text($0, .milliseconds) } ?? Figure.missing)
        }
        let rows = report.latency.months.suffix(latencyMonths).reversed().map { month -> [ReportDocument.Cell] in
            [
                .text(Phrase.month(month.month.days) + (month.month.isRunning ? " so far" : "")), time(month.average),
                time(month.percentile90), time(month.percentile99), time(month.worst?.value),
                .text(month.worst.map { Phrase.cell($0.day) } ?? Figure.missing),
                .text(month.slowQueries.map { Figure.exact($0.rounded()) } ?? Figure.missing),
            ]
        }
        let table = ReportDocument.Table(
            caption: "Processing time by month (median of daily values)",
            columns: [
                .text("Month"), .number("Mean"), .number("90th percentile"), .number("99th percentile"),
                .number("Worst 99th percentile"), .text("Date"), .number("Queries of 1 s or more"),
            ], rows: rows)
        let chart = charts.latency.map { ReportDocument.Block.chart(id: "chart-latency", $0) }
        return Self(
            id: "latency", title: "Processing time", blocks: [chart, .table(table)].compactMap(\.self))
    }
}

extension ServerTrend.Resource {
    /// Within a page.
    var identifier: String { rawValue.replacing("_", with: "-") }
}
