internal import Capacity
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answer to whether an annual commitment lasts for the running term: its chance, the projection, the use and
    /// pace so far, and the billing periods that took more than their twelfth.
    func termAnswer(_ limit: LimitReport, _ term: TermReport) -> CapacityAnswer {
        let isOver = isOver(term.days)
        let verdict = term.isAhead ? nil : verdict(limit)
        let text: String
        var details: [String] = []
        if days.isEmpty {
            text = "Not enough data: no whole day has been collected yet."
        } else if term.isAhead {
            text = "Not enough data: the term begins on \(CalendarText.date(term.days.lowerBound))."
        } else if let projection = limit.projection, !isOver {
            text = projectionSentence(limit, projection)
            details.append(usedSentence(limit))
        } else {
            text = usedSentence(limit)
        }
        if !days.isEmpty, !term.isAhead {
            details += [term.paceSentence, term.monthsSentence].compactMap(\.self)
            if !isOver { details += projectionNotes(limit) }
        }
        if limit.limit.measure == .sumOfFourthHighest, let agreed = limit.agreed, let twelfth = term.twelfth {
            details.append(
                "Assumes that a year of records is the sum of what its billing periods are billed: "
                    + "\(Figure.compact(agreed)) a year is \(Figure.compact(twelfth)) in each of twelve.")
        }
        if let cost = limit.excessCost { details.append(cost.sentence) }
        return CapacityAnswer(
            id: "\(limit.limit.rawValue).term",
            question:
                "\(isOver && !days.isEmpty ? "Did" : "Will") \(limit.limit.subject) exceed the annual commitment by "
                + "\(CalendarText.date(term.days.upperBound - 1))?",
            state: verdict?.state, text: text, details: details.joined(separator: " "),
            severity: verdict?.severity ?? .unknown)
    }
}

extension TermReport {
    /// The most billing periods that a sentence names.
    private static let mostNamed = 3

    fileprivate var paceSentence: String? {
        pace.map { "Pace: \(Figure.percent($0)) of the rate that uses up the commitment on the last day." }
    }

    /// The billing periods above a twelfth; nil before one has a value.
    fileprivate var monthsSentence: String? {
        let known = months.count { $0.value != nil }
        guard let twelfth, known > 0 else { return nil }
        let over = monthsOver
        let amount = "a twelfth of the commitment (\(Figure.compact(twelfth)))"
        guard !over.isEmpty else { return "No billing period took more than \(amount)." }
        let named = over.suffix(Self.mostNamed).map { Phrase.month($0.days) }
        let which = over.count > named.count ? "the newest are \(Phrase.list(named))" : Phrase.list(named)
        return "\(over.count) of \(Figure.count(known, "billing period")) took more than \(amount): \(which)."
    }
}
