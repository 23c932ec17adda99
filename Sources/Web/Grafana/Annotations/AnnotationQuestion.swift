internal import LinearRegex
internal import UsageModel

/// The body of `/grafana/annotations`, which plugins before 0.3 ask; later ones send a query.
struct AnnotationQuestion: Decodable, Sendable {
    private struct Annotation: Decodable, Sendable {
        var query: GrafanaScalar?
    }

    private let range: GrafanaRange?
    private let query: String
    /// Sent back with each annotation, and therefore small: see ``DocumentBudget``.
    private let original: JSONValue

    private enum CodingKeys: CodingKey {
        case range, annotation
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        range = try fields.decodeIfPresent(GrafanaRange.self, forKey: .range)
        query = try fields.decodeIfPresent(Annotation.self, forKey: .annotation)?.query?.text ?? ""
        original = try fields.decodeIfPresent(JSONValue.self, forKey: .annotation) ?? .null
    }

    /// - Throws: ``Problem`` for a query that is none of annotations.
    func answer(_ exporter: Exporter) async throws -> JSONValue {
        let now = exporter.clock.now
        let range = try range?.range(now: now) ?? GrafanaRange.day(now: now)
        let text = query.isEmpty ? AnnotationQuery.Kind.incidents.rawValue : query
        guard let query = AnnotationQuery(text, field: "annotation.query") else {
            throw Problem.parameter(
                "annotation.query", "\"\(query)\" is not a source of annotations", accepted: AnnotationQuery.accepted)
        }
        return .array(
            try await query.annotations(exporter, in: range, RegexBudget()).map { annotation in
                [
                    "annotation": original, "time": .milliseconds(annotation.range.start),
                    "timeEnd": .milliseconds(annotation.range.end),
                    "isRegion": .bool(!annotation.range.isEmpty), "title": .string(annotation.title),
                    "tags": .array(annotation.tags.map(JSONValue.string)), "text": .string(annotation.text),
                ]
            })
    }
}

extension JSONValue {
    /// A time as Grafana counts it.
    fileprivate static func milliseconds(_ time: UnixTime) -> JSONValue {
        .integer(Int(time.multipliedReportingOverflow(by: 1000).partialValue))
    }
}
