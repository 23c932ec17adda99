internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    /// Every limit: what is used, what is to come, when it is reached.
    static func contract(_ report: CapacityReport, _ charts: CapacityCharts) -> Self {
        let hasPrices = report.limits.contains { $0.price != nil }
        let rows = report.limits.map { limit -> [ReportDocument.Cell] in
            let partial = limit.usedCoverage < 1
            let used = limit.used.map { (partial ? "≥ " : "") + Figure.compact($0) }
            let interval = limit.projection.map { projection in
                "\(Figure.compact(projection.bounds.lower80)) to \(Figure.compact(projection.bounds.upper80))"
            }
            let title = limit.limit.title + (limit.term.map { ", \($0.words)" } ?? "")
            let cost = hasPrices ? [ReportDocument.Cell.text(limit.excessCost?.words ?? Figure.missing)] : []
            return [
                .text(title), .text(limit.agreed.map(Figure.compact) ?? "none"),
                .text(used ?? Figure.missing),
                .text(limit.utilization.map(Figure.percent) ?? Figure.missing),
                .text(limit.projection.map { Figure.compact($0.mean) } ?? Figure.missing),
                .text(interval ?? Figure.missing),
                .text(
                    limit.isExceeded
                        ? "exceeded" : limit.projection?.exceedance.map(Phrase.probability) ?? Figure.missing),
                .text(limit.exhaustion.words),
            ] + cost
        }
        let month = report.days.isEmpty ? nil : report.limits.first.map { " in \(Phrase.month($0.month))" }
        let table = ReportDocument.Table(
            caption: "Contract limits\(month ?? "")",
            columns: [
                .text("Metric"), .number("Limit"), .number("Used"), .number("Used %"),
                .number("Projected at period end"),
                .number("80% interval"), .number("Chance of exceeding"), .text("Limit reached"),
            ] + (hasPrices ? [.number("Cost of the excess")] : []), rows: rows)
        let terms = report.limits.compactMap { limit in
            limit.term.flatMap { term(limit, $0, until: report.days.upperBound) }.map(ReportDocument.Block.table)
        }
        let meters = report.limits.compactMap { limit in
            charts.meter(limit).map { ReportDocument.Block.meter(id: "meter-\(limit.limit.identifier)", $0) }
        }
        let drawings = report.limits.compactMap { limit in
            charts.periods(limit).map { (id: "chart-periods-\(limit.limit.identifier)", chart: $0) }
        }
        var notes: [String] = []
        if report.limits.contains(where: { $0.usedCoverage < 1 && $0.used != nil }) {
            notes.append("≥: a lower bound, because some days of the period have no data.")
        }
        if let records = report.limits.first(where: { $0.limit == .records }), records.used != nil {
            notes.append(
                """
                Billed records are those of the fourth-highest day of the billing period, as Algolia charges them\
                \(records.isBeforeCharge ? "; with fewer than four days so far, the lowest is shown" : "").
                """)
        }
        if report.limits.allSatisfy({ $0.agreed == nil }) {
            notes.append(
                "No contract is configured. Configure its limits to see whether and when they are reached.")
        }
        return Self(
            id: "contract", title: "Contract",
            blocks: meters + [.table(table)] + (drawings.isEmpty ? [] : [.charts(drawings)]) + terms
                + notes.map(ReportDocument.Block.paragraph))
    }

    /// The billing periods of a term beside a twelfth of the commitment; nil before the first has begun.
    private static func term(_ limit: LimitReport, _ term: TermReport, until end: Int64) -> ReportDocument.Table? {
        guard !term.months.isEmpty else { return nil }
        let rows = term.months.reversed().map { month -> [ReportDocument.Cell] in
            [
                .text(Phrase.monthCell(month.days) + (month.isRunning ? " so far" : "")),
                .text(Phrase.exact(month, until: end)), .text(Phrase.share(month.value, of: term.twelfth)),
                .text(Figure.percent(month.coverage)),
            ]
        }
        let isRequests = limit.limit.measure == .sum
        return ReportDocument.Table(
            caption: "\(limit.limit.title): the billing periods of \(term.words)",
            columns: [
                .text("Billing period"), .number(isRequests ? "Requests" : "Billed records"),
                .number("Of a twelfth"), .number("Days with data"),
            ], rows: rows)
    }

    /// Searches by month, week and day.
    static func searches(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        var blocks: [ReportDocument.Block] = []
        if let chart = charts.runningMonth { blocks.append(.chart(id: "chart-running-month", chart)) }
        if let chart = charts.runningTerm { blocks.append(.chart(id: "chart-running-term", chart)) }
        if let chart = charts.searches { blocks.append(.chart(id: "chart-searches", chart)) }
        guard report.months.contains(where: { $0.value != nil }) else {
            return Self(
                id: "searches", title: "Searches", blocks: [.paragraph("Not enough data: no searches were reported.")])
        }
        blocks.append(.table(months(report, charts, rest)))
        if report.months.contains(where: { $0.value != nil && $0.isPartial(until: report.days.upperBound) }) {
            blocks.append(
                .paragraph(
                    "≥: a lower bound, because some days of the month have no data or are outside this report.")
            )
        }
        if let table = comingMonths(report) { blocks.append(.table(table)) }
        blocks.append(.table(weeks(report, charts)))
        return Self(id: "searches", title: "Searches", blocks: blocks)
    }

    /// Records, queries per second and, where they were agreed, Recommend requests.
    static func levels(_ report: CapacityReport, _ charts: CapacityCharts) -> [Self] {
        [ContractLimit.records, .maxQPS, .recommendRequestsPerMonth].compactMap { limit in
            guard let usage = report.limits.first(where: { $0.limit == limit }) else { return nil }
            let chart = charts.limit(usage).map {
                ReportDocument.Block.chart(id: "chart-\(limit.identifier)", $0)
            }
            return Self(
                id: limit.identifier, title: limit.statisticTitle,
                blocks: [chart ?? .paragraph("Not enough data: no values were reported.")])
        }
    }

    /// A year and the running month.
    private static let monthsShown = 13

    private static func months(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> ReportDocument.Table {
        let agreed = report.limits.first { $0.limit == .searchRequestsPerMonth }?.agreed
        return ReportDocument.Table(
            "Billed search requests by month",
            [
                .text("Month"), .number("Requests"), .number("Of the limit"), .number("Vs. previous month"),
                .number("Vs. previous year"), .number("Days with data"),
            ], of: report.months.indices.reversed(), rest: rest, most: monthsShown
        ) { position in
            let month = report.months[position]
            return [
                .link(
                    Phrase.monthCell(month.days) + (month.isRunning ? " so far" : ""),
                    charts.view(ContractLimit.searchRequestsPerMonth.statistic, month.days)),
                .text(Phrase.exact(month, until: report.days.upperBound)),
                .text(Phrase.share(month.value, of: agreed)),
                .text(Phrase.change(month, from: position >= 1 ? report.months[position - 1] : nil)),
                .text(Phrase.change(month, from: position >= 12 ? report.months[position - 12] : nil)),
                .text(Figure.percent(month.coverage)),
            ]
        }
    }

    private static func comingMonths(_ report: CapacityReport) -> ReportDocument.Table? {
        guard let limit = report.limits.first(where: { $0.limit == .searchRequestsPerMonth }) else { return nil }
        let rows = limit.comingMonths.map { month -> [ReportDocument.Cell] in
            [
                .text(Phrase.monthCell(month.days)), .text(Figure.compact(month.projection.mean)),
                .text(Phrase.interval(month.projection.bounds) ?? Figure.missing),
                .text(Phrase.share(month.projection.mean, of: limit.agreed)),
                .text(month.projection.exceedance.map(Phrase.probability) ?? Figure.missing),
            ]
        }
        guard !rows.isEmpty else { return nil }
        return ReportDocument.Table(
            caption: "Projected billed search requests by month",
            columns: [
                .text("Month"), .number("Requests"), .number("80% interval"), .number("Of the limit"),
                .number("Chance of exceeding"),
            ], rows: rows)
    }

    /// A quarter of a year.
    private static let weeksShown = 13

    private static func weeks(_ report: CapacityReport, _ charts: CapacityCharts) -> ReportDocument.Table {
        let shown = report.weeks.indices.suffix(weeksShown).reversed()
        let rows = shown.map { position -> [ReportDocument.Cell] in
            let week = report.weeks[position]
            return [
                .link(
                    Phrase.cell(week.days.lowerBound) + (week.isRunning ? " so far" : ""),
                    charts.view(ContractLimit.searchRequestsPerMonth.statistic, week.days)),
                .text(Phrase.exact(week, until: report.days.upperBound)),
                .text(Phrase.change(week, from: position >= 1 ? report.weeks[position - 1] : nil)),
                .text(Phrase.change(week, from: position >= 52 ? report.weeks[position - 52] : nil)),
            ]
        }
        return ReportDocument.Table(
            caption: "Billed search requests by week, last \(weeksShown) weeks",
            columns: [
                .text("Week of (Monday)"), .number("Requests"), .number("Vs. previous week"),
                .number("Vs. 52 weeks earlier"),
            ], rows: rows)
    }
}

extension ContractLimit {
    /// Within a page.
    var identifier: String { rawValue.replacing("_", with: "-") }
}
