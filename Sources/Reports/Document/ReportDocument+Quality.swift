internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    private static let mostRuns = 12

    static func quality(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        let quality = report.quality
        guard !report.days.isEmpty else {
            return Self(
                id: "quality", title: "Data",
                blocks: [.paragraph("Not enough data: no whole day has been collected yet.")])
        }
        var blocks: [ReportDocument.Block] = [
            .paragraph(
                "Coverage: \(Figure.percent(quality.coverage)) of \(Figure.count(report.days.count, "day"))."
                    + (quality.firstDay.map { " First day with a value: \(CalendarText.date($0))." } ?? "")),
            .calendar(charts.coverage),
        ]
        blocks += runs(quality.missing, "Not fetched: ")
        blocks += runs(quality.silent, "Fetched, but without searches: ")
        for (statistic, days) in quality.filled.sorted(by: { $0.key < $1.key }) where days > 0 {
            blocks.append(
                .paragraph(
                    "\(statistic) has no value for \(Figure.count(days, "day")); the forecast interpolates them from the same weekdays "
                        + "before and after."))
        }
        // The application, then the indices of which least was fetched.
        let scopes = quality.scopes.prefix(1) + quality.scopes.dropFirst().sorted { $0.coverage < $1.coverage }
        blocks.append(
            .table(
                ReportDocument.Table(
                    "Coverage by index, the lowest first",
                    [.text("Index"), .number("Days fetched"), .text("Newest value")], of: Array(scopes), rest: rest
                ) { scope in
                    [
                        scope.index.isEmpty ? .text("application as a whole") : .name(scope.index.text),
                        .text(Figure.percent(scope.coverage)),
                        .text(scope.newest.map(Phrase.cell) ?? Figure.missing),
                    ]
                }))
        return Self(id: "quality", title: "Data", blocks: blocks)
    }

    private static func runs(_ runs: [Range<Int64>], _ title: String) -> [ReportDocument.Block] {
        guard !runs.isEmpty else { return [] }
        let shown = runs.suffix(mostRuns).map { run in
            run.count == 1
                ? CalendarText.date(run.lowerBound)
                : "\(CalendarText.date(run.lowerBound)) to \(CalendarText.date(run.upperBound - 1)) (\(Figure.count(run.count, "day")))"
        }
        let rest = runs.count - shown.count
        return [
            .paragraph(
                title + Phrase.list(shown) + (rest > 0 ? ", and \(Figure.count(rest, "earlier gap"))" : "") + ".")
        ]
    }

    /// The title of a series by the first limit that is held against it.
    private static func title(_ series: ForecastedSeries, of report: CapacityReport) -> String {
        report.limits.first { $0.limit.statistic == series.key.statistic }?.limit.statisticTitle ?? Figure.missing
    }

    /// The methods behind the numbers.
    static func method(_ report: CapacityReport) -> Self {
        let rows = report.forecasts.map { series -> [ReportDocument.Cell] in
            switch series.forecast {
            case .success(let forecast):
                let backtest = forecast.backtest
                return [
                    .text(Self.title(series, of: report)), .text(forecast.method.words),
                    .text(Figure.exact(backtest.origins)),
                    .text(backtest.mase.map { Figure.exact(($0 * 100).rounded() / 100) } ?? Figure.missing),
                    .text(Figure.percent(backtest.coverage80)), .text(Figure.percent(backtest.coverage95)),
                ]
            case .failure(let failure):
                return [
                    .text(Self.title(series, of: report)), .text("none: \(failure.words)"), .none, .none, .none, .none,
                ]
            }
        }
        let table = ReportDocument.Table(
            caption: "Forecast accuracy in the backtest",
            columns: [
                .text("Series"), .text("Method"), .number("Backtests"), .number("Relative error"),
                .number("Within the 80% interval"), .number("Within the 95% interval"),
            ], rows: rows)
        return Self(
            id: "method", title: "Method",
            blocks: [
                .table(table),
                .list([
                    "Forecasts remove the weekly pattern, project the level, and add the pattern back. A method that was "
                        + "clearly best in the backtest is used alone; otherwise several methods are averaged.",
                    "The backtest makes up to 20 forecasts of 28 days, a week apart, from earlier data and compares them "
                        + "with the actual values. The relative error is the mean absolute error divided by that of "
                        + "repeating the last week: below 1 is better.",
                    "Intervals are derived from these errors. About 80% and 95% of the backtested days should fall within "
                        + "them. Intervals for the distant future are estimates. Forecasts do not know about plans such as "
                        + "a new site or a campaign.",
                    "Billed search requests are search requests without those of Query Suggestions, which Algolia does not "
                        + "bill. A month of a limit is a billing period; statistics and latency are shown by calendar "
                        + "month. Records are billed by the fourth-highest of a period's daily snapshots; a year of records "
                        + "is the sum of what its periods are billed. Queries per second are the peak second across all "
                        + "servers.",
                    "Costs are those of the projection beyond the limit, at the prices in the configuration. They are not "
                        + "an invoice.",
                    "Days are in the time zone \(report.timeZone). The report contains only days that are over and settled.",
                    "30-day changes of servers and of processing time are the slope of a robust line through the last "
                        + "90 days (Theil–Sen trend).",
                    "An unusual day is far from the surrounding days and the same weekdays, measured in multiples of the "
                        + "usual deviation.",
                    "Values are as reported by Algolia. Missing days are not counted as zero; sums that lack days are "
                        + "marked with ≥.",
                ]),
            ])
    }
}
