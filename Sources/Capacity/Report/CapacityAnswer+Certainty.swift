internal import UsageModel

extension CapacityReport {
    /// Days unlike the days around them.
    var unusualDaysAnswer: CapacityAnswer {
        let question = "Were there unusual days?"
        guard let newest = unusualDays.max(by: { ($0.day, abs($0.deviations)) < ($1.day, abs($1.deviations)) }) else {
            return CapacityAnswer(
                id: "unusual_days", question: question,
                answer: unusualDaysAreKnown
                    ? "No." : "This cannot be said: that takes \(UsualDays.fewest) reported days.",
                severity: unusualDaysAreKnown ? .good : .unknown)
        }
        let recent = Set(unusualDays.filter { $0.day >= days.upperBound - 28 }.map(\.day)).count
        let all = Set(unusualDays.map(\.day)).count
        let listed = "This report lists \(Words.days(all)) in all."
        let unit = StatisticCatalogue.describe(newest.statistic).unit
        return CapacityAnswer(
            id: "unusual_days", question: question,
            answer: recent > 0 ? "Yes, \(Words.days(recent)) in the last 28." : "Not in the last 28 days.",
            details: "The newest is \(Words.day(newest.day)): \(Words.statistic(newest.statistic)) "
                + "\(newest.value > newest.expected ? "rose" : "fell") to \(Figure.text(newest.value, unit)), where "
                + "\(Figure.text(newest.expected, unit)) were to be expected. \(listed)",
            severity: recent > 0 ? .warning : .good)
    }

    /// Whether any statistic that is looked at was reported on enough days to have usual ones.
    var unusualDaysAreKnown: Bool {
        let series =
            limits.map { ($0.series.key.statistic, Optional($0.series.days)) }
            + [("99p_processing_time" as StatisticName, latency.percentile99)]
        return series.contains { statistic, days in
            let reported = days?.values.count { $0 != nil } ?? 0
            return UnusualDay.statistics.contains(statistic) && reported >= UsualDays.fewest
        }
    }

    /// How much the answers are worth.
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
                answer.append("\(Words.comparison(mase, of: tried.limit.subject)).")
                if mase >= 1 { severity = .warning }
            } else {
                answer.append("The \(tried.limit.subject) of the past never differed from the week before.")
            }
            details.append(
                "That is from \(Figure.count(backtest.origins, "forecast")) of 28 days that were tried on the past. "
                    + "\(Words.percent(backtest.coverage80)) of the days were within the interval meant for 80 %, and "
                    + "\(Words.percent(backtest.coverage95)) within the one meant for 95 %.")
            if backtest.coverage80 < 0.65 { severity = .warning }
        } else {
            severity = .unknown
            let reason = limits.lazy.compactMap { limit -> ForecastFailure? in
                guard case .failure(let failure) = limit.series.forecast else { return nil }
                return failure
            }.first
            answer.append("There is no forecast\(reason.map { ": \($0)" } ?? "").")
        }
        let missing = quality.missing.reduce(0) { $0 + $1.count }
        if days.isEmpty {
            details.append("There are no data yet.")
        } else if missing == 0 {
            details.append("All of the \(Words.days(days.count)) were fetched.")
        } else {
            let newest = quality.missing.last.map { ", the newest of them \(Words.day($0.upperBound - 1))" } ?? ""
            let were = missing == 1 ? "was" : "were"
            let gap = "\(Figure.exact(missing)) of \(Words.days(days.count)) \(were) not fetched\(newest)."
            if quality.coverage < 0.98 { answer.append(gap) } else { details.append(gap) }
            if quality.coverage < 0.98, severity == .good { severity = .warning }
        }
        return CapacityAnswer(
            id: "certainty", question: "How sure is this?", answer: answer.joined(separator: " "),
            details: details.joined(separator: " "), severity: severity)
    }
}
