internal import Capacity
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answer to which index drives the bill.
    var drivingAnswer: CapacityAnswer {
        let span = "the last \(Figure.count(IndexReport.span, "day"))"
        var severity = CapacityAnswer.Severity.info
        var state: String?
        var answer: String
        var details: [String] = []
        if let first = indices.usage.first, let searches = first.searches, searches > 0, let share = first.share {
            let whose = indices.unfetched > 0 ? "the indices fetched so far" : "all indices"
            answer =
                "\(Phrase.name(first.index)) made \(Figure.percent(share)) of the billed searches of \(whose) in \(span)"
            details.append("\(Phrase.name(first.index)) had \(Figure.compact(searches)) searches.")
            details.append(indices.attributionWords)
        } else if indices.usage.contains(where: { $0.searches != nil }) {
            answer = "No index had a billed search in \(span)"
        } else {
            answer = "Not enough data: no searches by index were reported in \(span)"
            severity = .unknown
        }
        // Of indices whose growth is known, new ones among them, the days before are what is now less that.
        let known = indices.usage.compactMap { usage in
            usage.searchesPerDay.flatMap { now in usage.searchesGrowth.map { (now: now, growth: $0) } }
        }
        let now = known.reduce(0) { $0 + $1.now }
        let growth = known.reduce(0) { $0 + $1.growth }
        if now > 0, now > growth {
            let change = growth / (now - growth)
            if change >= 0.1 { (state, severity) = ("Growing", .warning) }
            details.append(
                "All indices together \(Phrase.movement(change)), compared with the previous \(Figure.count(IndexReport.span, "day"))."
            )
            if change > Phrase.noticeable, let driver = indices.growing.first, let more = driver.searchesGrowth,
                more > 0
            {
                let share = more / growth
                let part =
                    share <= 1
                    ? "\(Figure.percent(share)) of the growth" : "more than all of the growth, because others fell"
                answer +=
                    indices.usage.first?.index == driver.index
                    ? " and \(part)" : "; \(Phrase.name(driver.index)) grew most (\(part))"
                details.append(
                    "\(Phrase.name(driver.index)) grew by \(Figure.compact(more * Double(IndexReport.span))) searches.")
            }
        }
        let partial = indices.usage.count { ($0.searches ?? 0) > 0 && $0.coverage < 1 }
        if indices.unfetched > 0 {
            details.append(indices.unfetchedWords)
            if severity != .unknown { (state, severity) = ("Incomplete data", .warning) }
        } else if partial > 0 {
            details.append(
                "\(Figure.count(partial, "index has", "indices have")) days that were not fetched; "
                    + "the true numbers may be higher.")
            if severity == .info { (state, severity) = ("Incomplete data", .warning) }
        }
        return CapacityAnswer(
            id: "indices.driver", question: "Which index drives usage?", state: state, text: answer + ".",
            details: details.joined(separator: " "), severity: severity)
    }

    /// The answer to which indices have records and no searches.
    var unsearchedAnswer: CapacityAnswer {
        let span = "the last \(Figure.count(IndexReport.span, "day"))"
        let holding = indices.usage.filter { ($0.records ?? 0) > 0 }
        let unknown = holding.count { $0.coverage < 1 && ($0.searches ?? 0) == 0 }
        var severity = CapacityAnswer.Severity.good
        var state: String?
        let answer: String
        var details: [String] = []
        if indices.unsearched.isEmpty {
            if holding.isEmpty {
                answer = "Not enough data: no index is known to hold records."
                severity = .unknown
            } else if unknown == holding.count {
                answer = "Not enough data: no index with records was fetched for all of \(span)."
                severity = .unknown
            } else {
                state = unknown > 0 ? "None known" : "None"
                answer = "Every index with records\(unknown > 0 ? " and complete data" : "") was searched in \(span)."
            }
        } else {
            let wasted = indices.unsearched.reduce(0) { $0 + ($1.records ?? 0) }
            let limit = limits.first { $0.limit == .records }
            let agreed = limit?.agreed ?? 0
            let whole = agreed > 0 ? agreed : limit?.used ?? 0
            let share = whole > 0 ? wasted / whole : 0
            let part = " (\(Figure.percent(share)) of \(agreed > 0 ? "the limit" : "all records"))"
            let number = Figure.count(indices.unsearched.count, "index", "indices")
            answer =
                "\(number) with \(Figure.compact(wasted)) records\(whole > 0 ? part : "") had no searches in \(span)."
            let named = indices.unsearched.prefix(3).map { Phrase.name($0.index) }
            let rest = indices.unsearched.count - named.count
            let isOne = indices.unsearched.count == 1
            details.append(
                "\(isOne ? "Index" : "Largest"): \(Phrase.list(named + (rest > 0 ? ["\(rest) more"] : [])))."
            )
            (state, severity) = share >= 0.05 ? ("Unused records", .warning) : ("Few unused records", .good)
        }
        if unknown > 0, severity != .unknown {
            details.append(
                "Not enough data for \(Figure.count(unknown, "index", "indices")): some of these days were not fetched."
            )
        }
        return CapacityAnswer(
            id: "indices.unsearched", question: "Which indices had no searches?", state: state, text: answer,
            details: details.joined(separator: " "), severity: severity)
    }
}

extension IndexUsage {
    /// The mean of ``searches`` over the days that were fetched; nil where none was.
    fileprivate var searchesPerDay: Double? {
        let fetched = (coverage * Double(IndexReport.span)).rounded()
        return fetched > 0 ? (searches ?? 0) / fetched : nil
    }
}
