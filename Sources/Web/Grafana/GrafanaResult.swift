internal import UsageModel

/// What one target is answered with.
enum GrafanaResult: Sendable {
    struct Series: Sendable {
        var key: SeriesKey
        var granularity: Granularity
        /// How its buckets were combined, if they were.
        var aggregate: Aggregate
        /// Ascending, their times the starts of buckets.
        var points: [Point]
    }

    case series(GrafanaTarget, [Series])
    case table(GrafanaTarget, [Series])
    case annotations(GrafanaTarget, [GrafanaAnnotation])

    /// All of `results` as one list: an object for each series, and one for each table.
    static func json(_ results: [GrafanaResult]) -> [UInt8] {
        var names = SeriesLegend.names(results.flatMap(\.legended))[...]
        var json = JSONBytes(capacity: 1 << 16)
        json.raw("[")
        var isFirst = true
        for part in results.flatMap({ $0.parts(&names) }) {
            if !isFirst { json.raw(",") }
            isFirst = false
            json.append(part)
        }
        json.raw("]")
        return json.bytes
    }

    /// The series that have names.
    private var legended: [Series] {
        if case .series(_, let series) = self { series } else { [] }
    }

    /// The objects of one target.
    /// - Parameter names: of the series that are still to be written.
    private func parts(_ names: inout ArraySlice<String>) -> [JSONBytes] {
        switch self {
        case .annotations(let target, let annotations):
            return [GrafanaTable.annotations(annotations, refId: target.refId)]
        case .table(let target, let series):
            return [GrafanaTable.points(series, refId: target.refId)]
        case .series(let target, let series) where series.isEmpty:
            // What selects nothing is a series without points: a panel without data is no error.
            return [Self.series(target.name, target, [])]
        case .series(let target, let series):
            return series.map { Self.series(names.removeFirst(), target, $0.points) }
        }
    }

    private static func series(_ name: String, _ target: GrafanaTarget, _ points: [Point]) -> JSONBytes {
        var json = JSONBytes(capacity: 256 + points.count * 32)
        json.raw(#"{"target":"#)
        json.string(name)
        if let refId = target.refId {
            json.raw(#","refId":"#)
            json.string(refId)
        }
        json.raw(#","datapoints":["#)
        var isFirst = true
        // The value comes first here, unlike everywhere else.
        for point in points {
            json.raw(isFirst ? "[" : ",[")
            isFirst = false
            json.number(point.value)
            json.raw(",")
            json.integer(point.time * 1000)
            json.raw("]")
        }
        json.raw("]}")
        return json
    }
}
