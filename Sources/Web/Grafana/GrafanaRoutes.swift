internal import History
internal import Hummingbird

/// `/grafana`: the protocol of Grafana's JSON data source (`simpod-json-datasource`), with the calls of the
/// older `simple-json`.
///
/// Every call reads. They are POSTs because the protocol wants them to be.
enum GrafanaRoutes {
    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        let history = exporter.history
        return [
            Endpoint(
                path: "/grafana", summary: "Grafana's test of the connection to the JSON data source.",
                contents: [.init(type: "text/plain; charset=utf-8", summary: "The data source is here.")]
            ) { _, _ in .text("algolia-exporter, a JSON data source for Grafana\n") },
            call("metrics", "The statistics for the query builder.", metric) { request in
                let question = try await GrafanaBody.decode(MetricBuilder.Question.self, from: request)
                return try .json(await MetricBuilder(history).metrics(question))
            },
            call("metric-payload-options", "The choices of one field of the query builder.", options) { request in
                let question = try await GrafanaBody.decode(MetricBuilder.Question.self, from: request)
                return try .json(await MetricBuilder(history).options(question))
            },
            call("query", "Series and tables of a panel.", query) { request in
                let query = try await GrafanaBody.decode(GrafanaQuery.self, from: request)
                let body = try await GrafanaAnswer(query, exporter).body()
                return try await .parts(body, type: "application/json", exporter.logger)
            },
            call("variable", "The values of a variable of a dashboard.", variable) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.VariableQuestion.self, from: request)
                return try .json(await GrafanaNames(history).variable(question))
            },
            call("tag-keys", "What ad hoc filters can filter by.", nothing) { _ in try .json(GrafanaNames.tagKeys) },
            call("tag-values", "The values that an ad hoc filter offers.", tag) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.TagQuestion.self, from: request)
                return try .json(await GrafanaNames(history).tagValues(question))
            },
            call("search", "Names, for older plugins.", search) { request in
                let question = try await GrafanaBody.decode(GrafanaNames.SearchQuestion.self, from: request)
                return try .json(await GrafanaNames(history).search(question))
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
