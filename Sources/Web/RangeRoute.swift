internal import History
internal import Hummingbird
internal import NIOCore
internal import UsageModel

/// `/api/v1/range`: points over a range, for capacity planning and Grafana.
enum RangeRoute {
    static let path = "/api/v1/range"

    /// The form of the answer.
    enum Format: String, CaseIterable {
        case json, rows, csv
    }

    private static let parameters: [Endpoint.Parameter] =
        RangeParameters.all + [
            .init(
                name: "format", summary: "json by default; rows is a flat array, csv the same as text.",
                schema: .options(Format.allCases.map(\.rawValue)))
        ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: path, summary: "Points over a range.", parameters: parameters,
            contents: [
                .init(type: "application/json", summary: "Series with their points, or a flat array of rows."),
                .init(type: "text/csv", summary: "The rows as CSV."),
            ],
            failures: [
                400: "A parameter cannot be used, or the answer would be too large.",
                404: "The application, index or statistic is not known.",
            ]
        ) { _, parameters in
            let now = exporter.clock.now
            let format = try parameters.option("format", of: Format.allCases, default: .json)
            let query = try await RangeParameters.query(parameters, exporter, now: now)
            let answer = try await RangeParameters.answer(query, exporter, now: now)
            switch format {
            case .json: return .bytes(RangeEncoding.json(answer, query), type: "application/json")
            case .rows: return .bytes(RangeEncoding.rows(answer), type: "application/json")
            case .csv: return .bytes(RangeEncoding.csv(answer), type: "text/csv; charset=utf-8")
            }
        }
    }
}
