/// Names that were chosen in Grafana: one, a list, or what became of a variable.
struct NameChoice: Decodable, Sendable {
    /// As they came, each of them for a ``NameMatcher`` to understand.
    var texts: [String] = []

    init(_ texts: [String] = []) { self.texts = texts }

    init(from decoder: any Decoder) throws {
        try DocumentBudget.spendName(decoder)
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            texts = []
        } else if let text = (try? container.decode(GrafanaScalar.self))?.text {
            texts = [text]
        } else if var list = try? decoder.unkeyedContainer() {
            while !list.isAtEnd { texts += try list.decode(NameChoice.self).texts }
        } else {
            throw Problem.parameter(
                GrafanaBody.name(decoder.codingPath), "neither a name nor a list of names",
                accepted: "a name, a list of names, or a regular expression")
        }
    }

    /// Whether nothing was chosen. An empty text is a choice where it means something: of an index, none.
    var isEmpty: Bool { texts.isEmpty }

    /// Without empty texts.
    var named: NameChoice { NameChoice(texts.filter { !$0.isEmpty }) }

    /// One of a fixed set of words for each value; nil when there is none, or one that stands for every value.
    /// - Throws: ``Problem`` for another word.
    func options<Option: RawRepresentable<String>>(_ field: String, of options: [Option]) throws -> [Option]? {
        let words = named.texts.flatMap { NameAlternation.branches(of: $0) }.map { NameAlternation.word($0) }
        if words.isEmpty || words.contains(where: { NameMatcher.every.contains($0) || $0 == Self.byDefault }) {
            return nil
        }
        var chosen: [Option] = []
        for word in words {
            guard let option = options.first(where: { $0.rawValue == word }) else {
                throw Problem.parameter(
                    field, "\"\(word)\" is not a valid \(field)",
                    accepted: options.map(\.rawValue).joined(separator: ", "))
            }
            // Twice the same would draw everything twice.
            if !chosen.contains(where: { $0.rawValue == option.rawValue }) { chosen.append(option) }
        }
        return chosen
    }

    /// The word for what is done when nothing is chosen.
    static let byDefault = "default"
}
