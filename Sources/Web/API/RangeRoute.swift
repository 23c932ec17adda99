internal import HTTPTypes
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
            var response = try await Response.parts(
                RangeBody(exporter.history, plan, format),
                type: format == .csv ? "text/csv; charset=utf-8" : "application/json", exporter.logger)
            if format == .csv {
                response.headers[.contentDisposition] =
                    "attachment; filename=\"\(fileName(query.statistics, query.range))\""
            }
            return response
        }
    }

    /// The name under which a browser saves a CSV: the statistic and the days, in characters that every system takes.
    static func fileName(_ statistics: [StatisticName], _ range: TimeRange) -> String {
        let statistic = statistics.count == 1 ? statistics[0].text : "usage"
        let word = statistic.prefix(100).utf8.filter(PercentEncoding.isUnreserved)
        let days = [range.start, range.end].map { RFC3339.string($0).prefix(10) }
        return "\(String(decoding: word, as: UTF8.self))_\(days.joined(separator: "_")).csv"
    }
}
