internal import History
internal import UsageModel

/// Lists of names: the values of variables and of ad hoc filters.
struct GrafanaNames: Sendable {
    /// The body of `/grafana/variable`.
    struct VariableQuestion: Decodable, Sendable {
        var payload: GrafanaPayload?
        var target: NameChoice?
    }

    /// The body of `/grafana/tag-values`.
    struct TagQuestion: Decodable, Sendable {
        var key: GrafanaScalar?
    }

    /// The body of `/grafana/search`.
    struct SearchQuestion: Decodable, Sendable {
        var target: GrafanaScalar?
    }

    /// The lists that a variable can show.
    private static let lists: [String: AdHocFilter.Attribute] = [
        "applications": .application, "indices": .index, "statistics": .statistic, "keys": .key,
    ]
    /// The keys that dashboards can be filtered by.
    private static let tags: [AdHocFilter.Attribute] = [.application, .index, .key]

    private let catalogue: GrafanaCatalogue

    init(_ exporter: Exporter) async throws {
        catalogue = try await GrafanaCatalogue(exporter)
    }

    /// The values of a variable.
    func variable(_ question: VariableQuestion) async throws -> JSONValue {
        var payload = question.payload ?? GrafanaPayload()
        let text =
            payload.target.texts.first ?? payload.plainText ?? question.target?.named.texts.first ?? ""
        let (list, application) = Self.parse(text)
        guard let attribute = Self.lists[list] else {
            throw Problem.parameter(
                "payload.target", "a variable cannot list \"\(text)\"",
                accepted: "applications, indices, statistics, keys, or one of them of an application: indices(APP)")
        }
        if let application { payload.application = NameChoice([application]) }
        return .array(
            try await catalogue.names(of: attribute, payload).map {
                ["__text": .string($0.text), "__value": .string($0.text)]
            })
    }

    /// The keys that ad hoc filters can filter by.
    static var tagKeys: JSONValue {
        .array(tags.map { ["type": "string", "text": .string($0.rawValue)] })
    }

    /// The values that an ad hoc filter offers; none for what is not filtered by.
    func tagValues(_ question: TagQuestion) async throws -> JSONValue {
        guard let attribute = AdHocFilter.Attribute(rawValue: question.key?.text ?? "") else { return [] }
        return .array(try await catalogue.names(of: attribute, GrafanaPayload()).map { ["text": .string($0.text)] })
    }

    /// The names that older plugins ask for: a list as in a variable, or statistics that contain a text.
    func search(_ question: SearchQuestion) async throws -> JSONValue {
        let text = question.target?.text ?? ""
        let (list, application) = Self.parse(text)
        var names: [AnyName]
        if let attribute = Self.lists[list] {
            var payload = GrafanaPayload()
            if let application { payload.application = NameChoice([application]) }
            names = try await catalogue.names(of: attribute, payload)
        } else {
            names = catalogue.statistics.map { AnyName($0) }
            let part = Array(text.lowercased().utf8)
            if !part.isEmpty, !NameMatcher.every.contains(text) {
                names.removeAll { !$0.text.lowercased().utf8.contains(part) }
            }
        }
        return .array(names.map { .string($0.text) })
    }

    /// `indices(APP)` as its two parts.
    private static func parse(_ text: String) -> (list: String, application: String?) {
        guard text.hasSuffix(")"), let parenthesis = text.firstIndex(of: "(") else { return (text, nil) }
        return (String(text[..<parenthesis]), String(text[text.index(after: parenthesis)...].dropLast()))
    }
}

extension GrafanaCatalogue {
    /// The names that the series selected by `payload` have, in their order; what it chose of `attribute` itself
    /// does not count.
    func names(of attribute: AdHocFilter.Attribute, _ payload: GrafanaPayload) async throws -> [AnyName] {
        var payload = payload
        switch attribute {
        case .application: payload.application = NameChoice()
        case .index: payload.index = NameChoice()
        case .key: payload.key = NameChoice()
        case .statistic: payload.statistic = NameChoice()
        }
        let isNarrow =
            !(payload.statistic.isEmpty && payload.application.isEmpty && payload.index.isEmpty
            && payload.key.isEmpty)
        switch attribute {
        case .application where !isNarrow: return applications.map { AnyName($0) }
        case .statistic where !isNarrow: return statistics.map { AnyName($0) }
        default: break
        }
        let chosen =
            payload.statistic.isEmpty ? nil : try statistics(payload.statistic, field: "payload.statistic")
        let series = try narrow(try await series(of: chosen), payload)
        let names = Set(series.map(attribute.name)).subtracting(["", NameMatcher.applicationLevel])
        guard attribute == .statistic else { return names.sorted() }
        return Self.ordered(Set(names.map { StatisticName($0) })).map { AnyName($0) }
    }
}
