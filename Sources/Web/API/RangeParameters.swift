internal import History
internal import UsageModel

/// The parameters that ask for points over a range: one set of rules and words, for the API and for pages.
enum RangeParameters {
    static let all: [Endpoint.Parameter] =
        SeriesFilter.ofStatistics + [SeriesFilter.granularity, start, end, step, aggregate, top]

    static let start = Endpoint.Parameter(
        name: "start", summary: "The start of the range: \(TimeParameter.accepted). By default a day before the end.")
    static let end = Endpoint.Parameter(
        name: "end", summary: "The end of the range (exclusive), in the same formats. By default now.")
    static let step = Endpoint.Parameter(
        name: "step",
        summary:
            "The bucket width of the response, such as 6h or 1d, or week (from Monday) or month; without it, values are "
            + "not aggregated.")
    static let aggregate = Endpoint.Parameter(
        name: "aggregate", summary: "How buckets are combined; by default according to the kind of the statistic.",
        schema: .options(Aggregate.allCases.map(\.rawValue)))
    static let top = Endpoint.Parameter(
        name: "top", summary: "Maximum number of series, largest sums first.", schema: .integer(minimum: 1))

    /// The query of these parameters at `now`.
    /// - Throws: ``Problem`` that names the parameter at fault.
    static func query(_ parameters: QueryParameters, _ exporter: Exporter, now: UnixTime) async throws -> RangeQuery {
        let filter = try await SeriesFilter(parameters, exporter)
        guard let statistics = filter.statistics else {
            throw Problem.parameter(
                "statistic", "\"statistic\" is empty", accepted: "one or more, separated by commas")
        }
        let granularity = try parameters.option(
            "granularity", of: SeriesFilter.granularities, default: .hourly)
        let range = try parameters.range(now: now, length: 86_400)
        let aggregate = try parameters["aggregate"].map { _ in
            try parameters.option("aggregate", of: Aggregate.allCases, default: .sum)
        }
        var query = RangeQuery(
            statistics: statistics, applications: filter.applications,
            indices: filter.indices ?? .application, keys: try parameters.names("key"), granularity: granularity,
            range: range, step: try step(parameters, granularity), aggregate: aggregate,
            top: try top(parameters))
        parameters["step"].flatMap(CalendarStep.init)?.apply(to: &query)
        return query
    }

    /// The answer, or what to change about a question that asks for too much.
    static func answer(
        _ query: RangeQuery, _ exporter: Exporter, now: UnixTime, limit: Int = History.pointLimit
    ) async throws -> RangeAnswer {
        do {
            return try await exporter.history.range(query, now: now, limit: limit)
        } catch let error as RangeTooLarge {
            throw tooLarge(error)
        }
    }

    /// The same before a point is read.
    static func plan(_ query: RangeQuery, _ exporter: Exporter, now: UnixTime) async throws -> RangePlan {
        do {
            return try await exporter.history.plan(query, now: now)
        } catch let error as RangeTooLarge {
            throw tooLarge(error)
        }
    }

    private static func tooLarge(_ error: RangeTooLarge) -> Problem {
        .parameter(
            "step", "the answer would have up to \(error.points) points, more than \(error.limit)",
            accepted: error.fittingStep.map { "step=\(DurationText.string($0)) or wider" }
                ?? "a shorter range or fewer series")
    }

    private static func step(_ parameters: QueryParameters, _ granularity: Granularity) throws -> Int64? {
        guard let text = parameters["step"] else { return nil }
        let examples =
            switch granularity {
            case .minutely: "5m or 1h"
            case .hourly: "6h or 1d"
            case .daily: "2d or 7d"
            }
        let accepted =
            "a duration that is a multiple of \(DurationText.string(granularity.seconds)), such as \(examples), or "
            + CalendarStep.allCases.map(\.rawValue).joined(separator: ", ")
        guard let step = seconds(text), step > 0 else {
            throw Problem.parameter("step", "\"\(text)\" is not a duration", accepted: accepted)
        }
        guard step % granularity.seconds == 0 else {
            throw Problem.parameter(
                "step", "\(text) is not a multiple of the \(granularity.rawValue) buckets", accepted: accepted)
        }
        return step
    }

    /// The seconds of a step, of a month its longest; nil for what is no width.
    static func seconds(_ text: String) -> Int64? {
        CalendarStep(rawValue: text)?.seconds ?? DurationText.parse(text) ?? Int64(text)
    }

    private static func top(_ parameters: QueryParameters) throws -> Int? {
        guard let text = parameters["top"] else { return nil }
        guard let top = Int(text), top > 0 else {
            throw Problem.parameter("top", "\"\(text)\" is not a number of series", accepted: "a whole number from 1")
        }
        return top
    }
}
