import UsageModel

/// Usage API v2: `GET /2/metrics/registry`, `/2/metrics/daily` and `/2/metrics/hourly`.
///
/// Its metrics are those of an invoice, and say the same as the statistics of version 1.
struct BillingEndpoint: Sendable {
    /// A metric of the registry, and the statistics of which it is the difference.
    struct Metric: Sendable {
        let name: StatisticName
        let label: String
        let description: String
        let minuend: StatisticName
        var subtrahend: StatisticName?
    }

    static let metrics = [
        Metric(
            name: "search_requests", label: "Search requests",
            description: "Search requests that count towards the plan, without those of Query Suggestions",
            minuend: "total_search_requests", subtrahend: "querysuggestions_total_search_requests"),
        Metric(
            name: "records", label: "Records", description: "Records of all indices, standard replicas included",
            minuend: "records"),
        Metric(
            name: "recommend_requests", label: "Recommend requests", description: "Requests to Algolia Recommend",
            minuend: "total_recommend_requests"),
        Metric(
            name: "indexing_operations", label: "Indexing operations",
            description: "Operations on indices and their settings", minuend: "total_indexing_operations"),
        // A name that no metric of Prometheus can have.
        Metric(
            name: "query-suggestions.requests", label: "Query Suggestions requests",
            description: "Search requests of Query Suggestions, which are free",
            minuend: "querysuggestions_total_search_requests"),
    ]

    let truth: Truth
    let faults: Faults
    let now: UnixTime
    /// Seconds that buckets of each granularity are kept.
    let retention: (hourly: Int64, daily: Int64)

    /// - Throws: ``APIError`` as Algolia would answer.
    func answer(
        _ request: SimulatedRequest, list: String, application: ApplicationID
    ) throws(APIError) -> JSONValue {
        let asked = request.values(of: "application").flatMap { $0.split(separator: ",").map(String.init) }
        guard !asked.isEmpty else { throw APIError(422, "application is required") }
        guard asked.allSatisfy({ ApplicationID($0) == application }) else { throw .invalidCredential }
        guard list != "registry" else { return registry }
        let query = try BillingQuery(request, list: list, now: now)
        guard query.range.start <= now, query.range.end - query.granularity.seconds <= now else {
            throw APIError(422, "\(query.granularity == .daily ? "endDate" : "endTime") must not be in the future")
        }
        let buckets = query.range.seconds / query.granularity.seconds
        let longest = UsageQuery.longestRange(query.granularity) / query.granularity.seconds
        guard buckets <= faults.longestBillingRange ?? longest else { throw APIError(422, "the range is too long") }
        let kept = now - (query.granularity == .hourly ? retention.hourly : retention.daily)
        if let status = faults.refusedOldRangeStatus, query.range.start < kept {
            throw APIError.tooOld(status, retention: now - kept)
        }
        var names: [StatisticName] = []
        for name in query.names where !names.contains(name) { names.append(name) }
        let metrics = try names.map { name throws(APIError) in
            guard let metric = served.first(where: { $0.name == name }) else {
                throw APIError(422, "name \"\(name)\" is unknown")
            }
            return metric
        }
        let range = TimeRange(max(query.range.start, kept), query.range.end)
        let rows = JSONValue.array(rows(metrics, application, query.granularity, range))
        return query.granularity == .daily
            ? .object([("applications", .object([(application.text, rows)]))]) : .object([("metrics", rows)])
    }

    private var served: [Metric] { Self.metrics.filter { !faults.hiddenBillingMetrics.contains($0.name) } }

    private var registry: JSONValue {
        .object([
            (
                "metrics",
                .array(
                    served.map { metric in
                        .object([
                            ("name", .string(metric.name.text)), ("label", .string(metric.label)),
                            ("description", .string(metric.description)),
                        ])
                    })
            )
        ])
    }

    /// A row for each bucket that has begun and in which anything is reported.
    private func rows(
        _ metrics: [Metric], _ application: ApplicationID, _ granularity: Granularity, _ range: TimeRange
    ) -> [JSONValue] {
        let columns = metrics.map { values(of: $0, application, granularity, range) }
        var rows: [JSONValue] = []
        for time in stride(from: granularity.ceiling(range.start), to: range.end, by: Int(granularity.seconds)) {
            var row: [(String, JSONValue)] = []
            for (metric, values) in zip(metrics, columns) {
                let poison = faults.poisonedValues.last {
                    $0.concerns(.billingPrefix + metric.name, index: "", granularity) && $0.bucket == time
                }
                if let poison {
                    row.append((metric.name.text, .raw(poison.text)))
                } else if let value = values[time] {
                    row.append((metric.name.text, .integer(value)))
                }
            }
            guard !row.isEmpty else { continue }
            let text = RFC3339.string(time)
            let bucket: (String, JSONValue) =
                granularity == .daily ? ("date", .string(String(text.prefix(10)))) : ("time", .string(text))
            rows.append(.object([bucket, ("values", .object(row))]))
        }
        return rows
    }

    private func values(
        of metric: Metric, _ application: ApplicationID, _ granularity: Granularity, _ range: TimeRange
    ) -> [UnixTime: Int64] {
        func points(_ statistic: StatisticName) -> [UnixTime: Int64] {
            let series = truth.series(
                application: application, statistic: statistic, granularity: granularity, range: range, asOf: now)
            return Dictionary(
                (series.first?.points ?? []).map { ($0.time, Int64($0.value.double)) },
                uniquingKeysWith: { first, _ in first })
        }
        let free = metric.subtrahend.map(points) ?? [:]
        return points(metric.minuend).reduce(into: [:]) { $0[$1.key] = $1.value - (free[$1.key] ?? 0) }
    }
}

/// The query of `daily` or `hourly`, validated as Algolia does. Its ends are inclusive.
struct BillingQuery: Sendable {
    let granularity: Granularity
    let names: [StatisticName]
    /// Whole buckets, the end exclusive.
    let range: TimeRange

    /// - Throws: ``APIError`` with status 422 that names the parameter at fault.
    init(_ request: SimulatedRequest, list: String, now: UnixTime) throws(APIError) {
        let granularity: Granularity = list == "hourly" ? .hourly : .daily
        guard list != "registry" else { throw .noSuchPath }
        names = request.values(of: "name").flatMap { $0.split(separator: ",").compactMap { StatisticName(String($0)) } }
        guard !names.isEmpty else { throw APIError(422, "name is required") }
        let (first, last) = granularity == .daily ? ("startDate", "endDate") : ("startTime", "endTime")
        func time(_ name: String) throws(APIError) -> UnixTime? {
            guard let text = request.values(of: name).first else { return nil }
            let time = RFC3339.parse(granularity == .daily ? text + "T00:00:00Z" : text)
            guard let time else { throw APIError(422, "\(name) is invalid") }
            return time
        }
        guard let start = try time(first) else { throw APIError(422, "\(first) is required") }
        let end = try time(last) ?? now
        guard start <= end else { throw APIError(422, "\(first) must not be after \(last)") }
        self.granularity = granularity
        range = TimeRange(granularity.floor(start), granularity.floor(end) + granularity.seconds)
    }
}
