internal import Capacity
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answers from the list of indices; none where it was never fetched.
    var inventoryAnswers: [CapacityAnswer] {
        inventory.map { [$0.numberAnswer, $0.replicasAnswer, $0.untouchedAnswer, $0.changesAnswer] } ?? []
    }

    /// The answer to what is not known because no usage is collected.
    var usageAnswer: CapacityAnswer {
        CapacityAnswer(
            id: "usage", question: "What is not known?",
            text: "No usage of this application is stored.",
            details: """
                A usage key (Premium plans) adds searches and their limits, queries per second, search capacity, \
                processing times and unusual days, with the past that Algolia keeps of them. Records are those of the \
                list of indices.
                """, severity: .info)
    }
}

extension InventoryReport {
    /// A share of the records that is worth a look.
    private static let noticeable = 0.05
    /// A share of the limit of indices that leaves little room.
    private static let close = 0.8
    private static let mostNames = 3

    private func count(_ number: Int) -> String {
        (isWhole ? "" : "at least ") + Figure.count(number, "index", "indices")
    }

    fileprivate var numberAnswer: CapacityAnswer {
        var text = Phrase.capitalized(count(indices))
        var (state, severity): (String?, CapacityAnswer.Severity) = (nil, .info)
        if let agreed, let utilization {
            text += " of \(Figure.compact(agreed)) (\(Figure.percent(utilization)))"
            (state, severity) =
                utilization > 1
                ? ("Over limit", .critical)
                : utilization >= Self.close ? ("Near the limit", .warning) : ("Within limit", .good)
        }
        let replicas = [
            standardReplicas > 0 ? Figure.count(standardReplicas, "standard replica") : nil,
            virtualReplicas > 0 ? Figure.count(virtualReplicas, "virtual replica") : nil,
        ].compactMap(\.self)
        return CapacityAnswer(
            id: "indices.number", question: "How many indices are there?", state: state, text: text + ".",
            details: replicas.isEmpty ? "" : "Among them: \(Phrase.list(replicas)).", severity: severity)
    }

    fileprivate var replicasAnswer: CapacityAnswer {
        let question = "How many records do replicas hold?"
        guard let records, let replicaRecords else {
            return CapacityAnswer(
                id: "indices.replicas", question: question,
                text: "Not enough data: the list does not say the records of every index.", severity: .unknown)
        }
        let share = records > 0 ? replicaRecords / records : 0
        let text =
            standardReplicas == 0
            ? "No index is a standard replica."
            : "Standard replicas hold \(Figure.compact(replicaRecords)) of \(Figure.compact(records)) records "
                + "(\(Figure.percent(share)))."
        return CapacityAnswer(
            id: "indices.replicas", question: question, text: text,
            details: standardReplicas == 0
                ? "" : "Algolia charges records of standard replicas in full. A virtual replica holds none.",
            severity: .info)
    }

    fileprivate var untouchedAnswer: CapacityAnswer {
        let days = Figure.count(Int(Self.untouched / Granularity.daily.seconds), "day")
        var (state, severity): (String?, CapacityAnswer.Severity) = ("None", .good)
        var text = "Every index was updated in the last \(days)."
        var details = ""
        if !untouched.isEmpty {
            let held = untouched.compactMap(\.records).reduce(0, +)
            let share = records.map { $0 > 0 ? held / $0 : 0 }
            let part = share.map { " (\(Figure.percent($0)) of all)" } ?? ""
            let verb = untouched.count == 1 ? "was" : "were"
            text =
                "\(Figure.count(untouched.count, "index", "indices")) with \(Figure.compact(held)) records\(part) \(verb) "
                + "not updated for \(days)."
            details = Self.named(untouched.map(\.index), untouched.count == 1 ? "Index" : "Largest")
            (state, severity) =
                share ?? 0 >= Self.noticeable ? ("Unchanged records", .warning) : ("Few unchanged records", .good)
        }
        return CapacityAnswer(
            id: "indices.untouched", question: "Which indices have not been updated recently?", state: state,
            text: text, details: details, severity: severity)
    }

    fileprivate var changesAnswer: CapacityAnswer {
        let days = Figure.count(Int(Self.recent / Granularity.daily.seconds), "day")
        let text =
            appeared.isEmpty && gone.isEmpty
            ? "No index was added or removed in the last \(days)."
            : "In the last \(days), \(Figure.count(appeared.count, "index was", "indices were")) added and "
                + "\(Figure.exact(gone.count)) removed."
        let details = [
            appeared.isEmpty ? "" : Self.named(appeared.map(\.index), "Added most recently"),
            gone.isEmpty ? "" : Self.named(gone.map(\.index), "Removed most recently"),
        ].filter { !$0.isEmpty }
        return CapacityAnswer(
            id: "indices.changes", question: "Which indices were added or removed?", text: text,
            details: details.joined(separator: " "), severity: .info)
    }

    /// `Largest: a, b, c and 4 more.`
    private static func named(_ names: [IndexName], _ title: String) -> String {
        let shown = names.prefix(mostNames).map { Phrase.name($0) }
        let rest = names.count - shown.count
        return "\(title): \(Phrase.list(shown + (rest > 0 ? ["\(rest) more"] : [])))."
    }
}
