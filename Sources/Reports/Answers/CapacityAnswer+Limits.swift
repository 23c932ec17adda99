internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answer to whether a limit holds in the running month: its chance, the projection, the use so far.
    func monthAnswer(_ limit: LimitReport) -> CapacityAnswer {
        let isOver = isOver(limit.month)
        let month = days.isEmpty ? "this month" : "in \(Phrase.month(limit.month))"
        let verdict = verdict(limit)
        let text: String
        var details: [String] = []
        if days.isEmpty {
            text = "Not enough data: no whole day has been collected yet."
        } else if let projection = limit.projection, !isOver {
            text = projectionSentence(limit, projection)
            details.append(usedSentence(limit))
        } else {
            text = usedSentence(limit)
        }
        if limit.agreed == nil { details.append("No limit is configured.") }
        if !days.isEmpty, !isOver { details.append(contentsOf: projectionNotes(limit)) }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).month",
            question:
                "\(isOver && !days.isEmpty ? "Did" : "Will") \(limit.limit.subject) exceed the contract \(month)?",
            state: verdict?.state, text: text, details: details.joined(separator: " "),
            severity: verdict?.severity ?? .unknown)
    }

    /// The answer to when a limit is reached within a year. Nil without a limit: the month's answer says so.
    func yearAnswer(_ limit: LimitReport) -> CapacityAnswer? {
        var details = ""
        let state: String?
        let text: String
        let severity: CapacityAnswer.Severity
        switch limit.exhaustion {
        case .unlimited: return nil
        case .unknown(let failure):
            (state, text, severity) = (nil, "Not enough data: \(failure.words).", .unknown)
        case .reached(let day):
            state = "Limit reached"
            text = "\(Phrase.capitalized(Phrase.month(limit.month))) reached the limit on \(CalendarText.date(day))."
            severity = .critical
        case .expected(let day, let earliest, let latest):
            let away = Int(day - days.upperBound) + 1
            state = "Limit ahead"
            text = "The limit is projected to be reached on \(CalendarText.date(day)), in \(Figure.count(away, "day"))."
            let end = latest.map { "to \(CalendarText.date($0))" } ?? "to beyond the end of the forecast"
            details = "80% interval: \(CalendarText.date(earliest)) \(end)."
            severity = away <= CapacityReport.soon ? .critical : .warning
        case .notExpected(let within, let earliest):
            let isSoon = earliest.map { Int($0 - days.upperBound) < CapacityReport.soon } == true
            (state, severity) = isSoon ? ("At risk", .warning) : ("On track", .good)
            text = "The limit is not projected to be reached in the next \(Figure.count(within, "day"))."
            let risk = earliest.map { "There is a 10% chance of reaching it by \(CalendarText.date($0))." }
            details = [nearest(limit), risk].compactMap(\.self).joined(separator: " ")
        }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).year",
            question: "Will \(limit.limit.subject) exceed the contract in the coming year?",
            state: state, text: text, details: details, severity: severity)
    }

    /// The nearest approach to a limit that is not reached.
    private func nearest(_ limit: LimitReport) -> String? {
        switch limit.limit.measure {
        case .sum:
            let highest = limit.comingMonths.max { $0.projection.mean < $1.projection.mean }
            return highest.map { month in
                "Highest projected month: \(Phrase.month(month.days)) with \(Figure.compact(month.projection.mean)) "
                    + "(\(Phrase.share(month.projection.mean, of: limit.agreed)) of the limit)."
            }
        case .fourthHighest:
            return limit.comingMonths.last.map { month in
                "Projected for \(Phrase.month(month.days)): \(Figure.compact(month.projection.mean)) billed records "
                    + "(\(Phrase.share(month.projection.mean, of: limit.agreed)) of the limit)."
            }
        // The projection of a day says little about the highest of many days.
        case .highest: return nil
        }
    }

    /// Days that it takes to agree on another contract.
    private static let soon = 90

    private func isOver(_ period: Range<Int64>) -> Bool { period.upperBound <= days.upperBound }

    private func verdict(_ limit: LimitReport) -> (state: String, severity: CapacityAnswer.Severity)? {
        guard limit.agreed != nil, !days.isEmpty else { return nil }
        if limit.isExceeded { return ("Over limit", .critical) }
        if isOver(limit.month) {
            guard limit.used != nil else { return nil }
            return limit.usedCoverage < 1 ? ("Within limit, as far as known", .warning) : ("Within limit", .good)
        }
        guard let exceedance = limit.projection?.exceedance else { return nil }
        return switch exceedance {
        case ..<0.1: ("On track", .good)
        case ..<0.5: ("At risk", .warning)
        case ..<0.9: ("Likely over limit", .critical)
        default: ("Very likely over limit", .critical)
        }
    }

    /// The projection of the whole month beside the limit, and the chance of exceeding it.
    private func projectionSentence(_ limit: LimitReport, _ projection: Projection) -> String {
        let month = Phrase.monthName(limit.month)
        // The past has no probability.
        if limit.isExceeded { return exceededSentence(limit, projection) }
        let whole = limit.agreed.map { agreed in
            " of \(Figure.compact(agreed))"
                + (limit.projectedUtilization.map { " (\(Figure.percent($0)))" } ?? "")
        }
        let risk = projection.exceedance.map { "; chance of exceeding it: \(Phrase.probability($0))" }
        let amount = Figure.compact(projection.mean) + (whole ?? "")
        let sentence =
            switch limit.limit.measure {
            case .sum: "\(Phrase.capitalized(month)) is heading for \(amount)"
            case .fourthHighest: "Billed records are heading for \(amount) by the end of \(month)"
            case .highest: "\(Phrase.peak(limit.month)) is heading for \(amount) queries/s"
            }
        return sentence + (risk ?? "") + "."
    }

    /// The use of a limit that is exceeded, and its projection.
    private func exceededSentence(_ limit: LimitReport, _ projection: Projection) -> String {
        let month = Phrase.monthName(limit.month)
        let used = Figure.compact(limit.used ?? projection.mean)
        let agreed = limit.agreed.map(Figure.compact) ?? Figure.missing
        let share = Phrase.share(limit.used, of: limit.agreed)
        let mean = Figure.compact(projection.mean)
        let isHigher = projection.mean > (limit.used ?? projection.mean) && mean != used
        switch limit.limit.measure {
        case .sum:
            return "\(Phrase.capitalized(month)) is at \(used), \(share) of \(agreed)"
                + (isHigher ? ", heading for \(mean)." : ".")
        case .fourthHighest:
            return "Billed records are at \(used), \(share) of \(agreed)"
                + (isHigher ? ", heading for \(mean) by the end of \(month)." : ".")
        case .highest:
            return "\(Phrase.peak(limit.month)) was \(used) queries/s, \(share) of \(agreed)"
                + (isHigher ? ", heading for \(mean)." : ".")
        }
    }

    /// The interval, or why nothing is expected.
    private func projectionNotes(_ limit: LimitReport) -> [String] {
        guard let projection = limit.projection else {
            guard case .failure(let failure) = limit.series.forecast else { return ["There is no forecast."] }
            return ["There is no forecast: \(failure.words)."]
        }
        var sentences: [String] = []
        if let interval = Phrase.interval(projection.bounds) { sentences.append("80% interval: \(interval).") }
        if limit.limit.measure == .sum, missingDays(limit).missing > 0 {
            sentences.append("The projection includes an estimate for the days without data.")
        }
        return sentences
    }

    /// The days of the limit's month that are over, and those of them that are not known.
    private func missingDays(_ limit: LimitReport) -> (missing: Int, over: Int) {
        let over = Int(max(min(limit.month.upperBound, days.upperBound) - limit.month.lowerBound, 0))
        return (over - min(Int((limit.usedCoverage * Double(over)).rounded(.down)), over), over)
    }

    /// The use so far; days without data are named, because they make it too little.
    private func usedSentence(_ limit: LimitReport) -> String {
        let (missing, over) = missingDays(limit)
        let month = Phrase.month(limit.month)
        guard let used = limit.used else {
            return "Not enough data: \(month) has no values\(isOver(limit.month) ? "" : " yet")."
        }
        let gap =
            missing > 0 ? "; \(missing) of \(Figure.count(over, "day")) \(missing == 1 ? "has" : "have") no data" : ""
        let atLeast = missing > 0 ? "at least " : ""
        let time = isOver(limit.month) ? month : "\(month), day \(over) of \(limit.month.count)"
        let share = limit.utilization.map { ", \(Figure.percent($0)) of the limit" }
        switch limit.limit.measure {
        case .sum:
            return "Used in \(time): \(atLeast)\(Figure.compact(used)) \(limit.limit.subject)\(share ?? "")\(gap)."
        case .highest:
            return "Peak in \(time): \(atLeast)\(Figure.compact(used)) queries/s\(share ?? "")\(gap)."
        case .fourthHighest:
            let which = limit.isBeforeCharge ? "the lowest of fewer than four days" : "the fourth-highest day"
            let newest = limit.series.days.newest.map { newest in
                " On \(CalendarText.date(newest.day)): \(Figure.compact(newest.value))."
            }
            return "Billed records in \(time): \(atLeast)\(Figure.compact(used)) (\(which))\(share ?? "")\(gap)."
                + (newest ?? "")
        }
    }
}

extension LimitReport {
    /// Whether more is used than was agreed.
    var isExceeded: Bool {
        guard let used, let agreed else { return false }
        return used > agreed
    }
}
