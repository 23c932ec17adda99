internal import UsageModel

/// The body of `/grafana/annotations`, which plugins before 0.3 ask; later ones send a query.
struct AnnotationQuestion: Decodable, Sendable {
    private struct Annotation: Decodable, Sendable {
        var query: GrafanaScalar?
    }

    private let range: GrafanaRange?
    private let query: String
    /// Sent back with each annotation.
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
            try await query.annotations(exporter, in: range).map { annotation in
                [
                    "annotation": original, "time": .integer(Int(annotation.range.start) * 1000),
                    "timeEnd": .integer(Int(annotation.range.end) * 1000),
                    "isRegion": .bool(!annotation.range.isEmpty), "title": .string(annotation.title),
                    "tags": .array(annotation.tags.map(JSONValue.string)), "text": .string(annotation.text),
                ]
            })
    }
}
