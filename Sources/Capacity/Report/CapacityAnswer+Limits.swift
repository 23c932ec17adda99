extension CapacityReport {
    /// Whether a limit holds in the running month: how probable it is, what is to come, what is used.
    func monthAnswer(_ limit: LimitReport) -> CapacityAnswer {
        let isOver = isOver(limit.month)
        let month = days.isEmpty ? "this month" : "in \(Words.month(limit.month))"
        let verdict = verdict(limit)
        var answer = [verdict?.words].compactMap(\.self)
        var details: [String] = []
        if days.isEmpty {
            answer.append("There are no data yet.")
        } else if isOver || limit.projection == nil {
            answer.append(usedSentence(limit))
        } else {
            answer.append(contentsOf: expectedSentence(limit))
            details.append(usedSentence(limit))
        }
        if limit.agreed == nil { details.append("No limit is configured, so there is nothing to exceed.") }
        if !days.isEmpty, !isOver { details.append(contentsOf: projectionSentences(limit)) }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).month",
            question:
                "\(isOver && !days.isEmpty ? "Did" : "Will") \(limit.limit.subject) exceed the contract \(month)?",
            answer: answer.joined(separator: " "), details: details.joined(separator: " "),
            severity: verdict?.severity ?? .unknown)
    }

    /// When a limit is reached within a year. Nil where there is none: the month's answer says so.
    func yearAnswer(_ limit: LimitReport) -> CapacityAnswer? {
        var details = ""
        let (answer, severity): (String, CapacityAnswer.Severity)
        switch limit.exhaustion {
        case .unlimited: return nil
        case .unknown(let failure):
            (answer, severity) = ("This cannot be said: \(failure).", .unknown)
        case .reached(let day):
            let since =
                limit.limit == .records
                ? "The limit has been reached since \(Words.day(day))."
                : "In \(Words.month(limit.month)) the limit was reached on \(Words.day(day))."
            (answer, severity) = ("Yes, already. \(since)", .critical)
        case .expected(let day, let earliest, let latest):
            let away = Int(day - days.upperBound) + 1
            answer = "Yes, the limit is expected to be reached on \(Words.day(day)), in \(Words.days(away))."
            let end = latest.map { "not after \(Words.day($0))" } ?? "perhaps later than the forecast tells"
            details = "In 80 of 100 cases it is not before \(Words.day(earliest)) and \(end)."
            severity = away <= CapacityReport.soon ? .critical : .warning
        case .notExpected(let within, let earliest):
            answer = "No, it is not expected within the next \(Words.days(within))."
            let risk = earliest.map { "In 10 of 100 cases it is reached, on \(Words.day($0)) at the earliest." }
            details = [nearest(limit), risk].compactMap(\.self).joined(separator: " ")
            severity = earliest.map { Int($0 - days.upperBound) < CapacityReport.soon } == true ? .warning : .good
        }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).year",
            question: "Will \(limit.limit.subject) exceed the contract in the coming year?",
            answer: answer, details: details, severity: severity)
    }

    /// How near a limit is expected to get that is not reached.
    private func nearest(_ limit: LimitReport) -> String? {
        switch limit.limit {
        case .searchRequestsPerMonth:
            let highest = limit.comingMonths.max { $0.projection.mean < $1.projection.mean }
            return highest.map { month in
                "The highest of the next whole months is \(Words.month(month.days)) with \(Words.number(month.projection.mean)) "
                    + "expected (\(Words.share(month.projection.mean, of: limit.agreed)))."
            }
        case .records:
            let last = (try? limit.series.forecast.get())?.points.last
            return last.map { last in
                "On \(Words.day(last.day)) there are \(Words.number(last.mean)) expected "
                    + "(\(Words.share(last.mean, of: limit.agreed)))."
            }
        // What is expected of a day says little about the highest of many.
        case .maxQPS: return nil
        }
    }

    /// Days that it takes to agree on another contract.
    private static let soon = 90

    private func isOver(_ period: Range<Int64>) -> Bool { period.upperBound <= days.upperBound }

    private func verdict(_ limit: LimitReport) -> (words: String, severity: CapacityAnswer.Severity)? {
        guard limit.agreed != nil, !days.isEmpty else { return nil }
        let isOver = isOver(limit.month)
        if limit.isExceeded {
            return (isOver ? "Yes." : "Yes, they do already.", .critical)
        }
        if isOver {
            guard limit.used != nil else { return nil }
            return limit.usedCoverage < 1 ? ("Not as far as is known.", .warning) : ("No.", .good)
        }
        guard let exceedance = limit.projection?.exceedance else { return nil }
        return switch exceedance {
        case ..<0.01: ("No.", .good)
        case ..<0.1: ("Very probably not.", .good)
        case ..<0.5: ("Probably not, but it is possible.", .warning)
        case ..<0.9: ("Probably yes.", .critical)
        default: ("Very probably yes.", .critical)
        }
    }

    /// What is expected of the whole month, and how probable it is to be more than was agreed.
    private func expectedSentence(_ limit: LimitReport) -> [String] {
        guard let projection = limit.projection else { return [] }
        let mean = Words.number(projection.mean)
        let expected =
            switch limit.limit {
            case .searchRequestsPerMonth: "\(mean) are expected by the end of the month"
            case .records: "\(mean) are expected at the end of the month"
            case .maxQPS: "\(mean) are expected in the highest second of the month"
            }
        let share = limit.agreed.flatMap { agreed in
            limit.projectedUtilization.map { ", \(Words.percent($0)) of the \(Words.number(agreed)) that were agreed" }
        }
        // What has happened has no probability.
        let risk =
            limit.isExceeded
            ? nil
            : projection.exceedance.map {
                "The probability of more than that is \(Words.probability($0))."
            }
        return ["\(expected)\(share ?? "").", risk].compactMap(\.self)
    }

    /// The interval, or why nothing is expected.
    private func projectionSentences(_ limit: LimitReport) -> [String] {
        guard let projection = limit.projection else {
            guard case .failure(let failure) = limit.series.forecast else { return ["There is no forecast."] }
            return ["There is no forecast: \(failure)."]
        }
        var sentences: [String] = []
        if let interval = Words.interval(projection.bounds) {
            sentences.append("In 80 of 100 cases it will be \(interval).")
        }
        if limit.limit == .searchRequestsPerMonth, missingDays(limit).missing > 0 {
            sentences.append("That includes an estimate of the days that are not known.")
        }
        return sentences
    }

    /// The days of the limit's month that are over, and those of them that are not known.
    private func missingDays(_ limit: LimitReport) -> (missing: Int, over: Int) {
        let over = Int(max(min(limit.month.upperBound, days.upperBound) - limit.month.lowerBound, 0))
        return (over - min(Int((limit.usedCoverage * Double(over)).rounded(.down)), over), over)
    }

    /// What is used by now; what was not fetched is said, because then it is too little.
    private func usedSentence(_ limit: LimitReport) -> String {
        let (missing, over) = missingDays(limit)
        let month = Words.month(limit.month)
        guard let used = limit.used else {
            return missing == over
                ? "No day of \(month) is known yet."
                : "Nothing was reported in \(month)\(isOver(limit.month) ? "" : " so far")."
        }
        let gap =
            missing > 0
            ? ": \(missing) of \(Words.days(over)) \(missing == 1 ? "was" : "were") not fetched or not reported" : ""
        let atLeast = missing > 0 ? "at least " : ""
        let time = isOver(limit.month) ? "In \(month)" : "So far, \(over) of \(Words.days(limit.month.count)),"
        let share = limit.utilization.map { ", \(Words.percent($0)) of the limit" }
        switch limit.limit {
        case .searchRequestsPerMonth:
            return "\(time) \(atLeast)\(Words.number(used)) billed search requests were made\(share ?? "")\(gap)."
        case .maxQPS:
            return "\(time) the highest second had \(atLeast)\(Words.number(used)) queries\(share ?? "")\(gap)."
        case .records:
            // A level does not add up: what counts is how old the newest number is.
            let newest = limit.series.days.newest?.day ?? days.upperBound - 1
            let when =
                newest < days.upperBound - 1
                ? "The newest number is of \(Words.day(newest)):" : "On \(Words.day(newest)) there were"
            return "\(when) \(Words.number(used)) records\(share ?? "")."
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

extension ContractLimit {
    /// The limit as the subject of a question, in the plural.
    var subject: String {
        switch self {
        case .searchRequestsPerMonth: "billed search requests"
        case .records: "records"
        case .maxQPS: "queries per second"
        }
    }

    /// The limit as a heading.
    public var title: String {
        switch self {
        case .searchRequestsPerMonth: "Billed search requests a month"
        case .records: "Records"
        case .maxQPS: "Queries per second"
        }
    }
}
