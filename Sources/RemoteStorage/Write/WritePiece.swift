internal import History
internal import PrometheusModel
internal import UsageModel

/// Samples that go into one request.
struct WritePiece {
    /// Some samples of one series.
    struct Series {
        let series: MetricSeries
        /// Ascending, at least one.
        var points: ArraySlice<Point>
    }

    var series: [Series]

    var count: Int { series.reduce(0) { $0 + $1.points.count } }

    /// What a batch becomes.
    /// - Parameter oldest: older samples are left out.
    /// - Returns: the samples, and how many were too old.
    static func of(_ batch: OutgoingBatch, notBefore oldest: UnixTime) -> (piece: WritePiece, tooOld: Int) {
        var tooOld = 0
        var piece = WritePiece(series: [])
        piece.series.reserveCapacity(batch.parts.count)
        for part in batch.parts where !part.points.isEmpty {
            for series in MetricSeries.all(part.series.key, part.granularity) {
                let first = part.points.firstIndex { series.time($0) >= oldest } ?? part.points.endIndex
                tooOld += first
                if first < part.points.endIndex {
                    piece.series.append(Series(series: series, points: part.points[first...]))
                }
            }
        }
        return (piece, tooOld)
    }

    /// Both halves: of its series, or, of a single one, of its time. Nil for a single sample.
    var halves: (WritePiece, WritePiece)? {
        if series.count > 1 {
            let middle = series.count / 2
            return (WritePiece(series: Array(series[..<middle])), WritePiece(series: Array(series[middle...])))
        }
        guard let only = series.first, only.points.count > 1 else { return nil }
        let middle = only.points.startIndex + only.points.count / 2
        return (
            WritePiece(series: [Series(series: only.series, points: only.points[..<middle])]),
            WritePiece(series: [Series(series: only.series, points: only.points[middle...])])
        )
    }
}
