internal import Capacity
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answer to whether indexing operations stay below the limit by which Algolia protects its clusters.
    func indexingAnswer(_ limit: ProtectiveLimit) -> CapacityAnswer {
        let isOver = isOver(limit.month)
        let month = Phrase.month(limit.month)
        let verdict = verdict(limit)
        let text: String
        var details: [String] = []
        if let projection = limit.projection, let allowed = limit.projectedAllowed, !isOver, !limit.isExceeded {
            let risk = projection.exceedance.map { "; chance of exceeding it: \(Phrase.probability($0))" } ?? ""
            text =
                "\(Phrase.capitalized(Phrase.monthName(limit.month))) is heading for "
                + "\(Figure.compact(projection.mean)) of \(Figure.compact(allowed)) indexing operations "
                + "(\(Phrase.share(projection.mean, of: allowed)))\(risk)."
            details.append(usedSentence(limit))
            if let interval = Phrase.interval(projection.bounds) { details.append("80% interval: \(interval).") }
        } else if limit.allowed == nil {
            text = "Not enough data: the search requests or records of \(month) are not known."
            details.append(usedSentence(limit))
        } else {
            text = usedSentence(limit)
        }
        details.append(
            "This limit is derived, it is not in the contract: Algolia protects its clusters with 10,000 indexing "
                + "operations a month for every 1,000 billed search requests and every 1,000 billed records used.")
        return CapacityAnswer(
            id: "indexing_operations.month",
            question:
                "\(isOver ? "Did" : "Will") indexing operations exceed Algolia's protective limit in \(month)?",
            state: verdict?.state, text: text, details: details.joined(separator: " "),
            severity: verdict?.severity ?? .unknown)
    }

    private func verdict(_ limit: ProtectiveLimit) -> (state: String, severity: CapacityAnswer.Severity)? {
        guard limit.allowed != nil else { return nil }
        if limit.isExceeded { return ("Over limit", .critical) }
        if isOver(limit.month) {
            return limit.usedCoverage < 1 ? ("Within limit, as far as known", .warning) : ("Within limit", .good)
        }
        return limit.projection?.exceedance.map(Self.verdict)
    }

    private func usedSentence(_ limit: ProtectiveLimit) -> String {
        let month = Phrase.month(limit.month)
        let over = min(limit.month.upperBound, days.upperBound) - limit.month.lowerBound
        let time = isOver(limit.month) ? month : "\(month), day \(over) of \(limit.month.count)"
        let whole = limit.allowed.map { allowed in
            ", \(Phrase.share(limit.used, of: allowed)) of the \(Figure.compact(allowed)) that the use so far allows"
        }
        let gap = limit.usedCoverage < 1 ? "; some days have no data" : ""
        return "Used in \(time): \(limit.usedCoverage < 1 ? "at least " : "")\(Figure.compact(limit.used)) indexing "
            + "operations\(whole ?? "")\(gap)."
    }
}

extension ProtectiveLimit {
    /// Whether there are more operations than what is used so far allows.
    fileprivate var isExceeded: Bool { allowed.map { used > $0 } ?? false }
}
