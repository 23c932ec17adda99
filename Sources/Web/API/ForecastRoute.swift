internal import Forecast
internal import History
internal import Hummingbird
internal import Reports
internal import UsageModel

/// `/api/v1/forecast`: daily forecasts of series, with their accuracy in a backtest.
enum ForecastRoute {
    private static let day = Granularity.daily.seconds
    /// Each takes some milliseconds of a processor.
    private static let seriesLimit = 500
    /// Seconds of the past that are looked at: five years tell what a season is.
    private static let memory = 5 * 366 * day
    private static let longest = Int64(Forecast.longest)

    private static let parameters: [Endpoint.Parameter] =
        SeriesFilter.ofStatistics + [
            .init(
                name: "horizon",
                summary: "The horizon: whole days such as 90d (the default) or weeks such as 8w; at most \(longest)d.")
        ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/api/v1/forecast", summary: "Daily forecasts with intervals.", parameters: parameters,
            contents: [
                .init(type: "application/json", summary: "A forecast for each series, or the reason why there is none.")
            ],
            failures: [
                400: "A parameter is invalid, or there are too many series.",
                404: "The application, index or statistic is unknown.",
            ], memory: Endpoint.memoryOfWhole
        ) { _, parameters in
            let filter = try await SeriesFilter(parameters, exporter)
            guard let statistics = filter.statistics else {
                throw Problem.parameter(
                    "statistic", "\"statistic\" is empty", accepted: "one or more, separated by commas")
            }
            let horizon = try horizon(parameters)
            var plans: [RangePlan] = []
            var count = 0
            for (position, statistic) in statistics.enumerated() where !statistics[..<position].contains(statistic) {
                let plan = try await plan(query(statistic, filter, parameters, exporter), exporter)
                count += plan.series.count
                guard count <= seriesLimit else { throw tooMany }
                plans.append(plan)
            }
            let body = Body(
                history: exporter.history, plans: plans, end: end(exporter), horizon: horizon,
                events: exporter.capacity.planning.events())
            return try await .parts(body, type: "application/json", exporter.logger)
        }
    }

    private static func plan(_ query: RangeQuery, _ exporter: Exporter) async throws -> RangePlan {
        do {
            return try await exporter.history.plan(query, now: exporter.clock.now)
        } catch is RangeTooLarge {
            throw tooMany
        }
    }

    /// The answer, a series at a time: its days are read, carried on, and forgotten.
    private struct Body: BodyParts {
        let history: History
        let plans: [RangePlan]
        let end: UnixTime
        let horizon: Int
        let events: EventCalendar
        private var plan = 0
        private var series = 0
        private var hasBegun = false
        private var hasSeries = false

        init(history: History, plans: [RangePlan], end: UnixTime, horizon: Int, events: EventCalendar) {
            self.history = history
            self.plans = plans
            self.end = end
            self.horizon = horizon
            self.events = events
        }

        mutating func next() async throws -> [UInt8]? {
            guard plan <= plans.count else { return nil }
            var json = JSONBytes(capacity: 2 * BodyPart.size)
            if !hasBegun { json.raw(#"{"series":["#) }
            hasBegun = true
            while plan < plans.count, json.bytes.count < BodyPart.size {
                try await write(to: &json)
            }
            if plan == plans.count {
                json.raw("]}")
                plan += 1
            }
            return json.bytes
        }

        private mutating func write(to json: inout JSONBytes) async throws {
            guard series < plans[plan].series.count else {
                plan += 1
                series = 0
                return
            }
            let days = try await history.range(of: [plans[plan].series[series]], plans[plan].query)
            series += 1
            guard let days = days.first else { return }
            if hasSeries { json.raw(",") }
            hasSeries = true
            json.append(
                try await ForecastRoute.queue.forecast(days, until: end, horizon: horizon, events: events))
        }
    }

    private static var tooMany: Problem {
        .parameter(
            "index", "the answer would have more than \(seriesLimit) series", accepted: "fewer statistics or indices")
    }

    /// One series at a time over all requests: forecasts must leave a processor for scrapes.
    private actor Queue {
        func forecast(
            _ series: RangeSeries, until end: UnixTime, horizon: Int, events: EventCalendar
        ) throws -> JSONBytes {
            try Task.checkCancellation()
            return ForecastRoute.json(series, until: end, horizon: horizon, events: events)
        }
    }

    private static let queue = Queue()

    private static func horizon(_ parameters: QueryParameters) throws -> Int {
        guard let text = parameters["horizon"] else { return 90 }
        guard let seconds = DurationText.parse(text), seconds > 0, seconds % day == 0, seconds / day <= longest else {
            throw Problem.parameter(
                "horizon", "\"\(text)\" is not a horizon", accepted: "whole days from 1d to \(longest)d, such as 90d")
        }
        return Int(seconds / day)
    }

    /// The end of the newest day that is final.
    private static func end(_ exporter: Exporter) -> UnixTime {
        Granularity.daily.floor(exporter.clock.now - exporter.usage.settleDelay())
    }

    /// The days of one statistic. Servers and clusters have hours only, which become days.
    private static func query(
        _ statistic: StatisticName, _ filter: SeriesFilter, _ parameters: QueryParameters, _ exporter: Exporter
    ) throws -> RangeQuery {
        let isMonitoring = StatisticCatalogue.statistic(named: statistic)?.api == .monitoring
        return RangeQuery(
            statistics: [statistic], applications: filter.applications, indices: filter.indices ?? .application,
            keys: try parameters.names("key"), granularity: isMonitoring ? .hourly : .daily,
            range: TimeRange(end(exporter) - memory, end(exporter)), step: isMonitoring ? day : nil)
    }

    private static func json(
        _ series: RangeSeries, until end: UnixTime, horizon: Int, events: EventCalendar
    ) -> JSONBytes {
        var json = JSONBytes(capacity: 512 + horizon * 80)
        json.raw("{")
        json.append(PointRows.identity(of: series.key))
        do throws(ForecastFailure) {
            let days = DailySeries(series.points, until: end)
            write(try Forecast(days, horizon: horizon, events: events), to: &json)
        } catch {
            json.raw(#","method":null,"reason":"#)
            json.string(error.words)
            json.raw(#","backtest":null,"points":[]"#)
        }
        json.raw("}")
        return json
    }

    private static func write(_ forecast: Forecast, to json: inout JSONBytes) {
        func number(_ value: Double) {
            json.number(PointValue(abs(value) < 1e11 ? (value * 1e4).rounded() / 1e4 : value))
        }
        json.raw(#","method":"#)
        json.string(forecast.method.rawValue)
        json.raw(#","backtest":{"mase":"#)
        number(forecast.backtest.mase ?? .nan)
        json.raw(#","coverage80":"#)
        number(forecast.backtest.coverage80)
        json.raw(#","coverage95":"#)
        number(forecast.backtest.coverage95)
        json.raw(#","origins":"#)
        json.integer(Int64(forecast.backtest.origins))
        json.raw(#"},"points":["#)
        for (position, point) in forecast.points.enumerated() {
            json.raw(position == 0 ? "[" : ",[")
            json.integer(point.day * day * 1000)
            for value in [
                point.mean, point.bounds.lower80, point.bounds.upper80, point.bounds.lower95, point.bounds.upper95,
            ] {
                json.raw(",")
                number(value)
            }
            json.raw("]")
        }
        json.raw("]")
    }
}

extension DailySeries {
    /// Points a day apart at the most, up to the end of the newest day that is known.
    init(_ points: [Point], until end: UnixTime) {
        let day = Granularity.daily.seconds
        let first = (points.first?.time ?? end) / day
        var values = [Double?](repeating: nil, count: Int(max(end / day - first, 0)))
        for point in points where point.time < end { values[Int(point.time / day - first)] = point.value.double }
        self.init(firstDay: first, values: values)
    }
}
