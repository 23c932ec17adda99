internal import UsageModel

extension ReportDocument.Section {
    private static let mostRuns = 12

    static func quality(_ report: CapacityReport, _ charts: CapacityCharts) -> Self {
        let quality = report.quality
        guard !report.days.isEmpty else {
            return Self(id: "quality", title: "Data", blocks: [.paragraph("There are no data yet.")])
        }
        var blocks: [ReportDocument.Block] = [
            .paragraph(
                "\(Words.percent(quality.coverage)) of the \(Words.days(report.days.count)) of the application were fetched."
                    + (quality.firstDay.map { " The first day with a value is \(Words.day($0))." } ?? "")),
            .calendar(charts.coverage),
        ]
        blocks += runs(quality.missing, "Not fetched: ")
        blocks += runs(quality.silent, "Fetched, but without a search: ")
        for (statistic, days) in quality.filled.sorted(by: { $0.key < $1.key }) where days > 0 {
            blocks.append(
                .paragraph(
                    "\(Words.days(days)) of \(statistic) had no value; for the forecast they take what lies between the "
                        + "same weekdays before and after."))
        }
        // The application, then the indices of which least was fetched.
        let shown =
            quality.scopes.prefix(1)
            + quality.scopes.dropFirst().sorted { $0.coverage < $1.coverage }.prefix(mostScopes)
        let rows = shown.map { scope -> [ReportDocument.Cell] in
            [
                scope.index.isEmpty ? .text("the application itself") : .name(scope.index.text),
                .text(Words.percent(scope.coverage)),
                .text(scope.newest.map(Words.cell) ?? Figure.missing),
            ]
        }
        blocks.append(
            .table(
                ReportDocument.Table(
                    caption: "How much was fetched"
                        + (shown.count < quality.scopes.count
                            ? ", of the \(mostScopes) indices of which it was least" : ""),
                    columns: [.text("Of"), .number("Days fetched"), .text("Newest value")], rows: rows)))
        return Self(id: "quality", title: "Data", blocks: blocks)
    }

    /// Of a thousand indices most are alike.
    private static let mostScopes = 100

    private static func runs(_ runs: [Range<Int64>], _ title: String) -> [ReportDocument.Block] {
        guard !runs.isEmpty else { return [] }
        let shown = runs.suffix(mostRuns).map { run in
            run.count == 1
                ? Words.day(run.lowerBound)
                : "\(Words.day(run.lowerBound)) to \(Words.day(run.upperBound - 1)) (\(Words.days(run.count)))"
        }
        let rest = runs.count - shown.count
        return [
            .paragraph(
                title + ListText.joined(shown) + (rest > 0 ? ", and \(Figure.count(rest, "earlier time"))" : "") + ".")
        ]
    }

    /// Where the numbers come from.
    static func method(_ report: CapacityReport) -> Self {
        let rows = report.limits.map { limit -> [ReportDocument.Cell] in
            switch limit.series.forecast {
            case .success(let forecast):
                let backtest = forecast.backtest
                return [
                    .text(limit.limit.title), .text(forecast.method.words), .text(Figure.exact(backtest.origins)),
                    .text(backtest.mase.map { Figure.exact(($0 * 100).rounded() / 100) } ?? Figure.missing),
                    .text(Words.percent(backtest.coverage80)), .text(Words.percent(backtest.coverage95)),
                ]
            case .failure(let failure):
                return [
                    .text(limit.limit.title), .text("none: \(failure)"), .none, .none, .none, .none,
                ]
            }
        }
        let table = ReportDocument.Table(
            caption: "Forecasts, and what they were worth on the past",
            columns: [
                .text("Series"), .text("Method"), .number("Tests"), .number("Error"), .number("Within 80 %"),
                .number("Within 95 %"),
            ], rows: rows)
        return Self(
            id: "method", title: "How this was computed",
            blocks: [
                .table(table),
                .list([
                    "Forecasts take weekdays off, carry the level on and put weekdays back. Of several methods the one is "
                        + "used that was clearly best on the past, else their mean.",
                    "Tests: forecasts of 28 days are made from the days before, up to 20 times a week apart, and compared "
                        + "with what came. The error is the mean absolute error in shares of what repeating the last "
                        + "week had: below 1 is better than that.",
                    "Intervals come from these errors. The last two columns say how many of the tested days were inside; "
                        + "near 80 % and 95 % they are right. Far ahead they can only be guessed. A forecast knows "
                        + "nothing of plans: a new site or a campaign is not in it.",
                    "Billed search requests are search requests without those of Query Suggestions, which Algolia does not "
                        + "bill. A month is a calendar month. A record counts on the day at whose end it is there. "
                        + "Queries per second are the highest second over all servers.",
                    "Days are those of the time zone \(report.timeZone). Only days that are over, and whose values no longer "
                        + "change, are in this report.",
                    "Changes of servers and of processing time in 30 days are along a line through the last 90 days that a "
                        + "few wild days do not move (Theil and Sen's).",
                    "An unusual day is far from the days around it and the same weekdays, in multiples of the usual "
                        + "deviation.",
                    "Values are as Algolia reported them. What was not fetched is missing and not taken for zero; sums "
                        + "over such days are marked.",
                ]),
            ])
    }
}

extension ForecastMethod {
    var words: String {
        switch self {
        case .combination: "mean of three methods"
        case .smoothing: "exponential smoothing"
        case .dampedTrend: "damped trend"
        case .theta: "theta"
        case .linearTrend: "linear trend"
        case .yearlySeason: "mean of three methods, with the season of the year"
        case .seasonalNaive: "the last week, repeated"
        }
    }
}
