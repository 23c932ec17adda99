internal import History
internal import PrometheusModel
internal import Snappy

/// Writes a `QueryResult` as parts of a snappy block, so that it is never in memory uncompressed.
struct QueryResultBuilder: Sendable {
    /// Bytes from which on a part is compressed: several of snappy's own blocks of 64 KiB.
    private static let partSize = 4 * 65_536

    private let series: SelectedSeries
    private(set) var parts: [ArraySlice<UInt8>] = []
    /// Bytes of the message before compression.
    private(set) var length = 0
    private var pending: [UInt8] = []
    /// The slice being written.
    private var open: (slice: Int, encoder: TimeSeriesEncoder)?

    init(_ series: SelectedSeries) { self.series = series }

    /// Appends the points of the next batch.
    mutating func append(_ batch: PointBatch) {
        for run in batch.runs {
            if open?.slice != run.slice {
                closeSeries()
                open = (run.slice, TimeSeriesEncoder(labels: series[run.slice].labels))
            }
            open?.encoder.append(batch.points[run.points], of: series[run.slice])
        }
    }

    /// Writes what is left. Nothing may follow.
    mutating func finish() {
        closeSeries()
        compress()
    }

    private mutating func closeSeries() {
        open?.encoder.write(to: &pending)
        open = nil
        if pending.count >= Self.partSize { compress() }
    }

    private mutating func compress() {
        length += pending.count
        parts.append(Snappy.part(pending))
        pending.removeAll(keepingCapacity: true)
    }
}
