internal import History
internal import Hummingbird
internal import UsageModel

/// `/api/v1/range`: points over a range, for capacity planning and Grafana.
enum RangeRoute {
    static let path = "/api/v1/range"

    private static let parameters: [Endpoint.Parameter] =
        RangeParameters.all + [
            .init(
                name: "format", summary: "json by default; rows is a flat array, csv the same rows as CSV.",
                schema: .options(RangeBody.Format.allCases.map(\.rawValue)))
        ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: path, summary: "Points over a range.", parameters: parameters,
            contents: [
                .init(type: "application/json", summary: "Series with their points, or a flat array of rows."),
                .init(type: "text/csv", summary: "The rows as CSV."),
            ],
            failures: [
                400: "A parameter is invalid, or the answer would be too large.",
                404: "The application, index or statistic is unknown.",
            ]
        ) { _, parameters in
            let now = exporter.clock.now
            let format = try parameters.option("format", of: RangeBody.Format.allCases, default: .json)
            let query = try await RangeParameters.query(parameters, exporter, now: now)
            let plan = try await RangeParameters.plan(query, exporter, now: now)
            return try await .parts(
                RangeBody(exporter.history, plan, format),
                type: format == .csv ? "text/csv; charset=utf-8" : "application/json", exporter.logger)
        }
    }
}
