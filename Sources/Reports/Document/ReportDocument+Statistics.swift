internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension ReportDocument.Section {
    static func unusualDays(
        _ report: CapacityReport, _ charts: CapacityCharts, _ rest: ReportDocument.RestPlace
    ) -> Self {
        guard !report.unusualDays.isEmpty else {
            let none =
                report.unusualDaysAreKnown
                ? "No unusual days were found." : "Not enough data: this needs \(UsualDays.fewest) days with values."
            return Self(id: "unusual-days", title: "Unusual days", blocks: [.paragraph(none)])
        }
        let newestFirst = report.unusualDays.enumerated().sorted {
            ($1.element.day, $0.offset) < ($0.element.day, $1.offset)
        }.map(\.element)
        let hasEvents = report.unusualDays.contains { $0.event != nil }
        let table = ReportDocument.Table(
            "Days that differ from the surrounding days and the same weekdays",
            [
                .text("Day"), .text("Statistic"), .number("Value"), .number("Usual"), .number("Difference"),
                .number("Deviations"),
            ] + (hasEvents ? [.text("Event")] : []), of: newestFirst, rest: rest
        ) { day in
            let statistic = StatisticCatalogue.describe(day.statistic)
            let unit = statistic.unit
            return [
                .link(Phrase.cell(day.day), charts.view(day.statistic, day.day..<day.day + 1)), .text(statistic.title),
                .text(Figure.text(day.value, unit)),
                .text(Figure.text(day.expected, unit)), .text(Phrase.change(day.value, from: day.expected)),
                .text(Phrase.signed(day.deviations)),
            ] + (hasEvents ? [day.event.map(ReportDocument.Cell.name) ?? .text("")] : [])
        }
        return Self(id: "unusual-days", title: "Unusual days", blocks: [.table(table)])
    }

    /// Every statistic in its last whole month, beside the months before it.
    static func statistics(_ report: CapacityReport) -> Self {
        let title = "All statistics"
        guard let last = report.statistics.first?.months.last(where: { !$0.isRunning })?.days
        else {
            return Self(
                id: "statistics", title: title,
                blocks: [.paragraph("Not enough data: this table starts with the first complete month.")])
        }
        let before = CalendarMonth.containing(last.lowerBound - 1)
        let yearBefore = CalendarMonth.containing(last.lowerBound - 360)
        let shown = report.statistics.filter { $0.months.contains { ($0.value ?? 0) != 0 } }
        let rows = shown.map { usage -> [ReportDocument.Cell] in
            func month(_ days: Range<Int64>) -> PeriodUsage? { usage.months.first { $0.days == days } }
            func cell(_ month: PeriodUsage?) -> ReportDocument.Cell {
                guard let month, let value = month.value else { return .none }
                // Only sums are too small when days are missing.
                let partial = usage.statistic.kind == .count && month.coverage < 1
                return .text((partial ? "≥ " : "") + Figure.compact(value))
            }
            return [
                .name(usage.key.statistic.text + (usage.key.key.isEmpty ? "" : ", \(usage.key.key)")),
                .text(usage.statistic.unit.words), cell(month(last)), cell(month(before)),
                .text(month(last).map { Phrase.change($0, from: month(before)) } ?? Figure.missing),
                cell(month(yearBefore)), .text(usage.overallText(until: report.days.upperBound)),
            ]
        }
        let table = ReportDocument.Table(
            caption: "Application statistics by month (≥: a lower bound, because some days were not fetched)",
            columns: [
                .text("Statistic"), .text("Unit"), .number(CalendarText.shortMonth(last.lowerBound)),
                .number(CalendarText.shortMonth(before.lowerBound)), .number("Change"),
                .number(CalendarText.shortMonth(yearBefore.lowerBound)), .number("All months"),
            ], rows: rows)
        let zero = report.statistics.filter { $0.months.allSatisfy { ($0.value ?? 0) == 0 } }
        var blocks: [ReportDocument.Block] = [
            .paragraph(
                "Monthly values: counts are summed; maxima, percentiles and shares of queries show the highest day; "
                    + "means and shares of time show the mean; levels such as records show the last day.")
        ]
        if !rows.isEmpty { blocks.append(.table(table)) }
        if !zero.isEmpty {
            let names = zero.map { $0.key.statistic.text + ($0.key.key.isEmpty ? "" : " (\($0.key.key))") }
            blocks.append(.paragraph("Zero in every month: \(names.joined(separator: ", "))."))
        }
        return Self(id: "statistics", title: title, blocks: blocks)
    }
}

extension StatisticUsage {
    /// All months in one number; of a sum whether it is more, as days of any of the months were not fetched.
    /// - Parameter end: of what is over.
    func overallText(until end: Int64) -> String {
        guard let overall else { return Figure.missing }
        let partial = statistic.kind == .count && months.contains { $0.isPartial(until: end) }
        return (partial ? "≥ " : "") + Figure.compact(overall)
    }

    /// All months in one number; nil where that says nothing.
    var overall: Double? {
        let values = months.compactMap(\.value)
        guard !values.isEmpty else { return nil }
        return switch statistic.defaultAggregate {
        case .sum, .count: values.reduce(0, +)
        case .max: values.max()
        case .min: values.min()
        case .avg, .last: nil
        }
    }
}

extension StatisticUnit {
    var words: String {
        switch self {
        case .queriesPerSecond: "queries/s"
        case .milliseconds: "ms"
        case .percent: "%"
        case .megabytes: "MB"
        case .seconds: "s"
        case .unknown: Figure.missing
        default: rawValue
        }
    }
}
