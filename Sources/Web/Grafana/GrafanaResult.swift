internal import History
internal import UsageModel

/// What one target is answered with.
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
        /// Those of ``range``, in the same order.
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
