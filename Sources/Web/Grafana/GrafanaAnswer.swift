internal import History
internal import UsageModel

/// Answers `/grafana/query`.
struct GrafanaAnswer: Sendable {
    /// The most series in one answer; a browser draws no more.
    static let seriesLimit = 1000
    /// The most targets, and the most filters, of one query: more than any panel has.
    static let targetLimit = 100

    private let query: GrafanaQuery
    private let range: TimeRange
    private let exporter: Exporter

    init(_ query: GrafanaQuery, _ exporter: Exporter) throws {
        let now = exporter.clock.now
        for (field, count) in [("targets", query.targets?.count ?? 0), ("adhocFilters", query.everyFilter.count)] {
            guard count <= Self.targetLimit else {
                throw Problem.parameter(
                    field, "the query has \(count) \(field)", accepted: "at most \(Self.targetLimit)")
            }
        }
        self.query = query
        self.exporter = exporter
        range = try query.range?.range(now: now) ?? GrafanaRange.day(now: now)
    }

    /// A target with what it selects.
    private enum Selection {
        case series(GrafanaTarget, [TargetSeries])
        /// From version 0.3 of the plugin on, annotations are queries.
        case annotations(GrafanaTarget, AnnotationQuery)

        var count: Int {
            if case .series(_, let groups) = self { groups.reduce(0) { $0 + $1.series.count } } else { 0 }
        }
    }

    /// The answer, before a point is read.
    /// - Throws: ``Problem`` for a part of the query that cannot be used, or too many series.
    func body() async throws -> GrafanaQueryBody {
        let catalogue = try await GrafanaCatalogue(exporter)
        let selections = try await selections(catalogue)
        let count = selections.reduce(0) { $0 + $1.count }
        // No panel has room for more, and no answer is larger, however long the range is.
        let most = try min(
            whole(query.maxDataPoints, "maxDataPoints") ?? .max, Int64(History.pointLimit / max(count, 1)))
        let interval = ((try whole(query.intervalMs, "intervalMs") ?? 0) + 999) / 1000
        let annotated = selections.count { if case .annotations = $0 { true } else { false } }
        var results: [GrafanaResult] = []
        for selection in selections {
            try Task.checkCancellation()
            switch selection {
            case .annotations(let target, let query):
                // The newest of each, and no more of all together than of one.
                let annotations = try await query.annotations(exporter, in: range, catalogue.patterns)
                results.append(.annotations(target, annotations.suffix(AnnotationQuery.limit / annotated)))
            case .series(let target, let groups):
                var plans: [GrafanaResult.Plan] = []
                for group in groups { plans.append(try await plan(group, most: most, interval: interval)) }
                results.append(target.isTable ? .table(target, plans) : .series(target, plans))
            }
        }
        return GrafanaQueryBody(exporter.history, results)
    }

    private func selections(_ catalogue: GrafanaCatalogue) async throws -> [Selection] {
        var selections: [Selection] = []
        var count = 0
        for target in query.targets ?? [] where !target.isHidden && !target.target.isEmpty {
            try Task.checkCancellation()
            if let annotations = AnnotationQuery(target.name, payload: target.payload, field: "target") {
                selections.append(.annotations(target, annotations))
            } else {
                let groups = try await TargetSeries.select(target, query.everyFilter, catalogue, exporter.history)
                selections.append(.series(target, groups))
            }
            count += selections.last?.count ?? 0
            guard count <= Self.seriesLimit else {
                throw Problem.parameter(
                    "targets", "the query selects \(count) series or more, more than \(Self.seriesLimit)",
                    accepted: "a narrower payload.application, payload.index or payload.key, or an ad hoc filter")
            }
        }
        return selections
    }

    private func whole(_ number: GrafanaScalar?, _ field: String) throws -> Int64? {
        // A number below 1 is no limit; a day's milliseconds are below 10⁹.
        try number?.positive(field).flatMap { $0 < 1 ? nil : Int64(min($0, 1e15)) }
    }

    private func plan(_ group: TargetSeries, most: Int64, interval: Int64) async throws -> GrafanaResult.Plan {
        let width = PointWidth.fitting(range, group.granularity, most: most, interval: interval)
        var query = RangeQuery(
            statistics: [], granularity: group.granularity, range: range, step: width.step, aggregate: group.aggregate)
        query.origin = width.origin
        let plan = try await exporter.history.plan(of: group.series, query)
        let series = plan.series.map { stored in
            GrafanaResult.Series(
                key: stored.key, granularity: group.granularity,
                aggregate: query.aggregate(for: stored.key.statistic))
        }
        return GrafanaResult.Plan(range: plan, series: series)
    }
}

/// The result of one target.
enum GrafanaResult: Sendable {
    struct Series: Sendable {
        var key: SeriesKey
        var granularity: Granularity
        /// How its buckets are combined, if they are.
        var aggregate: Aggregate
    }

    /// Series that are read alike, before a point is read.
    struct Plan: Sendable {
        var range: RangePlan
        /// The series of ``range``, in the same order.
        var series: [Series]
    }

    case series(GrafanaTarget, [Plan])
    case table(GrafanaTarget, [Plan])
    case annotations(GrafanaTarget, [GrafanaAnnotation])

    /// The series that have names.
    var legended: [Series] {
        if case .series(_, let plans) = self { plans.flatMap(\.series) } else { [] }
    }
}
