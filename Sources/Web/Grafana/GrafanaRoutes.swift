internal import Hummingbird

/// `/grafana`: the protocol of Grafana's JSON data source (`simpod-json-datasource`), with the calls of the
/// older `simple-json`.
///
/// Every call reads. They are POSTs because the protocol wants them to be.
enum GrafanaRoutes {
    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        [
            Endpoint(
                path: "/grafana", summary: "Grafana's test of the connection to the JSON data source.",
                contents: [.init(type: "text/plain; charset=utf-8", summary: "The data source is reachable.")]
            ) { _, _ in .text("algolia-exporter, a JSON data source for Grafana\n") },
            call("metrics", "The statistics for the query builder.", metric) { request in
                let question = try await GrafanaBody.decode(MetricBuilder.Question.self, from: request)
                return try .json(await MetricBuilder(exporter).metrics(question))
            },
            call("metric-payload-options", "The choices of one field of the query builder.", options) { request in
                let question = try await GrafanaBody.decode(MetricBuilder.Question.self, from: request)
                return try .json(await MetricBuilder(exporter).options(question))
            },
            call("query", "Series and tables of a panel.", query) { request in
                let query = try await GrafanaBody.decode(GrafanaQuery.self, from: request)
                let body = try await GrafanaAnswer(query, exporter).body()
                return try await .parts(body, type: "application/json", exporter.logger)
            },
            call("variable", "The values of a variable of a dashboard.", variable) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.VariableQuestion.self, from: request)
                return try .json(await GrafanaNames(exporter).variable(question))
            },
            call("tag-keys", "The keys of ad hoc filters.", nothing) { _ in try .json(GrafanaNames.tagKeys) },
            call("tag-values", "The values that an ad hoc filter offers.", tag) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.TagQuestion.self, from: request)
                return try .json(await GrafanaNames(exporter).tagValues(question))
            },
            call("search", "Names, for older plugins.", search) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.SearchQuestion.self, from: request)
                return try .json(await GrafanaNames(exporter).search(question))
            },
            call("annotations", "Incidents of clusters, and gaps in what was fetched.", annotations) { request in
                let question = try await GrafanaBody.decode(AnnotationQuestion.self, from: request)
                return try .json(await question.answer(exporter))
            },
        ]
    }

    private static func call(
        _ name: String, _ summary: String, _ body: Endpoint.Body,
        _ handle: @escaping @Sendable (Request) async throws -> Response
    ) -> Endpoint {
        Endpoint(
            method: .post, path: "/grafana/\(name)", summary: summary, body: body,
            contents: [.init(type: "application/json", summary: "A list.")],
            failures: [
                400: "The body or one of its fields is invalid.", 413: "The body is larger than 1 MiB.",
                415: "The body has a Content-Encoding.",
            ]
        ) { request, _ in try await handle(request) }
    }
}

/// The descriptions of the calls' bodies.
extension GrafanaRoutes {
    static let metric = Endpoint.Body(
        summary: "The current selection.", schema: object(["metric": text("A statistic."), "payload": payload]),
        example: ["metric": "records", "payload": ["application": ["APP"]]])

    static let options = Endpoint.Body(
        summary: "The field, and the selection in the other fields.",
        schema: object([
            "metric": text("A statistic."), "payload": payload,
            "name": [
                "type": "string", "enum": ["application", "index", "key", "granularity", "aggregate"],
                "description": "The field.",
            ],
        ]),
        example: ["metric": "records", "payload": ["application": ["APP"]], "name": "index"])

    static let query = Endpoint.Body(
        summary: "The panel's range and its queries.",
        schema: object([
            "range": range,
            "maxDataPoints": [
                "type": "number", "description": "Maximum number of points per series; buckets widen to fit.",
            ],
            "intervalMs": ["type": "number", "description": "Minimum bucket width in milliseconds."],
            "targets": [
                "type": "array",
                "items": object([
                    "refId": text("Returned unchanged with each series."),
                    "target": names("Statistics; or incidents or gaps, for annotations."),
                    "payload": payload,
                    "type": text("table for a table."),
                    "hide": ["type": "boolean", "description": "Whether the target is hidden."],
                ]),
            ],
            "adhocFilters": [
                "type": "array",
                "items": object([
                    "key": text("application, index, key or statistic."),
                    "operator": ["type": "string", "enum": ["=", "!=", "=~", "!~", "<", ">", "=|", "!=|"]],
                    "value": text("A name, or a regular expression that matches all of it."),
                    "values": names("For =| and !=|."),
                ]),
            ],
        ]),
        example: [
            "range": ["from": "2026-07-14T00:00:00.000Z", "to": "2026-07-15T00:00:00.000Z"],
            "maxDataPoints": .integer(1000),
            "targets": [["refId": "A", "target": "records", "payload": ["index": "*", "granularity": "daily"]]],
            "adhocFilters": [["key": "application", "operator": "=", "value": "APP"]],
        ])

    static let variable = Endpoint.Body(
        summary: "The list, and filters that narrow it.", schema: object(["payload": payload, "range": range]),
        example: ["payload": ["target": "indices", "application": "APP"]])

    static let nothing = Endpoint.Body(summary: "Ignored.", schema: ["type": "object"], example: [:])

    static let tag = Endpoint.Body(
        summary: "The key to filter by.", schema: object(["key": text("application, index or key.")]),
        example: ["key": "index"])

    static let search = Endpoint.Body(
        summary: "The list, or a part of statistics' names.",
        schema: object([
            "target": text("applications, indices, keys, statistics, one of them of an application, or a text.")
        ]),
        example: ["target": "indices(APP)"])

    static let annotations = Endpoint.Body(
        summary: "The range, and what to annotate.",
        schema: object([
            "range": range,
            "annotation": object([
                "name": text("Returned unchanged with each annotation."),
                "query": text("incidents or gaps, of an application, or gaps of one index of it."),
            ]),
        ]),
        example: [
            "range": ["from": "2026-07-14T00:00:00.000Z", "to": "2026-07-15T00:00:00.000Z"],
            "annotation": ["name": "Incidents", "query": "incidents APP"],
        ])

    private static let range = object([
        "from": text("The start of the range."), "to": text("The end of the range (exclusive)."),
    ])

    private static let payload = object([
        "target": text("What a variable lists: applications, indices, statistics or keys."),
        "application": names("All applications without it."),
        "index": names("The application as a whole without it; * for all indices."),
        "key": names("Servers, regions or clusters; all without it."),
        "statistic": names("Filters of a variable; the statistic when there is no target."),
        "granularity": names("hourly, daily or minutely."), "aggregate": names("sum, avg, min, max, last or count."),
        "format": text("table for a table."),
    ])

    private static func object(_ properties: [String: JSONValue]) -> JSONValue {
        ["type": "object", "properties": .object(properties)]
    }

    private static func text(_ summary: String) -> JSONValue {
        ["type": "string", "description": .string(summary)]
    }

    private static func names(_ summary: String) -> JSONValue {
        [
            "description": .string("A name, a list, or a regular expression. " + summary),
            "oneOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]],
        ]
    }
}
