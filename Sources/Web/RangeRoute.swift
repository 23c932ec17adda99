internal import History
internal import Hummingbird
internal import NIOCore
internal import UsageModel

/// `/api/v1/range`: points over a range, for capacity planning and Grafana.
enum RangeRoute {
    /// The form of the answer.
    enum Format: String, CaseIterable {
        case json, rows, csv
    }

    private static let parameters: [Endpoint.Parameter] =
        SeriesFilter.ofStatistics + [
            SeriesFilter.granularity,
            .init(
                name: "start",
                summary: "The first instant: \(TimeParameter.accepted). By default a day before the end."),
            .init(name: "end", summary: "The first instant after the range, in the same forms. By default now."),
            .init(
                name: "step", summary: "The width of the answer's buckets, such as 6h or 1d; not aggregated without."),
            .init(
                name: "aggregate", summary: "How buckets are combined; by default what the statistic's kind asks for.",
                schema: .options(Aggregate.allCases.map(\.rawValue))),
            .init(
                name: "top", summary: "Only so many series, those with the largest sums.", schema: .integer(minimum: 1)),
            .init(
                name: "format", summary: "json by default; rows is a flat array, csv the same as text.",
                schema: .options(Format.allCases.map(\.rawValue))),
        ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/api/v1/range", summary: "Points over a range.", parameters: parameters,
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
            let query = try await query(parameters, exporter, now: now)
            do {
                let answer = try await exporter.history.range(query, now: now)
                switch format {
                case .json: return .bytes(RangeEncoding.json(answer, query), type: "application/json")
                case .rows: return .bytes(RangeEncoding.rows(answer), type: "application/json")
                case .csv: return .bytes(RangeEncoding.csv(answer), type: "text/csv; charset=utf-8")
                }
            } catch let error as RangeTooLarge {
                throw Problem.parameter(
                    "step", "the answer would have up to \(error.points) points, more than \(error.limit)",
                    accepted: error.fittingStep.map { "step=\(DurationText.string($0)) or wider" }
                        ?? "a shorter range or fewer series")
            }
        }
    }

    private static func query(
        _ parameters: QueryParameters, _ exporter: Exporter, now: UnixTime
    ) async throws -> RangeQuery {
        let filter = try await SeriesFilter(parameters, exporter)
        guard let statistics = filter.statistics else {
            throw Problem.parameter(
                "statistic", "\"statistic\" names none", accepted: "one or more, separated by commas")
        }
        let granularity = try parameters.option(
            "granularity", of: SeriesFilter.granularities, default: .hourly)
        let range = try parameters.range(now: now, length: 86_400)
        let aggregate = try parameters["aggregate"].map { _ in
            try parameters.option("aggregate", of: Aggregate.allCases, default: .sum)
        }
        return RangeQuery(
            statistics: statistics, applications: filter.applications,
            indices: filter.indices ?? .application, keys: parameters.all("key"), granularity: granularity,
            range: range, step: try step(parameters, granularity), aggregate: aggregate,
            top: try top(parameters))
    }

    private static func step(_ parameters: QueryParameters, _ granularity: Granularity) throws -> Int64? {
        guard let text = parameters["step"] else { return nil }
        let accepted = "a duration that is a multiple of \(DurationText.string(granularity.seconds)), such as 6h or 1d"
        guard let step = DurationText.parse(text) ?? Int64(text), step > 0 else {
            throw Problem.parameter("step", "\"\(text)\" is not a duration", accepted: accepted)
        }
        guard step % granularity.seconds == 0 else {
            throw Problem.parameter(
                "step", "\(text) is not a multiple of the \(granularity.rawValue) buckets", accepted: accepted)
        }
        return step
    }

    private static func top(_ parameters: QueryParameters) throws -> Int? {
        guard let text = parameters["top"] else { return nil }
        guard let top = Int(text), top > 0 else {
            throw Problem.parameter("top", "\"\(text)\" is not a number of series", accepted: "a whole number from 1")
        }
        return top
    }
}
