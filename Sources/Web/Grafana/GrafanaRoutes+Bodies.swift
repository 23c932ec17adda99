/// What the calls are described to take.
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
            "maxDataPoints": ["type": "number", "description": "The most points in a series; buckets widen for it."],
            "intervalMs": ["type": "number", "description": "Milliseconds; no bucket is narrower."],
            "targets": [
                "type": "array",
                "items": object([
                    "refId": text("Sent back."), "target": names("Statistics; or incidents or gaps, for annotations."),
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
        summary: "The list, and what narrows it.", schema: object(["payload": payload, "range": range]),
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
                "name": text("Sent back."),
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
        "statistic": names("What narrows a variable; statistics where there is no target."),
        "granularity": text("hourly, daily or minutely."), "aggregate": text("sum, avg, min, max, last or count."),
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
