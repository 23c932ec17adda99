public import Capacity
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
        if limit.agreed == nil { details.append(noLimitSentence(limit)) }
        if !days.isEmpty, !isOver { details.append(contentsOf: projectionNotes(limit)) }
        if let cost = limit.excessCost { details.append(cost.sentence) }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).month",
            question:
                "\(isOver && !days.isEmpty ? "Did" : "Will") \(limit.limit.subject) exceed the contract \(month)?",
            state: verdict?.state, text: text, details: details.joined(separator: " "),
            severity: verdict?.severity ?? .unknown)
    }

    /// A month without a limit may be a part of a year with one.
    private func noLimitSentence(_ limit: LimitReport) -> String {
        let isAnnual = limits.contains { $0.term != nil && $0.limit.statistic == limit.limit.statistic }
        return isAnnual ? "No monthly limit is configured: the commitment is for a year." : "No limit is configured."
    }

    /// The answer to when a limit is reached within a year. Nil without a limit: the month's answer says so.
    func yearAnswer(_ limit: LimitReport) -> CapacityAnswer? {
        var details = ""
        let state: String?
        let text: String
        let severity: CapacityAnswer.Severity
        let goal: (subject: String, end: String) =
            limit.term == nil ? ("The limit", "reached") : ("The commitment", "used up")
        switch limit.exhaustion {
        case .unlimited: return nil
        case .unknown(let failure):
            (state, text, severity) = (nil, "Not enough data: \(failure.words).", .unknown)
        case .unknownTerm(let known, let over):
            state = nil
            text = "Not enough data: \(known) of \(Figure.count(over, "day")) of the term have values; this needs half."
            severity = .unknown
        case .reached(let day):
            state = "Limit reached"
            let date = CalendarText.date(day)
            text =
                limit.term == nil
                ? "They already do: \(Phrase.month(limit.month)) reached the limit on \(date)."
                : "The commitment was used up on \(date)."
            severity = .critical
            details = peaks(limit) ?? ""
        case .expected(let day, let earliest, let latest):
            let away = Int(day - days.upperBound) + 1
            state = "Limit ahead"
            text = "\(goal.subject) is projected to be \(goal.end) on \(CalendarText.date(day))."
            let end = latest.map { "to \(CalendarText.date($0))" } ?? "to beyond the end of the forecast"
            details = "80% interval: \(CalendarText.date(earliest)) \(end)."
            if let term = limit.term, day >= term.days.upperBound {
                details += " That is in the term that begins on \(CalendarText.date(term.days.upperBound))."
            }
            severity = away <= CapacityReport.soon ? .critical : .warning
        case .notExpected(let within, let earliest):
            let isSoon = earliest.map { Int($0 - days.upperBound) < CapacityReport.soon } == true
            (state, severity) = isSoon ? ("At risk", .warning) : ("On track", .good)
            let time = Figure.count(within, "day")
            let projected = "\(goal.subject) is not projected to be \(goal.end) in the next \(time)"
            // From the first day on which a tenth of the outcomes are beyond it; a later month may have a greater chance.
            let risk = earliest.map { day in
                "the chance that it is \(goal.end) is 10% or more from \(CalendarText.date(day)) on."
            }
            text = projected + (isSoon ? risk.map { ", but \($0)" } ?? "." : ".")
            let later = isSoon ? nil : risk.map(Phrase.capitalized)
            details = [nearest(limit), later].compactMap(\.self).joined(separator: " ")
        }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).year",
            question: limit.term == nil
                ? "Will \(limit.limit.subject) exceed the contract in the coming year?"
                : "Will \(limit.limit.subject) use up the annual commitment in the coming year?",
            state: state, text: text, details: details, severity: severity)
    }

    /// How often a limit of peaks was reached in all days of the report, since when, and the highest: the running month
    /// alone would make a year of it look like news. Nil for other limits.
    public func peaks(_ limit: LimitReport) -> String? {
        guard limit.limit.measure == .highest, let agreed = limit.agreed else { return nil }
        let known = limit.series.days.values(in: days)
        let reached = known.filter { $0.value >= agreed }
        guard let first = reached.first, let highest = reached.max(by: { $0.value < $1.value }) else { return nil }
        let unit = limit.series.unit
        return "It was reached on \(Figure.exact(reached.count)) of \(Figure.count(known.count, "day")), first on "
            + "\(CalendarText.date(first.day)). Highest: \(Figure.text(highest.value, unit)) on "
            + "\(CalendarText.date(highest.day))."
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
        // The projection of a day says little about the highest of many days, and a term's coming months are no limits.
        case .highest, .sumOfFourthHighest: return nil
        }
    }

    /// Days that it takes to agree on another contract.
    private static let soon = 90

    func isOver(_ period: Range<Int64>) -> Bool { period.upperBound <= days.upperBound }

    func verdict(_ limit: LimitReport) -> (state: String, severity: CapacityAnswer.Severity)? {
        guard limit.agreed != nil, !days.isEmpty else { return nil }
        if limit.isExceeded { return ("Over limit", .critical) }
        if isOver(limit.period) {
            guard limit.used != nil else { return nil }
            return limit.usedCoverage < 1 ? ("Within limit, as far as known", .warning) : ("Within limit", .good)
        }
        return limit.projection?.exceedance.map(Self.verdict)
    }

    /// The verdict on a probability of exceeding a limit.
    static func verdict(_ exceedance: Double) -> (state: String, severity: CapacityAnswer.Severity) {
        switch exceedance {
        case ..<0.1: ("On track", .good)
        case ..<0.5: ("At risk", .warning)
        case ..<0.9: ("Likely over limit", .critical)
        default: ("Very likely over limit", .critical)
        }
    }

    /// The projection of the whole month beside the limit, and the chance of exceeding it.
    func projectionSentence(_ limit: LimitReport, _ projection: Projection) -> String {
        let month = limit.term?.words ?? Phrase.monthName(limit.month)
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
            case .sum, .sumOfFourthHighest: "\(Phrase.capitalized(month)) is heading for \(amount)"
            case .fourthHighest: "Billed records are heading for \(amount) by the end of \(month)"
            case .highest: "\(Phrase.peak(limit.month)) is heading for \(amount) queries/s"
            }
        return sentence + (risk ?? "") + "."
    }

    /// The use of a limit that is exceeded, and its projection.
    private func exceededSentence(_ limit: LimitReport, _ projection: Projection) -> String {
        let month = limit.term?.words ?? Phrase.monthName(limit.month)
        let used = Figure.compact(limit.used ?? projection.mean)
        let agreed = limit.agreed.map(Figure.compact) ?? Figure.missing
        let share = Phrase.share(limit.used, of: limit.agreed)
        let mean = Figure.compact(projection.mean)
        let isHigher = projection.mean > (limit.used ?? projection.mean) && mean != used
        switch limit.limit.measure {
        case .sum, .sumOfFourthHighest:
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
    func projectionNotes(_ limit: LimitReport) -> [String] {
        guard let projection = limit.projection else {
            if case .unknownTerm = limit.exhaustion {
                return ["There is no projection: less than half of the days of the term so far have data."]
            }
            guard case .failure(let failure) = limit.series.forecast else { return ["There is no forecast."] }
            return ["There is no forecast: \(failure.words)."]
        }
        var sentences: [String] = []
        if let interval = Phrase.interval(projection.bounds) { sentences.append("80% interval: \(interval).") }
        let isAddedUp = limit.limit.measure == .sum || limit.limit.measure == .sumOfFourthHighest
        if isAddedUp, missingDays(limit).missing > 0 {
            sentences.append("The projection includes an estimate for the days without data.")
        }
        return sentences
    }

    /// The days of the limit's period that are over, and those of them that are not known.
    private func missingDays(_ limit: LimitReport) -> (missing: Int, over: Int) {
        let over = Int(max(min(limit.period.upperBound, days.upperBound) - limit.period.lowerBound, 0))
        return (over - min(Int((limit.usedCoverage * Double(over)).rounded(.down)), over), over)
    }

    /// The use so far; days without data are named, because they make it too little.
    func usedSentence(_ limit: LimitReport) -> String {
        let (missing, over) = missingDays(limit)
        let period = limit.period
        let month = limit.term?.words ?? Phrase.month(period)
        guard let used = limit.used else {
            return "Not enough data: \(month) has no values\(isOver(period) ? "" : " yet")."
        }
        let gap =
            missing > 0 ? "; \(missing) of \(Figure.count(over, "day")) \(missing == 1 ? "has" : "have") no data" : ""
        let atLeast = missing > 0 ? "at least " : ""
        let time = isOver(period) ? month : "\(month), day \(over) of \(period.count)"
        let whole = limit.term == nil ? "limit" : "commitment"
        let share = limit.utilization.map { ", \(Figure.percent($0)) of the \(whole)" }
        switch limit.limit.measure {
        case .sum, .sumOfFourthHighest:
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
