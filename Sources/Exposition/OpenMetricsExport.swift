public import History
internal import PrometheusModel
public import UsageModel

/// Writes the history as OpenMetrics 1.0 with timestamps, as `promtool tsdb create-blocks-from
/// openmetrics` reads it: family by family, series by series, ascending in time.
///
/// Constant memory: a page of one series at a time.
public struct OpenMetricsExport: Sendable {
    private let stored: [StoredSeries]
    private let series: MetricSeriesSet
    private let range: TimeRange
    private let now: UnixTime

    /// - Parameters:
    ///   - series: the stored series to write; those that `/metrics` does not have are left out.
    ///   - granularities: the widths of buckets to write.
    ///   - range: the buckets that begin in it and have ended at `now`: a sample is what a whole bucket has.
    ///   - labels: those that are added to each application's metrics.
    public init(
        _ series: [StoredSeries], granularities: [Granularity], range: TimeRange, now: UnixTime,
        labels: ApplicationLabels = ApplicationLabels()
    ) {
        stored = series
        self.series = MetricSeriesSet(series.map(\.key), granularities: granularities, labels: labels)
        self.range = range
        self.now = now
    }

    /// Writes everything.
    /// - Parameter write: is given the text piece by piece.
    /// - Returns: how many samples there were.
    @discardableResult
    public func write(from history: History, to write: ([UInt8]) throws -> Void) async throws -> Int {
        var samples = 0
        var family = ""
        for member in series.members {
            let historical = member.series
            let ended = TimeRange(range.start, min(range.end, historical.granularity.floor(now)))
            var rest: TimeRange? = ended.isEmpty ? nil : ended
            while let asked = rest {
                let page = try await history.page(of: [stored[member.position]], historical.granularity, range: asked)
                rest = page.rest
                let points = page.points[0]
                guard !points.isEmpty else { continue }
                var head: [UInt8] = []
                if family != historical.metric {
                    family = historical.metric
                    var writer = ExpositionWriter(.openMetrics)
                    writer.family(family, .gauge, help: historical.help)
                    head = writer.bytes
                }
                samples += points.count
                try write(head + Self.samples(points, historical))
            }
        }
        try write(Array("# EOF\n".utf8))
        return samples
    }

    private static func samples(_ points: [Point], _ series: MetricSeries) -> [UInt8] {
        // The first label is the metric's name.
        let labels = ExpositionWriter.Labels(series.labels.dropFirst()).text
        let prefix = Array("\(series.metric){\(labels)} ".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * (prefix.count + 24))
        for point in points {
            bytes += prefix
            bytes += ExpositionWriter.number(series.value(point)).utf8
            bytes.append(UInt8(ascii: " "))
            bytes += series.time(point).description.utf8
            bytes.append(0x0A)
        }
        return bytes
    }
}
