public import Capacity
internal import Forecast
internal import Presentation
public import UsageModel

extension CapacityReport {
    /// The answer to whether there were unusual days.
    var unusualDaysAnswer: CapacityAnswer {
        let question = "Were there unusual days?"
        guard let newest = unusualDays.max(by: { ($0.day, abs($0.deviations)) < ($1.day, abs($1.deviations)) }) else {
            return CapacityAnswer(
                id: "unusual_days", question: question,
                state: unusualDaysAreKnown ? "Normal" : nil,
                text: unusualDaysAreKnown
                    ? "No unusual days were found."
                    : "Not enough data: this needs \(UsualDays.fewest) days with values.",
                severity: unusualDaysAreKnown ? .good : .unknown)
        }
        let recent = Set(unusualDays.filter { $0.day >= days.upperBound - 28 }.map(\.day)).count
        let all = Set(unusualDays.map(\.day)).count
        let listed = "This report lists \(Figure.count(all, "unusual day"))."
        let unit = StatisticCatalogue.describe(newest.statistic).unit
        return CapacityAnswer(
            id: "unusual_days", question: question,
            state: recent > 0 ? "Unusual usage" : "Normal",
            text: recent > 0
                ? "\(recent) of the last 28 days \(recent == 1 ? "was" : "were") unusual."
                : "None of the last 28 days was unusual.",
            details: "Newest: \(CalendarText.date(newest.day)), \(Phrase.statistic(newest.statistic)) at "
                + "\(newest.comparison(unit)). \(listed)",
            severity: recent > 0 ? .warning : .good)
    }

    /// The answer to how reliable the forecasts are.
    var certaintyAnswer: CapacityAnswer {
        var severity = CapacityAnswer.Severity.good
        var answer: [String] = []
        var details: [String] = []
        let tried = limits.lazy.compactMap { limit in
            (try? limit.series.forecast.get()).map { (limit: limit.limit, backtest: $0.backtest) }
        }.first
        if let tried {
            let backtest = tried.backtest
            if let mase = backtest.mase {
                answer.append("\(Self.comparison(mase, of: tried.limit.subject)).")
                if mase >= 1 { severity = .warning }
            } else {
                answer.append("Past \(tried.limit.subject) never differed from the week before.")
            }
            details.append(
                "Backtest: \(Figure.count(backtest.origins, "forecast")) of 28 days each. "
                    + "\(Figure.percent(backtest.coverage80)) of days fell within the 80% interval, "
                    + "\(Figure.percent(backtest.coverage95)) within the 95% interval.")
            if backtest.coverage80 < 0.65 { severity = .warning }
        } else {
            severity = .unknown
            let reason = limits.lazy.compactMap { limit -> ForecastFailure? in
                guard case .failure(let failure) = limit.series.forecast else { return nil }
                return failure
            }.first
            answer.append("Not enough data\(reason.map { ": \($0.words)" } ?? "").")
        }
        let missing = quality.missing.reduce(0) { $0 + $1.count }
        if days.isEmpty {
            details.append("No whole day has been collected yet.")
        } else if missing == 0 {
            details.append("All \(Figure.count(days.count, "day")) were fetched.")
        } else {
            let newest = quality.missing.last.map { "; the newest is \(CalendarText.date($0.upperBound - 1))" } ?? ""
            let were = missing == 1 ? "was" : "were"
            let gap = "\(Figure.exact(missing)) of \(Figure.count(days.count, "day")) \(were) not fetched\(newest)."
            if quality.coverage < 0.98 { answer.append(gap) } else { details.append(gap) }
            if quality.coverage < 0.98, severity == .good { severity = .warning }
        }
        return CapacityAnswer(
            id: "certainty", question: "How reliable are the forecasts?",
            state: severity == .good ? "Reliable" : severity == .warning ? "Limited" : nil,
            text: answer.joined(separator: " "),
            details: details.joined(separator: " "), severity: severity)
    }

    /// A forecast's error beside that of repeating the last week.
    private static func comparison(_ mase: Double, of subject: String) -> String {
        let errors = "Forecast errors for \(subject) are"
        let beside = "those of repeating the last week"
        return switch mase {
        case ..<(1 - Phrase.noticeable): "\(errors) \(Figure.percent(1 - mase)) smaller than \(beside)"
        case ...(1 + Phrase.noticeable): "\(errors) as large as \(beside)"
        default: "\(errors) \(Figure.percent(mase - 1)) larger than \(beside)"
        }
    }
}

extension UnusualDay {
    /// `7 M, 35% above the usual 5.18 M`, and the event in parentheses.
    public func comparison(_ unit: StatisticUnit) -> String {
        change(unit) + (event.map { " (\($0))" } ?? "")
    }

    private func change(_ unit: StatisticUnit) -> String {
        let value = Figure.symbolic(value, unit)
        let usual = Figure.symbolic(expected, unit)
        guard expected > 0 else { return "\(value); usual: \(usual)" }
        let change = self.value / expected - 1
        return "\(value), \(Figure.percent(abs(change))) \(change < 0 ? "below" : "above") the usual \(usual)"
    }
}
