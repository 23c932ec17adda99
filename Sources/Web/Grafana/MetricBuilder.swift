internal import History
internal import UsageModel

/// The query builder: which statistics there are, and what can be chosen for each.
struct MetricBuilder: Sendable {
    /// The body of `/grafana/metrics` and `/grafana/metric-payload-options`.
    struct Question: Decodable, Sendable {
        var metric: NameChoice?
        var payload: GrafanaPayload?
        /// The field of the payload whose choices are requested.
        var name: String?
    }

    private let history: History
    private let catalogue: GrafanaCatalogue

    init(_ exporter: Exporter) async throws {
        history = exporter.history
        catalogue = try await GrafanaCatalogue(exporter)
    }

    /// Every stored statistic, each with the fields that make sense for it.
    ///
    /// The list is complete whatever is chosen, so that another statistic can be; the fields
    /// are those that a statistic has in the chosen applications.
    func metrics(_ question: Question) async throws -> JSONValue {
        var outlines = Self.merged(try await history.statisticOutlines())
        let applications = question.payload?.application ?? NameChoice()
        if !applications.isEmpty {
            let known = Set(catalogue.applications.map { AnyName($0) })
            let matcher = try NameMatcher(
                applications, known: known, field: "payload.application", catalogue.patterns)
            let chosen = try matcher.select(from: known)
            let narrowed = try await history.statisticOutlines(applications: chosen.map { ApplicationID($0) })
            outlines.merge(Self.merged(narrowed)) { $1 }
        }
        return .array(catalogue.statistics.compactMap { outlines[$0] }.map(Self.metric))
    }

    /// The choices of one field, narrowed by what is chosen in the others.
    func options(_ question: Question) async throws -> JSONValue {
        var payload = question.payload ?? GrafanaPayload()
        payload.statistic = (question.metric ?? NameChoice()).named
        switch question.name {
        case "application": return .options(try await catalogue.names(of: .application, payload).map(\.text))
        case "index":
            let special = [
                JSONValue.option("the application as a whole", NameMatcher.applicationLevel.text),
                .option("every index", "*"),
            ]
            return .array(special + (try await catalogue.names(of: .index, payload)).map { .option($0.text, $0.text) })
        case "key": return .options(try await catalogue.names(of: .key, payload).map(\.text))
        case "granularity":
            let names = try catalogue.statistics(payload.statistic, field: "metric")
            let outlines = try await history.statisticOutlines(statistics: names.isEmpty ? nil : names)
            let stored = Set(outlines.flatMap(\.granularities))
            return Self.granularities(Granularity.allCases.filter(stored.contains))
        case "aggregate": return Self.aggregates(nil)
        default: return []
        }
    }

    private static func metric(_ outline: StatisticOutline) -> JSONValue {
        let statistic = StatisticCatalogue.describe(outline.name)
        var fields: [JSONValue] = [
            field("application", "Application", "every application", isMultiple: true, reloads: true)
        ]
        if outline.hasIndices {
            fields.append(field("index", "Index", "the application as a whole", isMultiple: true))
        }
        if outline.hasKeys {
            let label = statistic.shape.label ?? "key"
            fields.append(field("key", label.prefix(1).uppercased() + label.dropFirst(), "all", isMultiple: true))
        }
        fields.append(
            field(
                "granularity", "Granularity", TargetSeries.defaultGranularity(of: outline.granularities).rawValue,
                options: granularities(outline.granularities)))
        fields.append(
            field(
                "aggregate", "Aggregate", statistic.defaultAggregate.rawValue,
                options: aggregates(statistic.defaultAggregate)))
        let unit = statistic.unit == .unknown ? statistic.meaning : statistic.unit.rawValue
        return [
            "label": .string("\(outline.name) (\(unit))"), "value": .string(outline.name.text),
            "payloads": .array(fields),
        ]
    }

    /// - Parameters:
    ///   - reloads: whether what is chosen in it changes the other fields.
    ///   - options: its choices; nil for those that Grafana asks for when the field is opened.
    private static func field(
        _ name: String, _ label: String, _ placeholder: String, isMultiple: Bool = false, reloads: Bool = false,
        options: JSONValue? = nil
    ) -> JSONValue {
        var field: [String: JSONValue] = [
            "name": .string(name), "label": .string(label), "placeholder": .string(placeholder),
            "type": .string(isMultiple ? "multi-select" : "select"), "reloadMetric": .bool(reloads),
            "width": .integer(isMultiple ? 40 : 20),
        ]
        field["options"] = options
        return .object(field)
    }

    private static func granularities(_ granularities: [Granularity]) -> JSONValue {
        .options(granularities.map(\.rawValue))
    }

    private static func aggregates(_ byDefault: Aggregate?) -> JSONValue {
        let label = "by the statistic's kind" + (byDefault.map { " (\($0.rawValue))" } ?? "")
        return .array(
            [.option(label, NameChoice.byDefault)] + Aggregate.allCases.map { .option($0.rawValue, $0.rawValue) })
    }

    /// By name: what is reported by two APIs is one statistic in Grafana.
    private static func merged(_ outlines: [StatisticOutline]) -> [StatisticName: StatisticOutline] {
        Dictionary(outlines.map { ($0.name, $0) }) { first, second in
            var both = first
            both.hasApplicationLevel = first.hasApplicationLevel || second.hasApplicationLevel
            both.hasIndices = first.hasIndices || second.hasIndices
            both.hasKeys = first.hasKeys || second.hasKeys
            both.granularities = Granularity.allCases.filter {
                (first.granularities + second.granularities).contains($0)
            }
            return both
        }
    }
}

extension JSONValue {
    /// A choice of a select.
    fileprivate static func option(_ label: String, _ value: String) -> JSONValue {
        ["label": .string(label), "value": .string(value)]
    }

    /// Choices that are called what they are.
    fileprivate static func options(_ names: [String]) -> JSONValue {
        .array(names.map { option($0, $0) })
    }
}
